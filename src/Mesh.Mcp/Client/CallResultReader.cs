using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>Results of MCP's tools as responses.</summary>
internal static class CallResultReader
{
    /// <summary>
    /// What a tool has answered. Structured content is the JSON of the response; text that says the same again is dropped,
    /// and other content stands before it. Where there is a schema for the result, that content is sent as frames, because
    /// the result alone is held against the schema.
    /// </summary>
    /// <exception cref="ToolException">The result says that the tool has failed.</exception>
    public static ValueTask<ToolResponse> ReadAsync(ImportedTool tool, CallToolResult result, bool isWrapped, CallContext context)
    {
        if (result.IsError == true)
        {
            throw new ToolException(McpErrors.Read(result));
        }

        if (result.StructuredContent is not { ValueKind: not JsonValueKind.Null and not JsonValueKind.Undefined } structured)
        {
            return new(Respond([.. result.Content.Select(McpContentReader.Read)]));
        }

        var parts = result.Content.Where(block => !Repeats(block, structured)).Select(McpContentReader.Read).ToArray();
        var value = isWrapped && structured.ValueKind == JsonValueKind.Object && structured.TryGetProperty(SchemaRoots.Property, out var inner) ? inner : structured;
        var json = JsonPayload.FromElement(value);
        return parts.Length == 0 ? new(new JsonResponse(json))
            : tool.Definition.OutputSchema is null ? new(new ContentResponse([.. parts, new JsonPart(json)]))
            : SendFirstAsync(parts, json, context);
    }

    /// <summary>The simplest response that says the same.</summary>
    public static ToolResponse Respond(IReadOnlyList<ContentPart> parts) => parts switch
    {
        [] => EmptyResponse.Instance,
        [TextPart text] => new TextResponse(text.Text),
        [LinkPart link] => new LinkResponse(link),
        [BytesPart file] => new FileResponse(file),
        _ => new ContentResponse(parts),
    };

    private static async ValueTask<ToolResponse> SendFirstAsync(ContentPart[] parts, JsonPayload json, CallContext context)
    {
        foreach (var part in parts)
        {
            await context.WriteAsync(part).ConfigureAwait(false);
        }

        return new JsonResponse(json);
    }

    /// <summary>Whether a block is the text of the structured content, which servers send for clients that read only text.</summary>
    private static bool Repeats(ContentBlock block, JsonElement structured)
    {
        if (block is not TextContentBlock { Text: { Length: > 0 } text })
        {
            return false;
        }

        try
        {
            return JsonElement.DeepEquals(JsonElement.Parse(text), structured);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return false;
        }
    }
}
