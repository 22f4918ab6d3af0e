namespace Mesh;

/// <summary>
/// The deadlines of a host's calls that did not end at once, behind one timer, which is set only while there are any. A
/// timer for each call would cost it more than its journal entry.
/// </summary>
internal sealed class CallDeadlines
{
    private readonly Lock _lock = new();
    private readonly DueHeap<CallLife> _calls = new();
    private readonly TimeProvider _clock;
    private readonly DueTimer _timer;

    public CallDeadlines(TimeProvider clock)
    {
        _clock = clock;
        _timer = new(clock, OnTimer);
    }

    /// <summary>Sees to it that a call is told at a moment, instead of any that was set before.</summary>
    /// <param name="call">The call.</param>
    /// <param name="due">The timestamp.</param>
    public void Set(CallLife call, long due)
    {
        lock (_lock)
        {
            call.Due = due;
            if (call.HeapIndex < 0)
            {
                _calls.Add(call);
            }
            else
            {
                _calls.Update(call);
            }

            if (due < _timer.Due)
            {
                _timer.Set(due, _clock.GetTimestamp());
            }
        }
    }

    /// <summary>Forgets a call; without effect when it was told, or not set.</summary>
    public void Remove(CallLife call)
    {
        if (call.HeapIndex < 0)
        {
            return;
        }

        lock (_lock)
        {
            if (call.HeapIndex >= 0)
            {
                _calls.Remove(call);
            }

            // Set too early for those that are left, it does no harm.
            if (_calls.Count == 0)
            {
                _timer.Set(long.MaxValue, 0);
            }
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _timer.Reset();
        }

        while (TakeDue() is { } call)
        {
            call.OnDue();
        }
    }

    /// <summary>The next call whose time has come; when there is none, the timer is set for the first of the others.</summary>
    private CallLife? TakeDue()
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            var call = _calls.TakeDue(now);
            if (call is null)
            {
                _timer.Set(_calls.FirstDue, now);
            }

            return call;
        }
    }
}
