using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>Tools that read what a server has besides tools: its resources and its prompts.</summary>
internal static class ResourceTools
{
    private const string Cursor = """{"type":"string","description":"Where to go on, as nextCursor of the page before said; without it the first page."}""";

    private static readonly ToolAnnotations Reading = new() { ReadOnly = true, Destructive = false, Idempotent = true };

    /// <summary>Those that make sense for a server.</summary>
    public static IEnumerable<ImportedTool> For(McpLink link, ServerCapabilities server)
    {
        if (server.Resources is not null)
        {
            yield return new ListingTool(link, Define("list_resources", "The resources that can be read, with their addresses (uri). Some may be listed on further pages.", Cursor), RequestMethods.ResourcesList);
            yield return new ListingTool(link, Define("list_resource_templates", "The forms that addresses of further resources have (uriTemplate).", Cursor), RequestMethods.ResourcesTemplatesList);
            yield return new ReadResourceTool(link, Define("read_resource", "Reads a resource.", """{"type":"string","description":"Its address."}""", "uri"));
        }

        if (server.Prompts is not null)
        {
            yield return new ListingTool(link, Define("list_prompts", "The prompts that can be had, with the arguments that they take.", Cursor), RequestMethods.PromptsList);
            yield return new GetPromptTool(link, Define("get_prompt", "Gives the messages of a prompt, filled in.", """{"type":"string","description":"Its name."}""", "name") is var tool
                ? tool with { InputSchema = JsonElement.Parse("""{"type":"object","properties":{"name":{"type":"string","description":"Its name."},"arguments":{"type":"object","additionalProperties":{"type":"string"}}},"required":["name"],"additionalProperties":false}""") }
                : tool);
        }
    }

    private static ToolDefinition Define(string name, string description, string schema, string? required = null) => new()
    {
        Name = name,
        Description = description,
        InputSchema = JsonElement.Parse(
            $$"""{"type":"object","properties":{"{{required ?? "cursor"}}":{{schema}}},{{(required is null ? "" : $"\"required\":[\"{required}\"],")}}"additionalProperties":false}"""),
        Annotations = Reading,
    };
}

/// <summary>A tool that gives one page of a listing, as MCP has it.</summary>
internal sealed class ListingTool(McpLink link, ToolDefinition definition, string method) : ImportedTool(link, definition)
{
    public override string Method => method;

    public override JsonObject WriteParameters(JsonElement arguments) => Own(arguments);

    public override ImportedTool With(ToolDefinition definition) => new ListingTool(Link, definition, method);

    public override ValueTask<ToolResponse> ReadAsync(JsonNode? result, CallContext context)
    {
        var page = new JsonObject();
        foreach (var (name, value) in result as JsonObject ?? throw new JsonException("A listing is an object."))
        {
            // What belongs to the protocol stays there.
            if (name is not ("_meta" or "resultType" or "ttlMs" or "cacheScope"))
            {
                page[name] = value?.DeepClone();
            }
        }

        return new(new JsonResponse(JsonElement.Parse(page.ToJsonString())));
    }
}

/// <summary>Reads one resource: text as text, everything else as bytes.</summary>
internal sealed class ReadResourceTool(McpLink link, ToolDefinition definition) : ImportedTool(link, definition)
{
    public override string Method => RequestMethods.ResourcesRead;

    public override JsonObject WriteParameters(JsonElement arguments) => Own(arguments);

    public override ImportedTool With(ToolDefinition definition) => new ReadResourceTool(Link, definition);

    public override ValueTask<ToolResponse> ReadAsync(JsonNode? result, CallContext context)
    {
        var read = McpClientJson.Read(result, McpClientJson.ReadResourceResult);
        return new(read.Contents is [TextResourceContents text]
            ? new TextResponse(text.Text)
            : CallResultReader.Respond([.. read.Contents.Select(McpContentReader.ReadResource)]));
    }
}

/// <summary>Gives one prompt: its messages as MCP has them.</summary>
internal sealed class GetPromptTool(McpLink link, ToolDefinition definition) : ImportedTool(link, definition)
{
    public override string Method => RequestMethods.PromptsGet;

    public override JsonObject WriteParameters(JsonElement arguments) => Own(arguments);

    public override ImportedTool With(ToolDefinition definition) => new GetPromptTool(Link, definition);

    public override ValueTask<ToolResponse> ReadAsync(JsonNode? result, CallContext context)
    {
        var prompt = result as JsonObject ?? throw new JsonException("A prompt is an object.");
        var kept = new JsonObject { ["description"] = prompt["description"]?.DeepClone(), ["messages"] = prompt["messages"]?.DeepClone() ?? throw new JsonException("A prompt has messages.") };
        return new(new JsonResponse(JsonElement.Parse(kept.ToJsonString())));
    }
}
