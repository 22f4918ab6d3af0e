namespace Mesh;

/// <summary>
/// The deadlines of a host's calls that did not end at once, behind one timer. It is set for the first of them; when it fires,
/// it looks at all calls there are. Most calls end long before, and have only looked whether it is set.
/// </summary>
internal sealed class CallDeadlines
{
    /// <summary>Looking at one call takes about a tenth of this: however many are due one after the other, it does not take all of a processor.</summary>
    private static readonly TimeSpan PerCall = TimeSpan.FromTicks(1);

    private readonly MeshHost _host;
    private readonly Lock _gate = new();
    private readonly DueTimer _timer;

    // A timer of the system may stay set when its call has ended: that saves setting it for each of many calls that follow one
    // another. Timers of other clocks are seen, by tests that wait until one is set.
    private readonly bool _staysSet;

    public CallDeadlines(MeshHost host)
    {
        _host = host;
        _timer = new(host.Clock, OnTimer);
        _staysSet = host.Clock == TimeProvider.System;
    }

    /// <summary>Sees to it that a call of a room is told when it is due. Since its time was set a full fence must have come.</summary>
    /// <param name="due">The timestamp.</param>
    public void Expect(long due)
    {
        if (due >= _timer.Due)
        {
            return;
        }

        lock (_gate)
        {
            if (due < _timer.Due)
            {
                _timer.Set(due, _host.Clock.GetTimestamp());
            }
        }
    }

    /// <summary>A call has ended, and its room does not track it any more.</summary>
    /// <param name="due">When it was due.</param>
    public void Forget(long due)
    {
        if (!_staysSet && due <= _timer.Due && due != long.MaxValue && !TrackedCalls().Any(call => call.Due <= due))
        {
            SetTimer();
        }
    }

    /// <summary>Sets no timer any more for the calls that there were: their rooms are retired.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _timer.Set(long.MaxValue, 0);
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timer.Reset();
        }

        long now = _host.Clock.GetTimestamp();
        foreach (var call in TrackedCalls().Where(call => call.Due <= now))
        {
            call.OnDue();
        }

        SetTimer();
    }

    /// <summary>Sets the timer for the first call, or for none.</summary>
    private void SetTimer()
    {
        lock (_gate)
        {
            long first;
            do
            {
                (first, int calls) = FirstDue();
                long now = _host.Clock.GetTimestamp();
                _timer.Set(first == long.MaxValue ? first : Math.Max(first, _host.Clock.After(now, calls * PerCall)), now);
            }
            while (FirstDue().Due < first);
        }
    }

    private (long Due, int Calls) FirstDue()
    {
        var (first, calls) = (long.MaxValue, 0);
        foreach (var call in TrackedCalls())
        {
            first = Math.Min(first, call.Due);
            calls++;
        }

        return (first, calls);
    }

    private IEnumerable<CallLife> TrackedCalls() => _host.OpenRooms.SelectMany(static room => room.TrackedCalls());
}
