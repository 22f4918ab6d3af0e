namespace Mesh;

/// <summary>
/// Some of what a journal in memory keeps, copied out of it under its lock, for a reader who makes entries of it without.
/// Used page after page by one reader. Not thread-safe.
/// </summary>
internal sealed class JournalPage
{
    private const int Length = 64;
    private readonly Kept[] _kept = new Kept[Length];
    private int _count;

    /// <summary>Copies what comes after a sequence number, as far as the page goes.</summary>
    /// <returns>The sequence number up to which nothing is missing.</returns>
    public long Fill(EntryRing<CallRecord> calls, EntryRing<RoomAndEvent> events, long after, long upTo)
    {
        int call = calls.IndexAfter(after), e = events.IndexAfter(after);
        for (_count = 0; _count < Length; _count++)
        {
            long nextCall = call < calls.Count ? calls.SequenceAt(call) : long.MaxValue;
            long nextEvent = e < events.Count ? events.SequenceAt(e) : long.MaxValue;
            after = Math.Min(nextCall, nextEvent);
            if (after > upTo)
            {
                return upTo;
            }

            _kept[_count] = nextCall < nextEvent
                ? new(after, calls[call++].Detached(), default)
                : new(after, default, events[e++]);
        }

        return after;
    }

    /// <summary>Adds the entries that match to a list, until it holds the most that it may.</summary>
    /// <returns>The sequence number of the last one that it has looked at; null when it came to the end of the page.</returns>
    public long? Find(JournalQuery query, int most, List<JournalEntry> found)
    {
        foreach (ref readonly var kept in _kept.AsSpan(0, _count))
        {
            var entry = kept.ToEntry();
            if (query.Matches(in entry))
            {
                found.Add(entry);
                if (found.Count == most)
                {
                    return kept.Sequence;
                }
            }
        }

        return null;
    }

    private readonly record struct Kept(long Sequence, CallRecord Call, RoomAndEvent Event)
    {
        public JournalEntry ToEntry() =>
            (Event.Event is { } e ? JournalEntry.OfEvent(Event.Room, e) : Call.ToEntry()) with { Sequence = Sequence };
    }
}
