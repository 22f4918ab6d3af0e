namespace Mesh;

/// <summary>
/// Keeps what happened. A host has one journal for all its rooms; it is called from many threads at once, once for
/// every call, when the call has ended and before its caller learns the outcome.
/// </summary>
public interface IJournal
{
    /// <summary>Takes one entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>A task that completes when the entry is as safe as this journal promises. A journal that promises
    /// durability completes it when the entry is durable; calls wait for it.</returns>
    ValueTask AppendAsync(JournalEntry entry);
}
