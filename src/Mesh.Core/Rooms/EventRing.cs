namespace Mesh;

/// <summary>
/// The events of one room session, or the items of one publisher, in order, read by any number of cursors. A subscriber costs nothing until it reads;
/// one that falls behind makes the ring keep more, up to a limit, and after that learns how many events it has missed.
/// The ring starts small: an idle room holds a handful of slots.
/// </summary>
/// <remarks>
/// Readers take no lock while there is something to read: a slot is published before the head is moved past it, and a
/// reader that finds another sequence number in its slot than it looked for has been overtaken.
/// </remarks>
internal sealed class EventRing(MeshId session, TimeProvider clock, int retained = EventRing.Retained, int maxRetained = EventRing.MaxRetained)
{
    /// <summary>How many events are kept when every reader keeps up.</summary>
    public const int Retained = 256;

    /// <summary>How many are kept for a reader that does not.</summary>
    public const int MaxRetained = 4096;

    private RoomEvent?[] _slots = new RoomEvent?[4];
    private EventCursor? _cursors;
    private EventCursor? _waiting;
    private long _head;
    private long _knownOldestCursor;
    private bool _completed;

    /// <summary>The sequence number of the newest event; 0 when there is none.</summary>
    public long Head => Volatile.Read(ref _head);

    public bool IsCompleted => Volatile.Read(ref _completed);

    /// <summary>Whether anybody reads. What comes while nobody does is missed by nobody.</summary>
    public bool HasReaders => Volatile.Read(ref _cursors) is not null;

    /// <summary>Adds an event at the end and wakes those who wait for it.</summary>
    public RoomEvent Publish(string kind, object? data)
    {
        EventCursor? waiting;
        RoomEvent e;
        lock (this)
        {
            if (_completed)
            {
                throw new InvalidOperationException("The room's session is over.");
            }

            long sequence = _head + 1;
            if (sequence > _slots.Length && MustGrow(sequence))
            {
                Grow();
            }

            e = new RoomEvent(session, sequence, clock.GetUtcNow(), kind, data);
            Volatile.Write(ref _slots[sequence & (_slots.Length - 1)], e);
            Volatile.Write(ref _head, sequence);
            waiting = TakeWaiting();
        }

        Wake(waiting);
        return e;
    }

    /// <summary>Ends the stream of every reader once it has read what is there.</summary>
    public void Complete()
    {
        EventCursor? waiting;
        lock (this)
        {
            _completed = true;
            waiting = TakeWaiting();
        }

        Wake(waiting);
    }

    /// <summary>The event of a sequence number up to <see cref="Head"/>, or null when it has been overwritten.</summary>
    public RoomEvent? Read(long sequence)
    {
        var slots = Volatile.Read(ref _slots);
        var e = Volatile.Read(ref slots[sequence & (slots.Length - 1)]);
        return e?.Sequence == sequence ? e : null;
    }

    /// <summary>The oldest sequence number that can still be read.</summary>
    public long Oldest
    {
        get
        {
            lock (this)
            {
                return Math.Max(1, _head - _slots.Length + 1);
            }
        }
    }

    /// <summary>What a reader gets in the place of events that it has missed.</summary>
    public RoomEvent Lag(long lastMissing, long count) =>
        new(session, lastMissing, clock.GetUtcNow(), RoomEventKinds.Lagged, (object?)null) { Lagged = count };

    public void Add(EventCursor cursor)
    {
        lock (this)
        {
            cursor.Next = _cursors;
            if (_cursors is not null)
            {
                _cursors.Previous = cursor;
            }

            _cursors = cursor;
            _knownOldestCursor = Math.Min(_knownOldestCursor, cursor.Position);
        }
    }

    public void Remove(EventCursor cursor)
    {
        lock (this)
        {
            (cursor.Previous is null ? ref _cursors : ref cursor.Previous.Next) = cursor.Next;
            if (cursor.Next is not null)
            {
                cursor.Next.Previous = cursor.Previous;
            }

            cursor.Next = cursor.Previous = null;
        }
    }

    /// <summary>Lets a cursor wait for the next event, unless there is one already.</summary>
    /// <returns>Whether it waits.</returns>
    public bool TryWait(EventCursor cursor)
    {
        lock (this)
        {
            if (_completed || cursor.Position <= _head)
            {
                return false;
            }

            cursor.NextWaiting = _waiting;
            _waiting = cursor;
            return true;
        }
    }

    /// <summary>Takes a cursor out of those that wait. False when it has been woken already.</summary>
    public bool TryStopWaiting(EventCursor cursor)
    {
        lock (this)
        {
            ref var link = ref _waiting;
            while (link is not null)
            {
                if (link == cursor)
                {
                    link = cursor.NextWaiting;
                    cursor.NextWaiting = null;
                    return true;
                }

                link = ref link.NextWaiting;
            }

            return false;
        }
    }

    private static void Wake(EventCursor? waiting)
    {
        while (waiting is not null)
        {
            var next = waiting.NextWaiting;
            waiting.NextWaiting = null;
            waiting.Wake();
            waiting = next;
        }
    }

    private EventCursor? TakeWaiting()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    /// <summary>
    /// Grows to what is always kept, and beyond it only for a cursor that has not read the event that would be
    /// overwritten. How far the slowest cursor is gets looked up only when the last answer no longer says enough.
    /// </summary>
    private bool MustGrow(long sequence)
    {
        if (_slots.Length < retained)
        {
            return true;
        }

        long overwritten = sequence - _slots.Length;
        if (_slots.Length >= maxRetained || _knownOldestCursor > overwritten)
        {
            return false;
        }

        _knownOldestCursor = long.MaxValue;
        for (var cursor = _cursors; cursor is not null; cursor = cursor.Next)
        {
            _knownOldestCursor = Math.Min(_knownOldestCursor, cursor.Position);
        }

        return _knownOldestCursor <= overwritten;
    }

    private void Grow()
    {
        var grown = new RoomEvent?[_slots.Length * 2];
        foreach (var e in _slots)
        {
            if (e is not null)
            {
                grown[e.Sequence & (grown.Length - 1)] = e;
            }
        }

        Volatile.Write(ref _slots, grown);
    }
}
