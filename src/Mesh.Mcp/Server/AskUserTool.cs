using System.Buffers;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>The tool <c>ask_user</c>: a question, and a form for the answer.</summary>
internal sealed class AskUserTool(PersonTools person) : Mesh.Tool(Describe())
{
    private const string Answer = "answer";

    protected override async ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context)
    {
        var answer = await person.AskAsync(
            InputRequest.ForElicitation(new()
            {
                Message = arguments.GetProperty("message").GetString()!,
                RequestedSchema = arguments.TryGetProperty("form", out var form) ? Read(form) : new()
                {
                    Properties = { [Answer] = new ElicitRequestParams.StringSchema { Title = "Answer" } },
                    Required = [Answer],
                },
            }),
            ClientMeans.Elicitation,
            context,
            arguments.TryGetProperty("name", out var name) ? name.GetString() : null).ConfigureAwait(false);
        return new JsonResponse(Write(answer.Deserialize(InputResponse.ElicitResultJsonTypeInfo) ?? new ElicitResult()));
    }

    private static ElicitRequestParams.RequestSchema Read(JsonElement form)
    {
        try
        {
            var type = McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ElicitRequestParams.RequestSchema));
            return (ElicitRequestParams.RequestSchema?)form.Deserialize(type) ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException)
        {
            throw new ToolException(new MeshError(MeshErrorCode.InvalidArguments, $"Tool '{PersonTools.Toolkit}/ask_user': /form is not a form that a person can be shown.")
            {
                Remedy = "Give an object schema whose properties are strings, numbers, booleans or choices.",
            }, exception);
        }
    }

    private static JsonPayload Write(ElicitResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("action", result.Action);
        json.WriteStartObject("content");
        foreach (var (name, value) in result.IsAccepted ? result.Content ?? new Dictionary<string, JsonElement>() : new Dictionary<string, JsonElement>())
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return JsonPayload.FromUtf8(buffer.WrittenMemory);
    }

    private static ToolDefinition Describe() => new()
    {
        Name = "ask_user",
        Title = "Ask the person",
        Description = "Asks the person on whose behalf the call is made, and waits for the answer. They may decline, or dismiss the question.",
        InputSchema = JsonElement.Parse("""
            {
              "type": "object",
              "properties": {
                "message": { "type": "string", "minLength": 1, "description": "The question, for a person to read." },
                "name": { "type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$", "description": "What the question is called, for programs that answer it." },
                "form": { "type": "object", "description": "A JSON Schema of what to fill in: an object whose properties are strings, numbers, booleans or choices. One text named 'answer' by default." }
              },
              "required": ["message"],
              "additionalProperties": false
            }
            """),
        OutputSchema = JsonElement.Parse("""
            {
              "type": "object",
              "properties": {
                "action": { "type": "string", "enum": ["accept", "decline", "cancel"], "description": "What the person did." },
                "content": { "type": "object", "description": "What was filled in; empty unless accepted." }
              },
              "required": ["action", "content"]
            }
            """),
        Annotations = new() { ReadOnly = true, Destructive = false, OpenWorld = true },
    };
}
