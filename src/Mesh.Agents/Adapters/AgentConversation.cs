using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>A conversation with a model in the form in which agents are asked: which take one, and what of it they are given.</summary>
internal static class AgentConversation
{
    /// <summary>Whether the agent keeps its conversations itself: what it takes is a <see cref="ChatInput"/>, and what it gives a <see cref="ChatAnswer"/>.</summary>
    public static bool IsWithChatBot(AgentContract contract)
    {
        var (takes, gives) = (TypesOf(contract.InputSchema), TypesOf(contract.OutputSchema ?? default));
        return RequiredOf(contract.InputSchema) is ["text"] && takes.GetValueOrDefault("thread") == "string" && takes.ContainsKey("attachments")
            && gives.GetValueOrDefault("thread") == "string" && gives.GetValueOrDefault("outcome") == "string";
    }

    /// <summary>The argument that takes the one text that the agent takes.</summary>
    /// <exception cref="MeshException">It takes something else.</exception>
    public static string TextPropertyOf(AgentContract contract)
    {
        // What is not required may be left out; of several texts none of which is required, nobody knows which is meant.
        var types = TypesOf(contract.InputSchema);
        string[] required = RequiredOf(contract.InputSchema);
        string[] texts = [.. (required.Length > 0 ? required : types.Keys.Where(name => types[name] == "string")).Take(2)];
        return texts is [var text] && types.GetValueOrDefault(text) == "string"
            ? text
            : throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"Agent '{contract.Name}' takes something else than one text, and cannot be talked to as a model.")
            {
                Remedy = "Ask it by room.Agents.",
            });
    }

    /// <summary>One message is what it says; of several each begins with who says it.</summary>
    public static string TextOf(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var said = messages.Where(message => message.Text.Length > 0).ToList();
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            said.Insert(0, new(ChatRole.System, options.Instructions));
        }

        return said is [{ Text: var text } one] && one.Role == ChatRole.User ? text : string.Join("\n\n", said.Select(message => $"{message.Role.Value}: {message.Text}"));
    }

    public static ChatAttachment[] FilesOf(IEnumerable<ChatMessage> messages) =>
        [.. messages.SelectMany(message => message.Contents).Select(FileOf).OfType<ChatAttachment>()];

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
