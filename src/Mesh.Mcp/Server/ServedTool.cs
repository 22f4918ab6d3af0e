using System.Text.Json;
using ModelContextProtocol.Protocol;
using McpTool = ModelContextProtocol.Protocol.Tool;

namespace Mesh.Mcp;

/// <summary>One tool or agent of a room as it is served.</summary>
internal sealed class ServedTool
{
    public ServedTool(string name, ToolAddress address, ToolDefinition definition)
    {
        Name = name;
        Address = address;
        Definition = definition;
        var output = McpToolWriter.OutputSchema(definition);
        HasOutput = output is not null;
        WrapsOutput = output is { } schema && !SchemaRoots.IsObject(schema);
        Newer = McpToolWriter.Write(name, definition, output, anyRoot: true);
        Older = WrapsOutput ? McpToolWriter.Write(name, definition, output, anyRoot: false) : Newer;
    }

    public string Name { get; }

    public ToolAddress Address { get; }

    public ToolDefinition Definition { get; }

    /// <summary>As it is listed since revision 2026-07-28.</summary>
    public McpTool Newer { get; }

    /// <summary>As it was listed before.</summary>
    public McpTool Older { get; }

    /// <summary>Whether its results have a schema, and so are given as structured content.</summary>
    public bool HasOutput { get; }

    private bool WrapsOutput { get; }

    /// <summary>The result of a call that succeeded.</summary>
    /// <param name="response">What the tool has answered.</param>
    /// <param name="isNewer">Whether the revision is 2026-07-28 or later, which takes any value as structured content.</param>
    public CallToolResult ToResult(ToolResponse response, bool isNewer)
    {
        var value = response switch
        {
            JsonResponse json => json.Value,
            _ when !HasOutput => default,
            TextResponse text => JsonPayload.From(text.Text, McpJson.Default.String),
            EmptyResponse => JsonPayload.FromUtf8(Definition.Streams ? "[]"u8.ToArray() : "null"u8.ToArray()),
            ContentResponse { Parts: var parts } => parts.OfType<JsonPart>().LastOrDefault()?.Value ?? default,
            _ => default,
        };
        return new()
        {
            Content = WriteContent(response),
            StructuredContent = value.IsEmpty ? null : Structure(value, isNewer),
        };
    }

    private static List<ContentBlock> WriteContent(ToolResponse response)
    {
        switch (response)
        {
            case JsonResponse json:
                return [new TextContentBlock { Text = json.Value.ToString() }];
            case TextResponse text:
                return [new TextContentBlock { Text = text.Text }];
            default:
                var parts = response.Parts;
                var blocks = new List<ContentBlock>(parts.Count);
                foreach (var part in parts)
                {
                    blocks.Add(McpContentWriter.Write(part));
                }

                return blocks;
        }
    }

    /// <summary>Without a schema only an object is structured content: that is so in every revision, and tells nobody to expect it.</summary>
    private JsonElement? Structure(JsonPayload value, bool isNewer)
    {
        if (HasOutput)
        {
            return WrapsOutput && !isNewer ? SchemaRoots.WrapValue(value) : value.ToElement();
        }

        var element = value.ToElement();
        return element.ValueKind == JsonValueKind.Object ? element : null;
    }
}
