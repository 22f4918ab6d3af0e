using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// Writes the values that tools return as JSON, in the form in which the arguments of the call came: who sent UTF-8 gets
/// UTF-8, who sent an element gets an element, and neither waits for the other form to be made.
/// </summary>
internal sealed class ResultWriter : IDisposable
{
    private const int KeptBytes = 1 << 16;

    /// <summary>The thread's writer while it is not in use.</summary>
    [ThreadStatic]
    private static ResultWriter? _free;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly JsonSerializerOptions _options;
    private readonly Utf8JsonWriter _writer;

    private ResultWriter(JsonSerializerOptions options)
    {
        _options = options;

        // What converters write wrongly is found when the result is checked, like everything that comes out of a tool.
        _writer = new(_buffer, new JsonWriterOptions { Encoder = options.Encoder, MaxDepth = options.MaxDepth, SkipValidation = true });
    }

    public static JsonResponse Write(object value, JsonTypeInfo type, CallContext context)
    {
        using var writer = Take(type.Options);
        JsonSerializer.Serialize(writer._writer, value, type);
        return writer.Finish(context);
    }

    public static JsonResponse Write<T>(T value, JsonTypeInfo<T> type, CallContext context)
    {
        using var writer = Take(type.Options);
        JsonSerializer.Serialize(writer._writer, value, type);
        return writer.Finish(context);
    }

    /// <summary>What a tool returned as its response: as it is, or written.</summary>
    public static ToolResponse ToResponse<T>(T value, JsonTypeInfo<T> type, CallContext context) => value as ToolResponse ?? Write(value, type, context);

    /// <summary>Gives the writer back for the thread's next result, unless this one was so large that it is better let go.</summary>
    public void Dispose()
    {
        if (_buffer.Capacity > KeptBytes)
        {
            _writer.Dispose();
            return;
        }

        _buffer.ResetWrittenCount();
        _writer.Reset();
        _free = this;
    }

    /// <summary>Takes the thread's writer: a converter that makes a call while it writes will not find it.</summary>
    private static ResultWriter Take(JsonSerializerOptions options)
    {
        var free = _free;
        _free = null;
        return free?._options == options ? free : new(options);
    }

    private JsonResponse Finish(CallContext context)
    {
        _writer.Flush();
        var json = context.Request.Arguments.IsElement
            ? JsonPayload.FromElement(JsonElement.Parse(_buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = _options.MaxDepth }))
            : JsonPayload.FromUtf8(_buffer.WrittenSpan.ToArray());
        return new JsonResponse(json) { OwnsMemory = true };
    }
}
