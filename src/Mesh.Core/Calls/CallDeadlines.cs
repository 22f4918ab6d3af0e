namespace Mesh;

/// <summary>
/// The deadlines of a host's calls that did not end at once, behind one timer, which is set only while there are any. A
/// timer for each call would cost it more than its journal entry. Most calls have the host's time-out, and are due in the
/// order in which they came.
/// </summary>
internal sealed class CallDeadlines
{
    private readonly DueLine<CallLife> _usual = new();
    private readonly DueHeap<CallLife> _others = new();
    private readonly TimeProvider _clock;
    private readonly long _usualTimeout;
    private readonly Lock _timerLock = new();
    private readonly DueTimer _timer;
    private SpinLock _gate = new(enableThreadOwnerTracking: false);

    /// <param name="clock">The host's clock.</param>
    /// <param name="usualTimeout">The time that most calls have, in ticks of the clock.</param>
    public CallDeadlines(TimeProvider clock, long usualTimeout)
    {
        _clock = clock;
        _usualTimeout = usualTimeout;
        _timer = new(clock, OnTimer);
    }

    /// <summary>Sees to it that a call is told at a moment, instead of any that was set before.</summary>
    /// <param name="call">The call.</param>
    /// <param name="due">The timestamp.</param>
    public void Set(CallLife call, long due)
    {
        bool isBeforeTimer;
        using (new SpinHold(ref _gate))
        {
            RemoveHeld(call);
            call.Due = due;
            if (due - call.Call.StartedAt != _usualTimeout || !_usual.TryAdd(call))
            {
                _others.Add(call);
            }

            // Whoever sets the timer for less looks here once more afterwards, so one of the two sees the other.
            isBeforeTimer = due < _timer.Due;
        }

        if (isBeforeTimer)
        {
            SetTimer();
        }
    }

    /// <summary>Forgets a call; without effect when it was told, or not set.</summary>
    public void Remove(CallLife call)
    {
        if (call.Place == DueItem.Nowhere)
        {
            return;
        }

        bool isLast;
        using (new SpinHold(ref _gate))
        {
            RemoveHeld(call);
            isLast = FirstDueHeld == long.MaxValue;
        }

        // Set too early for those that are left, it does no harm.
        if (isLast)
        {
            SetTimer();
        }
    }

    private long FirstDueHeld => Math.Min(_usual.FirstDue, _others.FirstDue);

    private void OnTimer()
    {
        lock (_timerLock)
        {
            _timer.Reset();
        }

        while (TakeDue() is { } call)
        {
            call.OnDue();
        }

        SetTimer();
    }

    /// <summary>The next call whose time has come; null when there is none.</summary>
    private CallLife? TakeDue()
    {
        long now = _clock.GetTimestamp();
        using (new SpinHold(ref _gate))
        {
            return _usual.FirstDue <= _others.FirstDue ? _usual.TakeDue(now) : _others.TakeDue(now);
        }
    }

    /// <summary>Sets the timer for the first call, or for none.</summary>
    private void SetTimer()
    {
        lock (_timerLock)
        {
            long due;
            do
            {
                due = FirstDue();
                _timer.Set(due, _clock.GetTimestamp());
            }
            while (FirstDue() < due);
        }
    }

    private long FirstDue()
    {
        using (new SpinHold(ref _gate))
        {
            return FirstDueHeld;
        }
    }

    private void RemoveHeld(CallLife call)
    {
        if (call.Place == DueItem.InLine)
        {
            _usual.Remove(call);
        }
        else if (call.Place != DueItem.Nowhere)
        {
            _others.Remove(call);
        }
    }
}
