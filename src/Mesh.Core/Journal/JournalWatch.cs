using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// Reads a journal and goes on as it grows. It asks for all entries, whatever its query, so that a gap in their numbers
/// tells exactly how many the journal has dropped before they could be read.
/// </summary>
internal static class JournalWatch
{
    private static readonly JournalQuery Page = new() { Limit = 256 };

    /// <param name="journal">The journal.</param>
    /// <param name="query">What to look for.</param>
    /// <param name="end">Ends the stream after what is there then.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public static async IAsyncEnumerable<JournalEntry> ReadAsync(
        IJournal journal, JournalQuery query, CancellationToken end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
        long last = query.After ?? await journal.WaitAsync(-1, cancellationToken).ConfigureAwait(false);
        int left = query.Limit ?? int.MaxValue;
        var newest = default(DateTimeOffset);
        long head = last;
        while (true)
        {
            // Known before reading: what was there when the end came is still read.
            bool isLast = end.IsCancellationRequested;
            long before = last;
            await foreach (var entry in journal.ReadAsync(Page with { After = last }, cancellationToken).ConfigureAwait(false))
            {
                long missing = entry.Sequence - last - 1;
                (last, newest) = (entry.Sequence, entry.StartedAt);
                if (missing > 0)
                {
                    yield return JournalEntry.OfLag(last - 1, missing, newest);
                }

                if (query.Matches(in entry))
                {
                    yield return entry;
                    if (--left == 0)
                    {
                        yield break;
                    }
                }
            }

            if (last > before)
            {
                continue;
            }

            if (head > last)
            {
                // There was something, and it has been dropped again with nothing after it.
                yield return JournalEntry.OfLag(head, head - last, newest);
                last = head;
            }

            if (isLast)
            {
                yield break;
            }

            head = await WaitAsync(journal, last, either.Token, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<long> WaitAsync(IJournal journal, long after, CancellationToken either, CancellationToken cancellationToken)
    {
        try
        {
            return await journal.WaitAsync(after, either).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return after;
        }
    }
}
