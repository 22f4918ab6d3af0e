using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// Writes values as JSON text in memory of its own, with a writer and a buffer that each thread keeps: for a small value,
/// renting a buffer costs as much as what is written into it.
/// </summary>
internal sealed class OwnedJson : IDisposable
{
    private const int MaxKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static OwnedJson? _kept;

    private readonly ArrayBufferWriter<byte> _buffer = new(256);
    private readonly Utf8JsonWriter _writer;

    private OwnedJson() => _writer = new(_buffer, new JsonWriterOptions { SkipValidation = true });

    public void Dispose() => _writer.Dispose();

    /// <summary>The JSON of a value. Throws what the serializer and the value's own code throw.</summary>
    public static JsonPayload Write<T>(T value, JsonTypeInfo<T> type)
    {
        var json = Take();
        JsonSerializer.Serialize(json._writer, value, type);
        return JsonPayload.FromUtf8(json.Finish());
    }

    /// <summary>The JSON of an object with a value as its one property.</summary>
    public static byte[] WriteWrapped(JsonEncodedText property, object? value, JsonTypeInfo type)
    {
        var json = Take();
        json._writer.WriteStartObject();
        json._writer.WritePropertyName(property);
        JsonSerializer.Serialize(json._writer, value, type);
        json._writer.WriteEndObject();
        json._writer.Flush();
        return json.Finish();
    }

    /// <summary>The thread's own one, for as long as it is used: a value's own code may come back here.</summary>
    private static OwnedJson Take()
    {
        var json = _kept ?? new();
        _kept = null;
        json._buffer.ResetWrittenCount();
        json._writer.Reset(json._buffer);
        return json;
    }

    private byte[] Finish()
    {
        byte[] text = _buffer.WrittenSpan.ToArray();
        if (_buffer.Capacity <= MaxKeptBytes)
        {
            _kept = this;
        }
        else
        {
            Dispose();
        }

        return text;
    }
}
