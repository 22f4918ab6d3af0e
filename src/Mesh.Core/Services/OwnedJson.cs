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
        // Taken while it is used, because a value's own code may come back here.
        var json = _kept ?? new();
        _kept = null;
        json._buffer.ResetWrittenCount();
        json._writer.Reset(json._buffer);
        JsonSerializer.Serialize(json._writer, value, type);
        byte[] text = json._buffer.WrittenSpan.ToArray();
        if (json._buffer.Capacity <= MaxKeptBytes)
        {
            _kept = json;
        }
        else
        {
            json.Dispose();
        }

        return JsonPayload.FromUtf8(text);
    }
}
