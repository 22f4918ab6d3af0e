using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>Content parts as MCP's content blocks. <see cref="McpContentReader"/> is the way back.</summary>
internal static class McpContentWriter
{
    /// <summary>The scheme and the place of the addresses that embedded content gets which has none of its own.</summary>
    public const string Place = "mesh://content/";

    /// <summary>The block of a part: text, image, audio, embedded resource or resource link; JSON as its text.</summary>
    public static ContentBlock Write(ContentPart part) => part switch
    {
        TextPart text => new TextContentBlock { Text = text.Text },
        JsonPart json => new TextContentBlock { Text = json.Value.ToString() },
        LinkPart link => new ResourceLinkBlock { Uri = link.Uri.OriginalString, Name = link.Name ?? link.Uri.OriginalString, MimeType = link.MimeType },
        BytesPart bytes when bytes.MimeType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) =>
            Named(ImageContentBlock.FromBytes(bytes.Data, bytes.MimeType), bytes.Name),
        BytesPart bytes when bytes.MimeType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) =>
            Named(AudioContentBlock.FromBytes(bytes.Data, bytes.MimeType), bytes.Name),
        BytesPart bytes => new EmbeddedResourceBlock { Resource = WriteResource(bytes, AddressOf(bytes.Name)) },
        _ => throw new InvalidOperationException($"A part of type {part.GetType().Name} is not known."),
    };

    /// <summary>Bytes as the contents of a resource: as text where they are text in UTF-8, so that a model can read them.</summary>
    public static ResourceContents WriteResource(BytesPart bytes, string uri) => IsText(bytes)
        ? new TextResourceContents { Uri = uri, MimeType = bytes.MimeType, Text = Encoding.UTF8.GetString(bytes.Data.Span) }
        : BlobResourceContents.FromBytes(bytes.Data, uri, bytes.MimeType);

    private static ContentBlock Named(ContentBlock block, string? name)
    {
        block.Meta = name is null ? null : new JsonObject { [MetaNames.Name] = name };
        return block;
    }

    /// <summary>A name that is an address stays as it is: it may be that of a resource which came from another server.</summary>
    private static string AddressOf(string? name) =>
        name is not null && name.Contains("://", StringComparison.Ordinal) ? name : Place + Uri.EscapeDataString(name ?? "");

    private static bool IsText(BytesPart bytes)
    {
        var type = bytes.MimeType.AsSpan();
        int parameters = type.IndexOf(';');
        var essence = parameters < 0 ? type : type[..parameters].TrimEnd();
        bool isText = essence.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || essence.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || essence.Equals("application/xml", StringComparison.OrdinalIgnoreCase)
            || essence.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            || essence.EndsWith("+xml", StringComparison.OrdinalIgnoreCase);
        return isText
            && (parameters < 0 || !type.Contains("charset", StringComparison.OrdinalIgnoreCase) || type.Contains("utf-8", StringComparison.OrdinalIgnoreCase))
            && !bytes.Data.Span.StartsWith(Encoding.UTF8.Preamble)
            && Utf8.IsValid(bytes.Data.Span);
    }
}
