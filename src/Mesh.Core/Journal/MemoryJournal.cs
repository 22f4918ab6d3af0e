namespace Mesh;

/// <summary>
/// A journal in memory that keeps the newest entries and counts those that it dropped. Calls and events have room of
/// their own, so that neither crowds the other out. Thread-safe.
/// </summary>
public sealed class MemoryJournal : IJournal
{
    private readonly EntryRing<CallRecord> _calls;
    private readonly EntryRing<RoomAndEvent> _events;
    private readonly PayloadBudget _payloads;
    private readonly TotalsBook _totals = new();

    // Every call passes here, and half of what that costs would be a lock that can wait: nobody holds it for longer than
    // copying a page of records takes.
    private SpinLock _gate = new(enableThreadOwnerTracking: false);
    private TaskCompletionSource? _waiting;
    private long _last;

    /// <summary>An empty journal.</summary>
    /// <param name="capacity">How many calls it keeps, and how many events besides: 1 to 10,000,000 each; the memory is
    /// taken as it fills, about 130 bytes for a call, 400 for one that came as an entry, and 25 for an event.</param>
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
    public long Appended => Volatile.Read(ref _last);

    /// <summary>How many of the oldest entries are gone.</summary>
    public long Dropped => Calls.Dropped + Events.Dropped;

    /// <summary>How many calls there were, are kept and are gone.</summary>
    public JournalCounts Calls => CountsOf(_calls);

    /// <summary>How many events there were, are kept and are gone.</summary>
    public JournalCounts Events => CountsOf(_events);

    /// <inheritdoc/>
    /// <remarks>It never waits. Of an event's entry it keeps what <see cref="JournalEntry.OfEvent"/> makes of the event.</remarks>
    public ValueTask AppendAsync(JournalEntry entry)
    {
        TaskCompletionSource? waiting;
        using (new SpinHold(ref _gate))
        {
            if (entry.Event is { } e)
            {
                _events.Add(++_last) = new(entry.Room, e);
            }
            else
            {
                ref var place = ref _calls.Add(++_last);
                _payloads.Remove(in place);
                if (place.Extra is GivenEntry given)
                {
                    given.Replace(in entry);
                }
                else
                {
                    place = new() { Extra = new GivenEntry(in entry) };
                }

                _payloads.Add(entry.Payload);
                _totals.Add(in entry);
            }

            waiting = TakeWaitingLocked();
        }

        waiting?.TrySetResult();
        return default;
    }

    /// <summary>What <see cref="AppendAsync"/> does, for a call of this process: an entry is made of it when somebody reads.</summary>
    internal void Append(CallState call, CallOutcome outcome)
    {
        var record = CallRecord.Of(call, outcome);
        TaskCompletionSource? waiting;
        using (new SpinHold(ref _gate))
        {
            ref var place = ref _calls.Add(++_last);
            _payloads.Remove(in place);
            place = record;
            if (record.Extra is not null)
            {
                _payloads.Add(record.Payload);
            }

            _totals.Add(in record);
            waiting = TakeWaitingLocked();
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
            if (NextAfter(after) is not { } next)
            {
                return Appended;
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
        TotalsBook.Copy sums;
        using (new SpinHold(ref _gate))
        {
            sums = _totals.Take();
        }

        return sums.ToTotals();
    }

    /// <summary>The entries that are kept and match, oldest first, as of now. Entries that are dropped while it reads are passed over.</summary>
    /// <param name="query">What to look for; null for everything.</param>
    public IReadOnlyList<JournalEntry> ToList(JournalQuery? query = null)
    {
        query ??= JournalQuery.All;
        var entries = new List<JournalEntry>();
        var page = new JournalPage();
        int most = query.Limit ?? int.MaxValue;
        long end = Appended;
        for (long position = query.After ?? 0; position < end && entries.Count < most;)
        {
            position = ReadPage(page, query, position, end, most, entries);
        }

        return entries;
    }

    /// <summary>The entries that are kept and match, as <see cref="JournalText.ToText"/> writes them.</summary>
    /// <param name="query">What to look for; null for everything.</param>
    public string ToText(JournalQuery? query = null) => ToList(query).ToText();

    /// <summary>
    /// Adds the next entries that match to a list, both kinds merged by their sequence numbers. It looks at a limited
    /// number of them, and makes entries of them when it holds the lock no more.
    /// </summary>
    /// <returns>The sequence number up to which it has looked.</returns>
    internal long ReadPage(JournalPage page, JournalQuery query, long after, long upTo, int most, List<JournalEntry> found)
    {
        long end;
        using (new SpinHold(ref _gate))
        {
            end = page.Fill(_calls, _events, after, upTo);
        }

        return page.Find(query, most, found) ?? end;
    }

    private JournalCounts CountsOf<T>(EntryRing<T> ring)
        where T : struct
    {
        using (new SpinHold(ref _gate))
        {
            return new(ring.Appended, ring.Count);
        }
    }

    /// <summary>What completes with the next entry; null when there is one beyond that number already.</summary>
    private Task? NextAfter(long after)
    {
        using (new SpinHold(ref _gate))
        {
            // One source for all who wait, and none when nobody does.
            return _last > after ? null : (_waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private TaskCompletionSource? TakeWaitingLocked()
    {
        var waiting = _waiting;
        if (waiting is not null)
        {
            _waiting = null;
        }

        return waiting;
    }
}

/// <summary>All that a journal in memory keeps of an event's entry: what an event says itself need not be kept twice.</summary>
internal readonly record struct RoomAndEvent(string Room, RoomEvent Event);
