using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>How many tokens something has, about, where nobody has counted them: four characters are one.</summary>
internal static class TokenEstimate
{
    private const int CharactersPerToken = 4;

    public static long Of(ChatMessage message) => LengthOf(message) / CharactersPerToken;

    public static long Of(IList<ChatMessage> messages)
    {
        long length = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            length += LengthOf(messages[i]);
        }

        return length / CharactersPerToken;
    }

    /// <summary>What an answer has used. What nobody has counted is reckoned: a ceiling that is to hold must not take silence for nothing.</summary>
    /// <param name="usage">What the provider has counted; null for nothing.</param>
    /// <param name="read">What was read, as reckoned.</param>
    /// <param name="written">What was written, as reckoned.</param>
    public static UsageDetails Complete(UsageDetails? usage, long read, long written) => usage is { InputTokenCount: not null, OutputTokenCount: not null }
        ? usage
        : new()
        {
            InputTokenCount = usage?.InputTokenCount ?? read,
            CachedInputTokenCount = usage?.CachedInputTokenCount,
            OutputTokenCount = usage?.OutputTokenCount ?? written,
            ReasoningTokenCount = usage?.ReasoningTokenCount,
        };

    /// <summary>What is known of the usage of an answer that was cut off: providers count what they have read at its beginning, and what they have written at its end.</summary>
    /// <param name="answer">What came of it.</param>
    /// <param name="read">What was read, as reckoned.</param>
    public static UsageDetails OfCutOff(IReadOnlyList<ChatResponseUpdate> answer, long read)
    {
        var usage = new UsageDetails();
        foreach (var counted in answer.SelectMany(update => update.Contents).OfType<UsageContent>())
        {
            usage.Add(counted.Details);
        }

        long written = answer.Sum(static update => update.Contents.Sum(LengthOf)) / CharactersPerToken;
        usage.InputTokenCount ??= read;
        usage.OutputTokenCount = Math.Max(usage.OutputTokenCount ?? 0, written);
        return usage;
    }

    private static long LengthOf(ChatMessage message)
    {
        long length = 4 * CharactersPerToken;
        var contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            length += LengthOf(contents[i]);
        }

        return length;
    }

    private static long LengthOf(AIContent content) => content switch
    {
        TextContent text => text.Text.Length,
        TextReasoningContent reasoning => reasoning.Text.Length,
        FunctionCallContent call => call.Name.Length + LengthOf(call.Arguments),
        FunctionResultContent result => LengthOf(result.Result),
        DataContent data => data.Data.Length,
        _ => 0,
    };

    private static long LengthOf(IDictionary<string, object?>? arguments)
    {
        long length = 0;
        if (arguments is Dictionary<string, object?> dictionary)
        {
            // What clients give; its enumerator is no object.
            foreach (var (name, value) in dictionary)
            {
                length += name.Length + LengthOf(value);
            }
        }
        else if (arguments is not null)
        {
            length = arguments.Sum(static each => each.Key.Length + LengthOf(each.Value));
        }

        return length;
    }

    private static long LengthOf(object? value) => value switch
    {
        null => 4,
        string text => text.Length,
        JsonElement { ValueKind: not JsonValueKind.Undefined } element => JsonMarshal.GetRawUtf8Value(element).Length,
        IEnumerable<AIContent> contents => contents.Sum(LengthOf),
        _ => 16,
    };
}
