using System.Text.Json;

namespace Mesh.Mcp.Conformance;

/// <summary>Which tools are called in a scenario, and with what.</summary>
internal static class SuiteCalls
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    /// <summary>The calls of a scenario, in their order; some follow from what earlier ones have answered.</summary>
    public static async IAsyncEnumerable<(string Tool, JsonElement Arguments)> ForAsync(string scenario, JsonElement context, McpToolkit toolkit, RoomClient person)
    {
        switch (scenario)
        {
            case "initialize" or "request-metadata" or "json-schema-ref-no-deref":
                yield break;
            case "tools_call":
                yield return ("add_numbers", JsonElement.Parse("""{"a":5,"b":10}"""));
                yield break;
            case "http-custom-headers":
                foreach (var call in context.GetProperty("toolCalls").EnumerateArray())
                {
                    yield return (call.GetProperty("name").GetString()!, Given(call.GetProperty("arguments")));
                }

                yield break;
            case "http-invalid-tool-headers":
                yield return ("valid_tool", JsonElement.Parse("""{"region":"us-east1"}"""));
                yield break;
            case "json-schema-2020-12-preservation":
                var schema = (toolkit.Toolkit?.Tools ?? []).Single(static tool => tool.Name == "json_schema_2020_12_tool").Definition.InputSchema;
                yield return ("json_schema_echo", JsonSerializer.SerializeToElement(new { schema }));
                yield break;
        }

        foreach (var tool in toolkit.Toolkit?.Tools ?? [])
        {
            switch (tool.Name)
            {
                case "list_resources" or "list_prompts" or "list_resource_templates":
                    yield return (tool.Name, Nothing);
                    break;
                case "read_resource":
                    foreach (var resource in await ListAsync(person, "list_resources", "resources"))
                    {
                        yield return (tool.Name, JsonSerializer.SerializeToElement(new { uri = resource.GetProperty("uri").GetString() }));
                    }

                    break;
                case "get_prompt":
                    foreach (var prompt in await ListAsync(person, "list_prompts", "prompts"))
                    {
                        yield return (tool.Name, JsonSerializer.SerializeToElement(new { name = prompt.GetProperty("name").GetString() }));
                    }

                    break;
                default:
                    yield return (tool.Name, Nothing);
                    break;
            }
        }
    }

    /// <summary>
    /// Arguments without the nulls, by which the suite means what is not given: the schemas that it lists know no null, and a room
    /// holds arguments against them.
    /// </summary>
    private static JsonElement Given(JsonElement arguments) => JsonSerializer.SerializeToElement(
        arguments.EnumerateObject().Where(static each => each.Value.ValueKind != JsonValueKind.Null).ToDictionary(static each => each.Name, static each => each.Value));

    private static async Task<JsonElement[]> ListAsync(RoomClient person, string tool, string property)
    {
        var page = await person.Toolkits.InvokeAsync<JsonElement>($"suite/{tool}", new { });
        return [.. page.GetProperty(property).EnumerateArray()];
    }
}
