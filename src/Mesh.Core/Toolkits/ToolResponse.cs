using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// What a tool answers: one or more content parts in order. A tool's method may return one of the forms below, or any
/// plain value, which becomes a <see cref="TextResponse"/> (strings), a <see cref="FileResponse"/> (byte arrays), an
/// <see cref="EmptyResponse"/> (nothing) or a <see cref="JsonResponse"/> (everything else).
/// </summary>
public abstract class ToolResponse
{
    private protected ToolResponse()
    {
    }

    /// <summary>The response with memory of its own, so that it may outlive the call: its tool may have taken it from the arguments.</summary>
    /// <exception cref="ObjectDisposedException">It was taken from a document that is disposed.</exception>
    internal virtual ToolResponse Own() => this;

    /// <summary>The parts, in order; empty for an <see cref="EmptyResponse"/>.</summary>
    public abstract IReadOnlyList<ContentPart> Parts { get; }

    /// <summary>Whether some of it is still to be read from a stream.</summary>
    internal virtual bool HasStreams => false;

    /// <summary>How many bytes it amounts to: what limits and the journal count. What goes by reference has none.</summary>
    internal virtual long Size => Parts.Sum(static part => part.Size);

    /// <summary>The text of all text parts, and the JSON of JSON parts, one after the other, each on its own line.</summary>
    public override string ToString() => string.Join('\n', Parts.Select(part => part switch
    {
        TextPart text => text.Text,
        JsonPart json => json.Value.ToString(),
        BytesPart bytes => $"[{bytes.Name ?? "bytes"}: {bytes.MimeType}, {bytes.Length} bytes]",
        LinkPart link => link.Uri.OriginalString,
        _ => "",
    }));
}

/// <summary>An answer of text.</summary>
/// <param name="text">The text.</param>
public sealed class TextResponse(string text) : ToolResponse
{
    /// <summary>The text.</summary>
    public string Text { get; } = text ?? throw new ArgumentNullException(nameof(text));

    /// <inheritdoc/>
    public override IReadOnlyList<ContentPart> Parts => [new TextPart(Text)];

    internal override long Size => Encoding.UTF8.GetByteCount(Text);
}

/// <summary>An answer of one JSON value.</summary>
/// <param name="value">The value. A caller receives one that owns its memory.</param>
public sealed class JsonResponse(JsonPayload value) : ToolResponse
{
    /// <summary>An answer of a parsed value.</summary>
    /// <param name="value">The value; its document must live until the call has ended.</param>
    public JsonResponse(JsonElement value)
        : this(JsonPayload.FromElement(value))
    {
    }

    /// <summary>The value.</summary>
    public JsonPayload Value { get; } = value;

    /// <summary>Whether the value is known to own its memory; if not, the call path finds out.</summary>
    internal bool OwnsMemory { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<ContentPart> Parts => [new JsonPart(Value)];

    internal override long Size => Value.Length;

    internal override ToolResponse Own() => OwnsMemory || !Value.IsElement ? this : new JsonResponse(Value.Clone()) { OwnsMemory = true };
}

/// <summary>An answer of one file.</summary>
public sealed class FileResponse : ToolResponse
{
    /// <summary>A file whose bytes are in memory.</summary>
    /// <param name="name">The file's name for people.</param>
    /// <param name="mimeType">The media type, such as <c>text/csv</c>.</param>
    /// <param name="data">The bytes. They must not be changed afterwards.</param>
    public FileResponse(string name, string mimeType, ReadOnlyMemory<byte> data)
        : this(new BytesPart(data, mimeType) { Name = name })
    {
    }

    /// <summary>A file that is read from a stream, as <see cref="BytesPart(Stream, string)"/> says.</summary>
    /// <param name="name">The file's name for people.</param>
    /// <param name="mimeType">The media type.</param>
    /// <param name="source">The stream; disposed by the call path.</param>
    public FileResponse(string name, string mimeType, Stream source)
        : this(new BytesPart(source, mimeType) { Name = name })
    {
    }

    /// <summary>A file as a part says; it needs no name.</summary>
    /// <param name="file">The file. Its stream, if it has one, is disposed by the call path.</param>
    public FileResponse(BytesPart file) => File = file ?? throw new ArgumentNullException(nameof(file));

    /// <summary>The file.</summary>
    public BytesPart File { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ContentPart> Parts => [File];

    internal override bool HasStreams => File.Source is not null;
}

/// <summary>An answer of one link.</summary>
/// <param name="link">The link.</param>
public sealed class LinkResponse(LinkPart link) : ToolResponse
{
    /// <summary>A link with a name for people.</summary>
    /// <param name="uri">Where it points.</param>
    /// <param name="name">A name, or null.</param>
    public LinkResponse(Uri uri, string? name = null)
        : this(new LinkPart(uri) { Name = name })
    {
    }

    /// <summary>The link.</summary>
    public LinkPart Link { get; } = link ?? throw new ArgumentNullException(nameof(link));

    /// <inheritdoc/>
    public override IReadOnlyList<ContentPart> Parts => [Link];
}

/// <summary>An answer without content: the tool has done its work and has nothing to say.</summary>
public sealed class EmptyResponse : ToolResponse
{
    private EmptyResponse()
    {
    }

    /// <summary>The one instance.</summary>
    public static EmptyResponse Instance { get; } = new();

    /// <inheritdoc/>
    public override IReadOnlyList<ContentPart> Parts => [];

    internal override long Size => 0;
}

/// <summary>An answer of several parts.</summary>
/// <param name="parts">The parts, in order. The list must not be changed afterwards.</param>
public sealed class ContentResponse(params IReadOnlyList<ContentPart> parts) : ToolResponse
{
    /// <inheritdoc/>
    public override IReadOnlyList<ContentPart> Parts { get; } = parts ?? throw new ArgumentNullException(nameof(parts));

    internal override bool HasStreams => Parts.Any(part => part is BytesPart { Source: not null });

    internal override ToolResponse Own() => new ContentResponse([.. Parts.Select(part => part.Own())]);
}
