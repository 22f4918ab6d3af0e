namespace Mesh;

/// <summary>
/// A journal in memory that keeps the newest entries and counts those that it dropped. Calls and events have room of
/// their own, so that neither crowds the other out. Thread-safe.
/// </summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Lock _gate = new();
    private readonly EntryRing<JournalEntry> _calls;
    private readonly EntryRing<RoomAndEvent> _events;
    private readonly PayloadBudget _payloads;
    private readonly TotalsBook _totals = new();
    private TaskCompletionSource? _waiting;
    private long _last;

    /// <summary>An empty journal.</summary>
    /// <param name="capacity">How many calls it keeps, and how many events besides: 1 to 10,000,000 each; the memory is
    /// taken as it fills, about 250 bytes for a call and 25 for an event.</param>
    /// <param name="payloadBytes">The memory that captured payloads may take, in bytes; when it is used up, the oldest
    /// payloads are dropped and their entries stay. 0 to keep none; 64 MiB by default.</param>
    public MemoryJournal(int capacity = 10_000, long payloadBytes = 64 * 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 10_000_000);
        ArgumentOutOfRangeException.ThrowIfNegative(payloadBytes);
        _calls = new(capacity);
        _events = new(capacity);
        _payloads = new(_calls, payloadBytes);
    }

    /// <summary>How many entries there were in all.</summary>
    public long Appended
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>How many of the oldest entries are gone.</summary>
    public long Dropped => Calls.Dropped + Events.Dropped;

    /// <summary>How many calls there were, are kept and are gone.</summary>
    public JournalCounts Calls
    {
        get
        {
            lock (_gate)
            {
                return new(_calls.Appended, _calls.Count);
            }
        }
    }

    /// <summary>How many events there were, are kept and are gone.</summary>
    public JournalCounts Events
    {
        get
        {
            lock (_gate)
            {
                return new(_events.Appended, _events.Count);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>It never waits. Of an event's entry it keeps what <see cref="JournalEntry.OfEvent"/> makes of the event.</remarks>
    public ValueTask AppendAsync(JournalEntry entry)
    {
        Append(in entry);
        return default;
    }

    /// <summary>What <see cref="AppendAsync"/> does, for who can spare an entry's way over the stack: it is 250 bytes long.</summary>
    internal void Append(in JournalEntry entry)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            long sequence = ++_last;
            if (entry.Event is { } e)
            {
                _events.Add(sequence) = new(entry.Room, e);
            }
            else
            {
                _payloads.Replace(ref _calls.Add(sequence), in entry);
                _totals.Add(in entry);
            }

            waiting = _waiting;
            _waiting = null;
        }

        waiting?.TrySetResult();
    }

    /// <inheritdoc/>
    /// <remarks>Entries that are dropped while it reads are passed over.</remarks>
    public IAsyncEnumerable<JournalEntry> ReadAsync(JournalQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new MemoryJournalReading(this, query, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> WaitAsync(long after, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_last > after)
                {
                    return _last;
                }

                // One source for all who wait, and none when nobody does.
                next = (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sums over all calls since the journal was made, also those that it has dropped.</summary>
    /// <param name="cancellationToken">Not used: it never waits.</param>
    public ValueTask<JournalTotals> GetTotalsAsync(CancellationToken cancellationToken = default) => new(GetTotals());

    /// <inheritdoc cref="GetTotalsAsync"/>
    public JournalTotals GetTotals()
    {
        lock (_gate)
        {
            return _totals.ToTotals();
        }
    }

    /// <summary>The entries that are kept and match, oldest first, as of now.</summary>
    /// <param name="query">What to look for; null for everything.</param>
    public IReadOnlyList<JournalEntry> ToList(JournalQuery? query = null)
    {
        query ??= JournalQuery.All;
        var entries = new List<JournalEntry>();
        ReadPage(query, query.After ?? 0, Appended, query.Limit ?? int.MaxValue, int.MaxValue, entries);
        return entries;
    }

    /// <summary>The entries that are kept and match, as <see cref="JournalText.ToText"/> writes them.</summary>
    /// <param name="query">What to look for; null for everything.</param>
    public string ToText(JournalQuery? query = null) => ToList(query).ToText();

    /// <summary>
    /// Adds the next entries that match to a list, both kinds merged by their sequence numbers. It looks at a limited
    /// number of them, so that whoever appends never waits for long.
    /// </summary>
    /// <returns>The sequence number up to which it has looked.</returns>
    internal long ReadPage(JournalQuery query, long after, long upTo, int most, int mostSeen, List<JournalEntry> found)
    {
        lock (_gate)
        {
            int call = _calls.IndexAfter(after), e = _events.IndexAfter(after);
            for (int seen = 0; found.Count < most && seen < mostSeen; seen++)
            {
                long nextCall = call < _calls.Count ? _calls.SequenceAt(call) : long.MaxValue;
                long nextEvent = e < _events.Count ? _events.SequenceAt(e) : long.MaxValue;
                long next = Math.Min(nextCall, nextEvent);
                if (next > upTo)
                {
                    return upTo;
                }

                var entry = nextCall == next
                    ? _calls[call++] with { Sequence = next }
                    : JournalEntry.OfEvent(_events[e].Room, _events[e++].Event) with { Sequence = next };
                if (query.Matches(in entry))
                {
                    found.Add(entry);
                }

                after = next;
            }

            return after;
        }
    }

    /// <summary>All that is kept of an event's entry: what an event says itself need not be kept twice.</summary>
    private readonly record struct RoomAndEvent(string Room, RoomEvent Event);
}
