namespace Mesh;

/// <summary>
/// Keeps what happened. A host has one journal for all its rooms, and several hosts may share one; it is called from
/// many threads at once. What works on a journal (watching, totals of a tree, text) needs no more than these members:
/// see <see cref="JournalExtensions"/>.
/// </summary>
/// <remarks>
/// An entry is taken once for every call, when the call has ended and before its caller learns the outcome, and once for
/// every event of a room, in the order of the room's events. Entries have sequence numbers from 1 without gaps, in the
/// order in which they become readable: no reader sees an entry while one of a smaller number may still come. What a
/// journal keeps for a limited time only is missed at the beginning, never replaced.
/// </remarks>
public interface IJournal
{
    /// <summary>Takes one entry and gives it the next <see cref="JournalEntry.Sequence"/>, whatever it came with.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>A task that completes when the entry is as safe as this journal promises, and readable. A journal that
    /// promises durability completes it when the entry is durable; calls wait for it, joins and leaves do not. What it
    /// throws is told to <see cref="MeshHostOptions.OnFault"/>; the call ends as it would have.</returns>
    ValueTask AppendAsync(JournalEntry entry);

    /// <summary>Reads the entries that match a query and are there when reading begins, oldest first.</summary>
    /// <param name="query">What to look for; <see cref="JournalQuery.All"/> for everything.</param>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    IAsyncEnumerable<JournalEntry> ReadAsync(JournalQuery query, CancellationToken cancellationToken = default);

    /// <summary>Waits for an entry beyond a sequence number.</summary>
    /// <param name="after">The sequence number; -1 not to wait at all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The newest sequence number that can be read, which is greater than <paramref name="after"/>; 0 for an empty journal.</returns>
    ValueTask<long> WaitAsync(long after, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sums over all calls. As it is here, over those that can be read; a journal that drops old entries sums them up
    /// before it does.
    /// </summary>
    /// <param name="cancellationToken">Stops summing.</param>
    ValueTask<JournalTotals> GetTotalsAsync(CancellationToken cancellationToken = default) =>
        JournalTotals.OfAsync(ReadAsync(JournalQuery.All with { Kind = JournalEntryKind.Call }, cancellationToken));
}
