using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What the agents of models have in common.</summary>
internal static class LlmPrompt
{
    public static ChatOptions OptionsOf(ChatOptions? given, IReadOnlyList<string> rules)
    {
        var options = given?.Clone() ?? new ChatOptions();
        if (rules.Count > 0)
        {
            string text = string.Join('\n', rules);
            options.Instructions = string.IsNullOrEmpty(options.Instructions) ? text : $"{options.Instructions}\n{text}";
        }

        return options;
    }

    /// <summary>What the model is sent, put beside the call, where the agent's code finds it.</summary>
    public static IList<ChatMessage> Share(AgentCallContext context, IEnumerable<ChatMessage> messages, IReadOnlyList<string> rules)
    {
        var chat = new AgentChatContext(messages);
        foreach (string rule in rules)
        {
            chat.Rules.Add(rule);
        }

        context.Features.Set(chat);
        return chat.Messages;
    }

    /// <summary>The text of an answer, as JSON.</summary>
    public static JsonElement TextOf(ChatResponse response) => ToJson(StructuredOutput.LastText(response));

    /// <summary>A piece of text as an item of a typed stream.</summary>
    public static JsonPart PartOf(string text) => new(JsonPayload.FromElement(ToJson(text)));

    private static JsonElement ToJson(string text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 2);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStringValue(text);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
