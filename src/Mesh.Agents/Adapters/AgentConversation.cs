using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// A conversation with a model in the form in which an agent is asked: as one text, or as what is said to a <see cref="ChatBot"/>, whose
/// threads are the conversations that it keeps.
/// </summary>
internal sealed class AgentConversation
{
    private readonly string _agent;
    private readonly string? _text;

    private AgentConversation(string agent, string? text)
    {
        _agent = agent;
        _text = text;
    }

    /// <summary>Whether the agent keeps its conversations itself, and answers with a <see cref="ChatAnswer"/>.</summary>
    public bool IsKept => _text is null;

    /// <exception cref="MeshException">The agent is not asked, or takes something else.</exception>
    public static AgentConversation With(AgentContract contract)
    {
        if (!contract.IsInvocable)
        {
            throw new MeshException(new MeshError(MeshErrorCode.NotInvocable, $"Agent '{contract.Name}' cannot be asked.") { Remedy = "Choose a responder, a streamer or a trigger." });
        }

        var types = TypesOf(contract.InputSchema);
        string[] required = RequiredOf(contract.InputSchema);
        if (required is ["text"] && types.GetValueOrDefault("thread") == "string" && types.ContainsKey("attachments"))
        {
            return new(contract.Name, null);
        }

        // What is not required may be left out; of several texts none of which is required, nobody knows which is meant.
        string[] texts = [.. (required.Length > 0 ? required : types.Keys.Where(name => types[name] == "string")).Take(2)];
        return texts is [var text] && types.GetValueOrDefault(text) == "string"
            ? new(contract.Name, text)
            : throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"Agent '{contract.Name}' takes something else than one text, and cannot be talked to as a model.")
            {
                Remedy = "Ask it by room.Agents.",
            });
    }

    /// <exception cref="MeshException">There are files, and the agent takes text alone.</exception>
    public JsonPayload ToInput(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        List<ChatMessage> said = [.. messages];
        string text = TextOf(said, options?.Instructions);
        ChatAttachment[] files = [.. said.SelectMany(message => message.Contents).Select(FileOf).OfType<ChatAttachment>()];
        if (_text is null)
        {
            var input = new ChatInput(text) { Thread = options?.ConversationId, Attachments = files.Length == 0 ? null : files };
            return JsonPayload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(input, ChatJsonContext.Default.ChatInput));
        }

        return files.Length == 0
            ? JsonPayload.FromElement(JsonElement.Parse(new JsonObject { [_text] = text }.ToJsonString()))
            : throw new MeshException(new MeshError(MeshErrorCode.InvalidArguments, $"Agent '{_agent}' takes text alone, and not '{files[0].MediaType}'.")
            {
                Remedy = "Leave the files out, or ask an agent that takes them, such as a ChatBot.",
            });
    }

    /// <summary>One message is what it says; of several each begins with who says it.</summary>
    private static string TextOf(List<ChatMessage> messages, string? instructions)
    {
        var said = messages.Where(message => message.Text.Length > 0).ToList();
        if (!string.IsNullOrEmpty(instructions))
        {
            said.Insert(0, new(ChatRole.System, instructions));
        }

        return said is [{ Text: var text } one] && one.Role == ChatRole.User ? text : string.Join("\n\n", said.Select(message => $"{message.Role.Value}: {message.Text}"));
    }

    private static ChatAttachment? FileOf(AIContent content) => content switch
    {
        DataContent data => new(data.MediaType) { Name = data.Name, Data = data.Data.ToArray() },
        UriContent link => new(link.MediaType) { Uri = link.Uri.AbsoluteUri },
        _ => null,
    };

    private static Dictionary<string, string?> TypesOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? properties.EnumerateObject().ToDictionary(each => each.Name, each => TypeOf(each.Value), StringComparer.Ordinal)
            : [];

    private static string? TypeOf(JsonElement schema) => schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type) ? null
        : type.ValueKind == JsonValueKind.String ? type.GetString()
        : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(each => each.GetString()).FirstOrDefault(each => each != "null") : null;

    private static string[] RequiredOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Select(name => name.GetString()!)]
            : [];
}
