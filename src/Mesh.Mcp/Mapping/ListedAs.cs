using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// How a tool was listed by the MCP server that it comes from, as <see cref="McpToolReader"/> keeps it: so that it is listed
/// again as it was. What its host has changed since then counts more.
/// </summary>
/// <param name="Title">The title that was given.</param>
/// <param name="Annotations">The effects that were claimed, without those that were left open.</param>
/// <param name="KeepsAnnotations">Whether they still hold.</param>
/// <param name="Icons">The pictures.</param>
/// <param name="Meta">What else was said, without Mesh's own marks.</param>
internal sealed record ListedAs(string? Title, ModelContextProtocol.Protocol.ToolAnnotations? Annotations, bool KeepsAnnotations, IList<Icon>? Icons, JsonObject? Meta)
{
    /// <summary>How a tool was listed; null for one that comes from no MCP server.</summary>
    public static ListedAs? Find(ToolDefinition tool)
    {
        if (tool.Metadata is not { ValueKind: JsonValueKind.Object } metadata
            || !metadata.TryGetProperty(McpToolReader.MetadataName, out var kept) || kept.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            var annotations = Read<ModelContextProtocol.Protocol.ToolAnnotations>(kept, "annotations");
            var icons = Read<IList<Icon>>(kept, "icons");
            var meta = kept.TryGetProperty("_meta", out var given) ? JsonObject.Create(given) : null;
            meta?.Remove(MetaNames.Root);
            string? title = kept.TryGetProperty("title", out var text) ? text.GetString() : null;
            return new(
                (title ?? annotations?.Title) == tool.Title ? title : tool.Title,
                annotations,
                McpToolReader.Read(annotations) == tool.Annotations,
                McpToolReader.PictureOf(icons) == tool.ThumbnailUrl ? icons : null,
                meta is { Count: > 0 } ? meta : null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // Somebody else's metadata of the same name.
            return null;
        }
    }

    private static T? Read<T>(JsonElement kept, string name)
        where T : class => kept.TryGetProperty(name, out var value) ? value.Deserialize(McpClientJson.Of<T>()) : null;
}
