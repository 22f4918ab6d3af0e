using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// JSON on its way through a call: a parsed <see cref="JsonElement"/>, its UTF-8 text, or, between a typed caller and a
/// typed tool of one process, a value that is written as JSON only if somebody looks. It does not own an element's
/// document: who keeps a payload beyond the call keeps <see cref="Clone"/>.
/// </summary>
[JsonConverter(typeof(JsonPayloadConverter))]
[JsonSchema("true")]
public readonly struct JsonPayload
{
    private readonly JsonElement _element;

    // The text as the array or the memory manager that a ReadOnlyMemory would hold, or else the value: one payload is
    // part of every request and every result, and a field for each form would make all of them larger.
    private readonly object? _source;
    private readonly int _start;
    private readonly int _length;

    private JsonPayload(JsonElement element) => _element = element;

    private JsonPayload(object source, int start, int length)
    {
        _source = source;
        _start = start;
        _length = length;
    }

    /// <summary>A payload of a parsed element. The element's document must live until the call has ended.</summary>
    /// <param name="element">The element; one of kind <see cref="JsonValueKind.Undefined"/> makes an empty payload.</param>
    public static JsonPayload FromElement(JsonElement element) => new(element);

    /// <summary>A payload of UTF-8 JSON text. It is parsed, with the strict rules of a room's entrance, where it is needed.</summary>
    /// <param name="utf8">One JSON value. The memory must stay unchanged until the call has ended.</param>
    public static JsonPayload FromUtf8(ReadOnlyMemory<byte> utf8) =>
        utf8.IsEmpty ? default
        : MemoryMarshal.TryGetArray(utf8, out var array) ? new(array.Array!, array.Offset, array.Count)
        : MemoryMarshal.TryGetMemoryManager(utf8, out MemoryManager<byte>? manager, out int start, out int length) ? new(manager, start, length)
        : FromUtf8(utf8.ToArray());

    /// <summary>A payload of a value with given serializer metadata.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">How to write it.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    public static JsonPayload From<T>(T value, JsonTypeInfo<T> type) => FromElement(JsonSerializer.SerializeToElement(value, type));

    /// <summary>A payload of one JSON string.</summary>
    internal static JsonPayload FromText(string text) => FromUtf8(JsonSerializer.SerializeToUtf8Bytes(text, MeshJsonContext.Default.String));

    /// <summary>A payload of a value that nobody can change, written when somebody looks.</summary>
    internal static JsonPayload FromPassed(PassedCall value) => new(value, 0, -1);

    /// <summary>Whether there is no JSON at all, which is not the same as a JSON null.</summary>
    public bool IsEmpty => _source is null && _element.ValueKind == JsonValueKind.Undefined;

    /// <summary>Whether the payload is held as a parsed element.</summary>
    public bool IsElement => _element.ValueKind != JsonValueKind.Undefined;

    /// <summary>The length of the JSON text in bytes.</summary>
    public int Length => Utf8Span.Length;

    /// <summary>The JSON as UTF-8 text, without copying it. For an element: its raw text, valid while its document lives.</summary>
    public ReadOnlySpan<byte> Utf8Span => Open(out _);

    /// <summary>The value, where it has not come as JSON; else null.</summary>
    /// <remarks>Asked for at most stages of a call: no cast, what has no length has come from <see cref="FromPassed"/>.</remarks>
    internal PassedCall? Passed => _length < 0 ? Unsafe.As<PassedCall>(_source) : null;

    /// <summary>The element that the payload holds, whatever it holds.</summary>
    internal JsonElement Element => _element;

    /// <summary>The JSON as UTF-8 text; copied when the payload holds a parsed element.</summary>
    public ReadOnlyMemory<byte> ToUtf8() =>
        IsElement ? Utf8Span.ToArray()
        : _source switch
        {
            null => default,
            byte[] array => new ReadOnlyMemory<byte>(array, _start, _length),
            MemoryManager<byte> manager => manager.Memory.Slice(_start, _length),
            _ => Passed!.ToUtf8(),
        };

    /// <summary>The JSON as an element: the one that the payload holds, else a new one that owns its memory.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public JsonElement ToElement() => IsElement || _source is null ? _element : JsonElement.Parse(Utf8Span);

    /// <summary>Reads the JSON as a type. Throws what the serializer and the type's own code throw.</summary>
    internal T? Read<T>(JsonTypeInfo<T> type) => IsElement ? _element.Deserialize(type) : JsonSerializer.Deserialize(Utf8Span, type);

    /// <summary>A payload that owns its memory and so may outlive the call.</summary>
    public JsonPayload Clone() => IsElement ? new(_element.Clone()) : FromUtf8(Utf8Span.ToArray());

    /// <summary>Writes the JSON as it is; an empty payload is written as null.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (IsElement)
        {
            _element.WriteTo(writer);
        }
        else if (_source is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(Utf8Span);
        }
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8Span);

    /// <summary>The JSON text, and whether it is that of a parsed element, asked of its document no more than once.</summary>
    internal ReadOnlySpan<byte> Open(out bool isElement)
    {
        isElement = _source is null && _element.ValueKind != JsonValueKind.Undefined;
        return isElement ? JsonMarshal.GetRawUtf8Value(_element)
            : _source is byte[] array ? array.AsSpan(_start, _length)
            : OpenOther();
    }

    private ReadOnlySpan<byte> OpenOther() => ToUtf8().Span;
}

/// <summary>A payload within other JSON: whatever value stands there. What is read owns its memory.</summary>
internal sealed class JsonPayloadConverter : JsonConverter<JsonPayload>
{
    public override bool HandleNull => true;

    public override JsonPayload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonPayload.FromElement(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, JsonPayload value, JsonSerializerOptions options) => value.WriteTo(writer);
}
