namespace Mesh;

/// <summary>
/// Takes the events of one room to the journal, in order, one at a time. Events are published under the room's lock; a
/// journal is code of the host's, and is never called under it: whoever has published calls <see cref="Take"/> when it
/// holds no lock any more. As long as the journal takes its time, events wait in the room's ring; of those that the ring
/// could not keep, the journal gets the number.
/// </summary>
internal sealed class RoomJournal(Room room)
{
    private const int Idle = 0, Working = 1, Again = 2;
    private TaskCompletionSource? _allTaken;
    private long _last;
    private int _state;

    /// <summary>Appends what was published and is not appended yet, unless somebody is at it, who then does this too.</summary>
    public void Take()
    {
        if (Interlocked.Exchange(ref _state, Again) != Idle)
        {
            return;
        }

        do
        {
            // A full fence: what was published before somebody said so must be seen from here on.
            Interlocked.Exchange(ref _state, Working);
            while (TryNext(out var entry))
            {
                var appending = Append(entry);
                if (!appending.IsCompletedSuccessfully)
                {
                    // Awaited, through the source that it completes, by whoever retires the room.
                    _ = TakeRestAsync(appending);
                    return;
                }

                appending.GetAwaiter().GetResult();
            }
        }
        while (!TryRest());
    }

    /// <summary>
    /// Waits until all that was published is appended, up to the host's limit; what is not by then is still appended when
    /// the journal goes on. Nothing may be published any more.
    /// </summary>
    public async ValueTask CompleteAsync()
    {
        _allTaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Take();
        try
        {
            await _allTaken.Task.WaitAsync(room.Host.Options.ServiceTimeout, room.Host.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            room.Host.ReportFault(new(MeshFaultKind.Journal, $"The journal did not take the last events of room '{room.Name}' in time.", exception));
        }
    }

    private async Task TakeRestAsync(ValueTask appending)
    {
        CallContext.Leave();
        await ObserveAsync(appending).ConfigureAwait(false);
        do
        {
            Interlocked.Exchange(ref _state, Working);
            while (TryNext(out var entry))
            {
                await ObserveAsync(Append(entry)).ConfigureAwait(false);
            }
        }
        while (!TryRest());
    }

    /// <summary>Stops, unless something was published meanwhile.</summary>
    private bool TryRest()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Working) != Working)
        {
            return false;
        }

        Volatile.Read(ref _allTaken)?.TrySetResult();
        return true;
    }

    /// <summary>The next event that the ring still has, or how many it has not.</summary>
    private bool TryNext(out JournalEntry entry)
    {
        var ring = room.Events;
        long next = _last + 1;
        if (next > ring.Head)
        {
            entry = default;
            return false;
        }

        var e = ring.Read(next);
        if (e is null)
        {
            long oldest = Math.Max(ring.Oldest, next + 1);
            e = ring.Lag(oldest - 1, oldest - next);
        }

        _last = e.Sequence;
        entry = JournalEntry.OfEvent(room.Name, JournaledEvent.Of(e, room.Options.JournalCapture));
        return true;
    }

    private ValueTask Append(in JournalEntry entry)
    {
        try
        {
            return room.Host.Journal.AppendAsync(entry);
        }
        catch (Exception exception)
        {
            Report(exception);
            return default;
        }
    }

    private async ValueTask ObserveAsync(ValueTask appending)
    {
        try
        {
            await appending.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    private void Report(Exception exception) =>
        room.Host.ReportFault(new(MeshFaultKind.Journal, $"The journal did not take an event of room '{room.Name}'.", exception));
}
