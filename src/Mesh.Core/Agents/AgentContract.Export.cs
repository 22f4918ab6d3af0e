using System.Buffers;
using System.Text.Json;

namespace Mesh;

public sealed partial record AgentContract
{
    /// <summary>
    /// The agent as a tool of the Model Context Protocol (revision 2025-06-18): name, title, description, inputSchema,
    /// outputSchema where the output is an object, and annotations.
    /// </summary>
    /// <param name="names">Where the name is looked up and kept apart from others; null when it stands alone.</param>
    /// <returns>A JSON object; it owns its memory.</returns>
    /// <exception cref="MeshException">The agent cannot be asked (<see cref="MeshErrorCode.NotInvocable"/>), or its name cannot
    /// be used, as <see cref="ToolNameTable.Add"/> says.</exception>
    public JsonElement ToMcpTool(ToolNameTable? names = null)
    {
        if (!IsInvocable)
        {
            throw new MeshException(CallErrors.NotInvocable(this));
        }

        var address = new AgentAddress(Name).Tool;
        string name = names?.Add(address) ?? ToolNameTable.NameOf(address);
        return Write(json =>
        {
            json.WriteString("name", name);
            WriteText(json, "title", Title);
            WriteText(json, "description", Description);
            json.WritePropertyName("inputSchema");
            InputSchema.WriteTo(json);
            if (OutputSchema is { } output && IsObject(output))
            {
                json.WritePropertyName("outputSchema");
                output.WriteTo(json);
            }

            json.WriteStartObject("annotations");
            json.WriteBoolean("readOnlyHint", Annotations.ReadOnly);
            json.WriteBoolean("destructiveHint", Annotations.Destructive);
            json.WriteBoolean("idempotentHint", Annotations.Idempotent);
            json.WriteBoolean("openWorldHint", Annotations.OpenWorld);
            json.WriteEndObject();
        });
    }

    /// <summary>The agent as an agent card of the Agent2Agent protocol (version 0.3.0) with one skill: its function.</summary>
    /// <param name="url">Where the agent can be reached by that protocol.</param>
    /// <returns>A JSON object; it owns its memory.</returns>
    public JsonElement ToA2aCard(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return Write(json =>
        {
            json.WriteString("protocolVersion", "0.3.0");
            json.WriteString("name", Title ?? Name);
            json.WriteString("description", Description ?? Name);
            json.WriteString("url", url.OriginalString);
            json.WriteString("version", Version);
            json.WriteStartObject("capabilities");
            json.WriteBoolean("streaming", Streams);
            json.WriteEndObject();
            WriteModes(json, "defaultInputModes");
            WriteModes(json, "defaultOutputModes");
            json.WriteStartArray("skills");
            json.WriteStartObject();
            json.WriteString("id", Name);
            json.WriteString("name", Title ?? Name);
            json.WriteString("description", Description ?? Name);
            json.WriteStartArray("tags");
            foreach (string tag in Tags.Concat(Capabilities).Distinct(StringComparer.Ordinal))
            {
                json.WriteStringValue(tag);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        });
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

        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 8 * MeshJson.MaxDepth });
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteModes(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteStringValue("application/json");
        json.WriteEndArray();
    }

    private static bool IsObject(JsonElement schema) => schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8);
}
