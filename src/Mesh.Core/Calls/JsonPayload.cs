using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// JSON on its way through a call: either a parsed <see cref="JsonElement"/> or its UTF-8 text, whichever its sender
/// had. It does not own an element's document: who keeps a payload beyond the call keeps <see cref="Clone"/>.
/// </summary>
public readonly struct JsonPayload
{
    private readonly JsonElement _element;
    private readonly ReadOnlyMemory<byte> _utf8;

    private JsonPayload(JsonElement element, ReadOnlyMemory<byte> utf8)
    {
        _element = element;
        _utf8 = utf8;
    }

    /// <summary>A payload of a parsed element. The element's document must live until the call has ended.</summary>
    /// <param name="element">The element; one of kind <see cref="JsonValueKind.Undefined"/> makes an empty payload.</param>
    public static JsonPayload FromElement(JsonElement element) => new(element, default);

    /// <summary>A payload of UTF-8 JSON text. It is parsed, with the strict rules of a room's entrance, where it is needed.</summary>
    /// <param name="utf8">One JSON value. The memory must stay unchanged until the call has ended.</param>
    public static JsonPayload FromUtf8(ReadOnlyMemory<byte> utf8) => new(default, utf8);

    /// <summary>A payload of a value with given serializer metadata.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">How to write it.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    public static JsonPayload From<T>(T value, JsonTypeInfo<T> type) => FromElement(JsonSerializer.SerializeToElement(value, type));

    /// <summary>A payload of one JSON string.</summary>
    internal static JsonPayload FromText(string text) => FromUtf8(JsonSerializer.SerializeToUtf8Bytes(text, MeshJsonContext.Default.String));

    /// <summary>Whether there is no JSON at all, which is not the same as a JSON null.</summary>
    public bool IsEmpty => _utf8.IsEmpty && _element.ValueKind == JsonValueKind.Undefined;

    /// <summary>Whether the payload is held as a parsed element.</summary>
    public bool IsElement => _element.ValueKind != JsonValueKind.Undefined;

    /// <summary>The length of the JSON text in bytes.</summary>
    public int Length => Utf8Span.Length;

    /// <summary>The JSON as UTF-8 text, without copying it. For an element: its raw text, valid while its document lives.</summary>
    public ReadOnlySpan<byte> Utf8Span =>
        IsElement ? JsonMarshal.GetRawUtf8Value(_element) : _utf8.Span;

    /// <summary>The JSON as UTF-8 text; copied when the payload holds a parsed element.</summary>
    public ReadOnlyMemory<byte> ToUtf8() => IsElement ? Utf8Span.ToArray() : _utf8;

    /// <summary>The JSON as an element: the one that the payload holds, else a new one that owns its memory.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public JsonElement ToElement()
    {
        return IsElement || _utf8.IsEmpty ? _element : JsonElement.Parse(_utf8.Span);
    }

    /// <summary>A payload that owns its memory and so may outlive the call.</summary>
    public JsonPayload Clone() => IsElement ? new(_element.Clone(), default) : new(default, _utf8.ToArray());

    /// <summary>The element that the payload holds, whatever it holds.</summary>
    internal JsonElement Element => _element;

    /// <summary>The JSON text, and whether it is that of a parsed element, asked of its document no more than once.</summary>
    internal ReadOnlySpan<byte> Open(out bool isElement)
    {
        isElement = _utf8.IsEmpty && _element.ValueKind != JsonValueKind.Undefined;
        return isElement ? JsonMarshal.GetRawUtf8Value(_element) : _utf8.Span;
    }

    /// <summary>Writes the JSON as it is; an empty payload is written as null.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (IsElement)
        {
            _element.WriteTo(writer);
        }
        else if (_utf8.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(_utf8.Span);
        }
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(Utf8Span);
}
