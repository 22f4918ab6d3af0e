using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>The tool <c>sample_model</c>: the client's own model answers, if its person lets it.</summary>
internal sealed class SampleModelTool(PersonTools person) : Mesh.Tool(new ToolDefinition
{
    Name = "sample_model",
    Title = "Ask the client's model",
    Description = "Lets the model of the MCP client that made the call answer, as its person allows.",
    InputSchema = JsonElement.Parse("""
        {
          "type": "object",
          "properties": {
            "messages": { "type": "array", "minItems": 1, "items": { "type": "object" }, "description": "The conversation so far: messages of MCP, each with role and content." },
            "maxTokens": { "type": "integer", "minimum": 1, "description": "How long the answer may be." },
            "systemPrompt": { "type": "string" },
            "temperature": { "type": "number" },
            "stopSequences": { "type": "array", "items": { "type": "string" } },
            "modelPreferences": { "type": "object" }
          },
          "required": ["messages", "maxTokens"],
          "additionalProperties": false
        }
        """),
    OutputSchema = JsonElement.Parse("""
        {
          "type": "object",
          "properties": { "role": { "type": "string" }, "content": { "description": "What the model says: a content block of MCP, or several." }, "model": { "type": "string" }, "stopReason": { "type": "string" } },
          "required": ["role", "content"]
        }
        """),
    Annotations = new() { ReadOnly = true, Destructive = false, OpenWorld = true },
})
{
    protected override async ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new JsonResponse(
        await person.AskAsync(new InputRequest { Method = ClientMeansNames.Sample, Params = arguments.Clone() }, ClientMeans.Sampling, context).ConfigureAwait(false));
}

/// <summary>The tool <c>list_roots</c>: the places that the client works in.</summary>
internal sealed class ListRootsTool(PersonTools person) : Mesh.Tool(new ToolDefinition
{
    Name = "list_roots",
    Title = "List the client's roots",
    Description = "Lists the places, such as folders, that the MCP client that made the call works in.",
    InputSchema = JsonElement.Parse("""{ "type": "object", "additionalProperties": false }"""),
    OutputSchema = JsonElement.Parse("""
        {
          "type": "object",
          "properties": {
            "roots": { "type": "array", "items": { "type": "object", "properties": { "uri": { "type": "string" }, "name": { "type": "string" } }, "required": ["uri"] } }
          },
          "required": ["roots"]
        }
        """),
    Annotations = new() { ReadOnly = true, Destructive = false, OpenWorld = true },
})
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    protected override async ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new JsonResponse(
        await person.AskAsync(new InputRequest { Method = ClientMeansNames.ListRoots, Params = Nothing }, ClientMeans.Roots, context).ConfigureAwait(false));
}
