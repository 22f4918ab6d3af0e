using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>Calls that were cut off, by a crash, say: providers refuse a call without a result.</summary>
internal static class CutOffCalls
{
    /// <summary>Gives every call that has no result after it one that says so. A result answers the nearest call before it that has its id.</summary>
    /// <param name="messages">The messages, to which results are added; the message objects stay as they are.</param>
    public static void Mend(IList<ChatMessage> messages)
    {
        Dictionary<string, int>? answered = null;
        for (int i = messages.Count - 1; i >= 0; i--)
        {
            List<AIContent>? missing = null;
            var contents = messages[i].Contents;
            for (int j = contents.Count - 1; j >= 0; j--)
            {
                if (contents[j] is FunctionResultContent result)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(answered ??= new(StringComparer.Ordinal), result.CallId, out _)++;
                }
                else if (contents[j] is FunctionCallContent { InformationalOnly: false } call && !TryTake(answered, call.CallId))
                {
                    (missing ??= []).Add(new FunctionResultContent(call.CallId, FunctionResults.ToText(TurnErrors.Interrupted(call))));
                }
            }

            if (missing is not null)
            {
                missing.Reverse();
                AddAfter(messages, i, missing);
            }
        }
    }

    private static bool TryTake(Dictionary<string, int>? answered, string callId)
    {
        if (answered is null || !answered.TryGetValue(callId, out int results) || results == 0)
        {
            return false;
        }

        answered[callId] = results - 1;
        return true;
    }

    /// <summary>The results of one answer belong together.</summary>
    private static void AddAfter(IList<ChatMessage> messages, int answer, List<AIContent> missing)
    {
        if (answer + 1 < messages.Count && messages[answer + 1].Role == ChatRole.Tool)
        {
            var results = messages[answer + 1].Clone();
            results.Contents = [.. results.Contents, .. missing];
            messages[answer + 1] = results;
        }
        else
        {
            messages.Insert(answer + 1, new(ChatRole.Tool, missing));
        }
    }
}
