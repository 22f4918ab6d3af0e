using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>Makes messages fewer by somebody else's reducer, so that what is left can be sent.</summary>
internal static class Reducing
{
    public static async ValueTask<List<ChatMessage>> ReduceAsync(IChatReducer reducer, IEnumerable<ChatMessage> messages, CancellationToken cancellationToken) =>
        Paired(await reducer.ReduceAsync(messages, cancellationToken).ConfigureAwait(false) ?? throw new InvalidOperationException("The chat reducer gave null."));

    /// <summary>Providers refuse a call without its result, and a result without its call.</summary>
    private static List<ChatMessage> Paired(IEnumerable<ChatMessage> reduced)
    {
        var kept = reduced.ToList();
        var calls = kept.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Select(call => call.CallId).ToHashSet(StringComparer.Ordinal);
        var results = kept.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Select(result => result.CallId).ToHashSet(StringComparer.Ordinal);
        for (int i = kept.Count - 1; i >= 0; i--)
        {
            var contents = kept[i].Contents;
            var paired = contents.Where(content => content switch
            {
                FunctionCallContent call => call.InformationalOnly || results.Contains(call.CallId),
                FunctionResultContent result => calls.Contains(result.CallId),
                _ => true,
            }).ToList();
            if (paired.Count == 0)
            {
                kept.RemoveAt(i);
            }
            else if (paired.Count < contents.Count)
            {
                kept[i] = kept[i].Clone();
                kept[i].Contents = paired;
            }
        }

        return kept;
    }
}
