using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// One part of a tool's answer. A closed set: <see cref="TextPart"/>, <see cref="JsonPart"/>, <see cref="BytesPart"/>
/// and <see cref="LinkPart"/>. Parts are immutable and ordered as their tool gave them.
/// </summary>
public abstract record ContentPart
{
    private protected ContentPart()
    {
    }

    /// <summary>How many bytes it amounts to: what limits and the journal count. Bytes that are still in a stream count nothing.</summary>
    public long Size => this switch
    {
        TextPart text => Encoding.UTF8.GetByteCount(text.Text),
        JsonPart json => json.Value.Length,
        BytesPart bytes => bytes.Data.Length,
        LinkPart link => link.Uri.OriginalString.Length,
        _ => 0,
    };

    /// <summary>
    /// The items of a stream as one part, for a reader who wants a single answer: bytes become one file, of the type and the
    /// name of the first; JSON and text become one JSON array, which is empty for no items.
    /// </summary>
    /// <param name="items">The items, in order.</param>
    /// <returns>The part, with memory of its own; null where the items are of several kinds, or links.</returns>
    public static ContentPart? Join(IReadOnlyCollection<ContentPart> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items.All(static item => item is JsonPart or TextPart) ? new JsonPart(JoinJson(items))
            : items.All(static item => item is BytesPart) ? JoinBytes([.. items.Cast<BytesPart>()])
            : null;
    }

    /// <summary>The part with memory of its own, so that it may outlive the call that it was made in.</summary>
    internal ContentPart Own() => this is JsonPart { Value: { IsElement: true } value } ? new JsonPart(value.Clone()) : this;

    private static JsonPayload JoinJson(IReadOnlyCollection<ContentPart> items)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var item in items)
        {
            if (item is TextPart text)
            {
                json.WriteStringValue(text.Text);
            }
            else
            {
                ((JsonPart)item).Value.WriteTo(json);
            }
        }

        json.WriteEndArray();
        json.Flush();
        return JsonPayload.FromUtf8(buffer.WrittenMemory);
    }

    private static BytesPart JoinBytes(BytesPart[] items)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var item in items)
        {
            bytes.Write(item.Data.Span);
        }

        return new BytesPart(bytes.WrittenMemory, items[0].MimeType) { Name = items[0].Name };
    }
}

/// <summary>Text for a person or a model.</summary>
/// <param name="Text">The text.</param>
public sealed record TextPart(string Text) : ContentPart;

/// <summary>A JSON value. A part that a caller receives owns its memory.</summary>
/// <param name="Value">The value.</param>
public sealed record JsonPart(JsonPayload Value) : ContentPart;

/// <summary>Bytes: a file, an image, a piece of audio.</summary>
public sealed record BytesPart : ContentPart
{
    /// <summary>A part of bytes in memory.</summary>
    /// <param name="data">The bytes. They must not be changed afterwards.</param>
    /// <param name="mimeType">Their media type, such as <c>image/png</c>.</param>
    public BytesPart(ReadOnlyMemory<byte> data, string mimeType = "application/octet-stream")
    {
        ArgumentException.ThrowIfNullOrEmpty(mimeType);
        Data = data;
        MimeType = mimeType;
    }

    /// <summary>
    /// A part whose bytes are read from a stream. The call path reads it to its end when the tool has answered, up to
    /// the host's limit on responses, and disposes it; a caller always receives the bytes in memory. For more than
    /// that, stream byte chunks.
    /// </summary>
    /// <param name="source">The stream, at the position to read from.</param>
    /// <param name="mimeType">The media type.</param>
    public BytesPart(Stream source, string mimeType = "application/octet-stream")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(mimeType);
        Source = source;
        MimeType = mimeType;
    }

    /// <summary>The bytes; empty while <see cref="Source"/> still holds them.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The stream that the bytes have still to be read from, or null. Always null on a caller's side.</summary>
    public Stream? Source { get; init; }

    /// <summary>The media type, such as <c>image/png</c>.</summary>
    public string MimeType { get; init; }

    /// <summary>A file name for people, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The number of bytes, or null where it is known only when the stream has been read.</summary>
    public long? Length => Source is null ? Data.Length : Source.CanSeek ? Source.Length - Source.Position : null;
}

/// <summary>A link to something that the reader may fetch.</summary>
/// <param name="Uri">Where it is; absolute or relative.</param>
public sealed record LinkPart(Uri Uri) : ContentPart
{
    /// <summary>A name for people, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The media type of what it points at, or null.</summary>
    public string? MimeType { get; init; }
}
