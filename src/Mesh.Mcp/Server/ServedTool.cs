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
        Headers = HeaderParameters.Of(definition.InputSchema);
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

    /// <summary>Its parameters that are sent as headers of HTTP besides; null for none.</summary>
    public HeaderParameters? Headers { get; }

    /// <summary>Whether its results have a schema, and so are given as structured content.</summary>
    public bool HasOutput { get; }

    private bool WrapsOutput { get; }

    /// <summary>The result of a call that succeeded and was made for its response alone.</summary>
    /// <param name="response">What the tool has answered.</param>
    /// <param name="isNewer">Whether the revision is 2026-07-28 or later, which takes any value as structured content.</param>
    public CallToolResult ToResult(ToolResponse response, bool isNewer) => response switch
    {
        JsonResponse json => new() { Content = [new TextContentBlock { Text = json.Value.ToString() }], StructuredContent = Structure(json.Value, isNewer) },
        TextResponse text => new() { Content = [new TextContentBlock { Text = text.Text }], StructuredContent = HasOutput ? Structure(JsonOf(text.Text), isNewer) : null },
        _ => ToResult(response.Parts, default, isNewer),
    };

    /// <summary>The result of a call that succeeded.</summary>
    /// <param name="parts">Its content.</param>
    /// <param name="items">What it has streamed, as one JSON array; empty where it does not stream, or no JSON.</param>
    /// <param name="isNewer">Whether the revision is 2026-07-28 or later, which takes any value as structured content.</param>
    public CallToolResult ToResult(IReadOnlyList<ContentPart> parts, JsonPayload items, bool isNewer)
    {
        var content = new List<ContentBlock>(parts.Count);
        foreach (var part in parts)
        {
            content.Add(McpContentWriter.Write(part));
        }

        return new() { Content = content, StructuredContent = HasOutput ? Structure(Definition.Streams ? items : ValueOf(parts), isNewer) : null };
    }

    /// <summary>The value among the parts of a response: its last JSON, else its text, else nothing, which is null.</summary>
    private static JsonPayload ValueOf(IReadOnlyList<ContentPart> parts) =>
        parts.OfType<JsonPart>().LastOrDefault()?.Value
        ?? (parts.OfType<TextPart>().LastOrDefault() is { } text ? JsonOf(text.Text) : JsonPayload.FromUtf8("null"u8.ToArray()));

    private static JsonPayload JsonOf(string text) => JsonPayload.From(text, McpJson.Default.String);

    /// <summary>Without a schema only an object is structured content: that is so in every revision, and tells nobody to expect it.</summary>
    private JsonElement? Structure(JsonPayload value, bool isNewer)
    {
        if (value.IsEmpty)
        {
            return null;
        }

        if (HasOutput)
        {
            return WrapsOutput && !isNewer ? SchemaRoots.WrapValue(value) : value.ToElement();
        }

        var element = value.ToElement();
        return element.ValueKind == JsonValueKind.Object ? element : null;
    }
}
