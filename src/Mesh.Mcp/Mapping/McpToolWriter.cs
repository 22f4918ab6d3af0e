using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using McpTool = ModelContextProtocol.Protocol.Tool;

namespace Mesh.Mcp;

/// <summary>Definitions of tools as MCP's.</summary>
internal static class McpToolWriter
{
    /// <summary>The schema of what a call of the tool ends with: that of its result, or of all items of its stream.</summary>
    public static JsonElement? OutputSchema(ToolDefinition tool) => tool switch
    {
        { Streams: true, ChunkSchema: { } item } => SchemaRoots.ArrayOf(item),
        { Streams: true } => null,
        _ => tool.OutputSchema,
    };

    /// <summary>The tool as MCP lists it.</summary>
    /// <param name="name">The name that it has there.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="output">Its <see cref="OutputSchema"/>.</param>
    /// <param name="anyRoot">Whether the revision takes any schema at the root (2026-07-28), or objects alone (all before).</param>
    public static McpTool Write(string name, ToolDefinition tool, JsonElement? output, bool anyRoot)
    {
        bool wraps = !anyRoot && output is { } schema && !SchemaRoots.IsObject(schema);
        var listed = ListedAs.Find(tool);
        var meta = listed?.Meta;
        if (wraps)
        {
            meta ??= [];
            meta[MetaNames.Root] = SchemaRoots.Property;
        }

        return new()
        {
            Name = name,
            Title = listed is null ? tool.Title : listed.Title,
            Description = tool.Description,
            InputSchema = SchemaRoots.ForArguments(tool.InputSchema),
            OutputSchema = wraps ? SchemaRoots.Wrap(output!.Value) : output,
            Annotations = listed is { KeepsAnnotations: true } ? listed.Annotations : Write(tool.Annotations),
            Icons = listed?.Icons ?? (tool.ThumbnailUrl is { } picture ? [new Icon { Source = picture.OriginalString }] : null),
            Meta = meta,
        };
    }

    private static ModelContextProtocol.Protocol.ToolAnnotations Write(ToolAnnotations annotations) => new()
    {
        ReadOnlyHint = annotations.ReadOnly,
        DestructiveHint = annotations.Destructive,
        IdempotentHint = annotations.Idempotent,
        OpenWorldHint = annotations.OpenWorld,
    };
}
