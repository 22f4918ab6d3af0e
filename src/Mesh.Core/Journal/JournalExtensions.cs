namespace Mesh;

/// <summary>What works on any journal.</summary>
public static class JournalExtensions
{
    /// <summary>
    /// Reads the entries that match a query as they come, oldest first, from <see cref="JournalQuery.After"/> or, where
    /// that is null, from when the first one is asked for. A reader costs the journal nothing until it reads; one that is
    /// so slow that the journal has dropped what it should read next, or that begins with what is gone, gets an entry
    /// with <see cref="JournalEntry.Lagged"/> in the place of what is missing, matching or not.
    /// </summary>
    /// <param name="journal">The journal.</param>
    /// <param name="query">What to look for; null for everything from now on. With a <see cref="JournalQuery.Limit"/> it
    /// ends after so many.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>. Nothing else does:
    /// see <see cref="MeshHost.WatchJournalAsync"/> for a stream that ends with its host.</param>
    public static IAsyncEnumerable<JournalEntry> WatchAsync(this IJournal journal, JournalQuery? query = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        return JournalWatch.ReadAsync(journal, query ?? JournalQuery.All, default, cancellationToken);
    }

    /// <summary>Sums over the calls of one tree, as far as they have ended and the journal still has them.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="rootId">The <see cref="JournalEntry.RootId"/> of the tree.</param>
    /// <param name="cancellationToken">Stops summing.</param>
    public static ValueTask<JournalTotals> GetTreeTotalsAsync(this IJournal journal, MeshId rootId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        return JournalTotals.OfAsync(journal.ReadAsync(JournalQuery.All with { Tree = rootId }, cancellationToken));
    }

    /// <summary>The entries that match a query, as <see cref="JournalText.ToText"/> writes them.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="query">What to look for, such as a tree or a room; null for everything.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async ValueTask<string> ToTextAsync(this IJournal journal, JournalQuery? query = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var entries = new List<JournalEntry>();
        await foreach (var entry in journal.ReadAsync(query ?? JournalQuery.All, cancellationToken).ConfigureAwait(false))
        {
            entries.Add(entry);
        }

        return entries.ToText();
    }
}
