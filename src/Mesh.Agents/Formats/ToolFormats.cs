using System.Buffers;
using System.Text.Json;

namespace Mesh.Agents;

/// <summary>The tool definitions of model vendors, as exports of a tool or an agent, for whoever calls their services without a client of the abstractions.</summary>
/// <remarks>
/// Names are those of a <see cref="ToolNameTable"/>, by which a model's call is brought back to its tool. Schemas are the tool's own: a vendor
/// that takes a part of JSON Schema only may refuse one, and says so.
/// </remarks>
public static class ToolFormats
{
    /// <summary>A tool as OpenAI's Chat Completions take it: <c>{"type":"function","function":{"name","description","parameters"}}</c>.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="address">Where it is called.</param>
    /// <param name="names">Where the name is looked up and kept apart from others; null when it stands alone.</param>
    /// <returns>A JSON object; it owns its memory.</returns>
    /// <exception cref="MeshException">Another tool has that name (<see cref="MeshErrorCode.NameTaken"/>), or it is too long (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static JsonElement ToOpenAiChatTool(this ToolDefinition tool, ToolAddress address, ToolNameTable? names = null)
    {
        var parts = Parts.Of(tool, address, names);
        return Write(json =>
        {
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            parts.Write(json, "parameters");
            json.WriteEndObject();
        });
    }

    /// <summary>A tool as OpenAI's Responses take it: <c>{"type":"function","name","description","parameters"}</c>.</summary>
    /// <inheritdoc cref="ToOpenAiChatTool(ToolDefinition, ToolAddress, ToolNameTable?)"/>
    public static JsonElement ToOpenAiResponsesTool(this ToolDefinition tool, ToolAddress address, ToolNameTable? names = null)
    {
        var parts = Parts.Of(tool, address, names);
        return Write(json =>
        {
            json.WriteString("type", "function");
            parts.Write(json, "parameters");
        });
    }

    /// <summary>A tool as Anthropic's Messages take it: <c>{"name","description","input_schema"}</c>.</summary>
    /// <inheritdoc cref="ToOpenAiChatTool(ToolDefinition, ToolAddress, ToolNameTable?)"/>
    public static JsonElement ToAnthropicTool(this ToolDefinition tool, ToolAddress address, ToolNameTable? names = null)
    {
        var parts = Parts.Of(tool, address, names);
        return Write(json => parts.Write(json, "input_schema"));
    }

    /// <summary>An agent as a tool of OpenAI's Chat Completions.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="names">Where the name is looked up and kept apart from others; null when it stands alone.</param>
    /// <returns>A JSON object; it owns its memory.</returns>
    /// <exception cref="MeshException">The agent is not asked (<see cref="MeshErrorCode.NotInvocable"/>), or as for a tool.</exception>
    public static JsonElement ToOpenAiChatTool(this AgentContract agent, ToolNameTable? names = null) => AsTool(agent).ToOpenAiChatTool(AddressOf(agent), names);

    /// <summary>An agent as a tool of OpenAI's Responses.</summary>
    /// <inheritdoc cref="ToOpenAiChatTool(AgentContract, ToolNameTable?)"/>
    public static JsonElement ToOpenAiResponsesTool(this AgentContract agent, ToolNameTable? names = null) => AsTool(agent).ToOpenAiResponsesTool(AddressOf(agent), names);

    /// <summary>An agent as a tool of Anthropic's Messages.</summary>
    /// <inheritdoc cref="ToOpenAiChatTool(AgentContract, ToolNameTable?)"/>
    public static JsonElement ToAnthropicTool(this AgentContract agent, ToolNameTable? names = null) => AsTool(agent).ToAnthropicTool(AddressOf(agent), names);

    private static ToolAddress AddressOf(AgentContract agent) => new AgentAddress(agent.Name).Tool;

    private static ToolDefinition AsTool(AgentContract agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return agent.IsInvocable
            ? new() { Name = agent.Name, Title = agent.Title, Description = agent.Description, InputSchema = agent.InputSchema }
            : throw new MeshException(new MeshError(MeshErrorCode.NotInvocable, $"Agent '{agent.Name}' cannot be asked.") { Remedy = "Export a responder, a streamer or a trigger." });
    }

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1_000 });
    }

    private readonly record struct Parts(string Name, string? Description, JsonElement Schema)
    {
        public static Parts Of(ToolDefinition tool, ToolAddress address, ToolNameTable? names)
        {
            ArgumentNullException.ThrowIfNull(tool);
            return new((names ?? new()).Add(address), tool.Description ?? tool.Title, tool.InputSchema);
        }

        public void Write(Utf8JsonWriter json, string schema)
        {
            json.WriteString("name", Name);
            if (Description is not null)
            {
                json.WriteString("description", Description);
            }

            json.WritePropertyName(schema);
            Schema.WriteTo(json);
        }
    }
}
