using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>MCP's content blocks as content parts. <see cref="McpContentWriter"/> is the way back.</summary>
internal static class McpContentReader
{
    /// <summary>The part of a block; one of a kind that is not known here becomes text that names it.</summary>
    public static ContentPart Read(ContentBlock block) => block switch
    {
        TextContentBlock text => new TextPart(text.Text),
        ImageContentBlock image => new BytesPart(image.DecodedData, MimeType(image.MimeType)) { Name = NameIn(image.Meta) },
        AudioContentBlock audio => new BytesPart(audio.DecodedData, MimeType(audio.MimeType)) { Name = NameIn(audio.Meta) },
        EmbeddedResourceBlock embedded => ReadResource(embedded.Resource),
        ResourceLinkBlock link => ReadLink(link),
        _ => new TextPart($"[content of type '{block.Type}']"),
    };

    /// <summary>The contents of a resource as bytes, named by the address, or by the name that Mesh had made an address of.</summary>
    public static ContentPart ReadResource(ResourceContents resource)
    {
        string? name = NameOf(resource.Uri);
        return resource switch
        {
            TextResourceContents text => new BytesPart(Encoding.UTF8.GetBytes(text.Text), resource.MimeType is { Length: > 0 } type ? type : "text/plain") { Name = name },
            BlobResourceContents blob => new BytesPart(blob.DecodedData, MimeType(resource.MimeType)) { Name = name },
            _ => new TextPart($"[resource '{resource.Uri}']"),
        };
    }

    private static ContentPart ReadLink(ResourceLinkBlock link) => Uri.TryCreate(link.Uri, UriKind.RelativeOrAbsolute, out var uri)
        ? new LinkPart(uri) { Name = link.Name == link.Uri ? null : link.Name, MimeType = link.MimeType }
        : new TextPart(link.Uri);

    private static string? NameOf(string uri) => !uri.StartsWith(McpContentWriter.Place, StringComparison.Ordinal) ? uri
        : uri.Length == McpContentWriter.Place.Length ? null
        : Uri.UnescapeDataString(uri[McpContentWriter.Place.Length..]);

    private static string MimeType(string? type) => string.IsNullOrEmpty(type) ? "application/octet-stream" : type;

    private static string? NameIn(JsonObject? meta) => meta?[MetaNames.Name] is JsonValue value && value.TryGetValue(out string? name) ? name : null;
}
