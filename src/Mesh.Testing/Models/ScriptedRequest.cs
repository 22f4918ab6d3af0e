using System.Text;
using Microsoft.Extensions.AI;

namespace Mesh.Testing;

/// <summary>One request as a scripted model received it. Immutable: the lists are copies of what they were then.</summary>
public sealed class ScriptedRequest
{
    internal ScriptedRequest(int number, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        Number = number;
        Messages = [.. messages];
        Options = options?.Clone() ?? new();
        Tools = [.. Options.Tools ?? []];
    }

    /// <summary>Which request it is, from 1.</summary>
    public int Number { get; }

    /// <summary>The messages.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; }

    /// <summary>The options; empty ones where none were given.</summary>
    public ChatOptions Options { get; }

    /// <summary>The tools that were offered.</summary>
    public IReadOnlyList<AITool> Tools { get; }

    /// <summary>The results that came since the model's last answer, in order.</summary>
    public IReadOnlyList<FunctionResultContent> Results =>
    [
        .. Messages.Skip(1 + LastAnswer()).SelectMany(message => message.Contents).OfType<FunctionResultContent>(),
    ];

    /// <summary>What is said: the texts of all messages, and the results, one on each line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var message in Messages)
        {
            foreach (var content in message.Contents)
            {
                text.Append(message.Role.Value).Append(": ").AppendLine(Describe(content));
            }
        }

        return text.ToString().TrimEnd();
    }

    internal static string Describe(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent reasoning => $"(thinks) {reasoning.Text}",
        FunctionCallContent call => $"calls {call.Name}({string.Join(", ", (call.Arguments ?? new Dictionary<string, object?>()).Select(each => $"{each.Key}: {each.Value}"))}) [{call.CallId}]",
        FunctionResultContent result => $"result of [{result.CallId}]: {TextOf(result)}",
        _ => content.GetType().Name,
    };

    internal static string TextOf(FunctionResultContent result) => result.Result switch
    {
        null => "null",
        IEnumerable<AIContent> parts => string.Join("\n", parts.Select(Describe)),
        AIContent part => Describe(part),
        var other => other.ToString() ?? "",
    };

    private int LastAnswer()
    {
        for (int i = Messages.Count - 1; i >= 0; i--)
        {
            if (Messages[i].Role == ChatRole.Assistant)
            {
                return i;
            }
        }

        return -1;
    }
}
