namespace Mesh;

/// <summary>
/// The deadlines of a host's calls that did not end at once, behind one timer, which is set only while there are any. A
/// timer for each call would cost it more than its journal entry.
/// </summary>
internal sealed class CallDeadlines(TimeProvider clock)
{
    private const long Never = long.MaxValue;

    private readonly Lock _lock = new();

    // A heap: the earliest is the first. Most calls have the same time, so that a new one is the last already.
    private CallLife[] _lives = new CallLife[8];
    private int _count;
    private ITimer? _timer;
    private long _timerDue = Never;

    /// <summary>Sees to it that a call is told at a moment, instead of any that was set before.</summary>
    /// <param name="life">The call.</param>
    /// <param name="due">The timestamp.</param>
    public void Set(CallLife life, long due)
    {
        lock (_lock)
        {
            if (life.DueSlot >= 0)
            {
                RemoveLocked(life);
            }

            if (_count == _lives.Length)
            {
                Array.Resize(ref _lives, _count * 2);
            }

            life.Due = due;
            SiftUp(life, _count++);
            if (due < _timerDue)
            {
                ArmLocked(due);
            }
        }
    }

    /// <summary>Forgets a call; without effect when it was told, or not set.</summary>
    public void Remove(CallLife life)
    {
        if (life.DueSlot < 0)
        {
            return;
        }

        lock (_lock)
        {
            if (life.DueSlot >= 0)
            {
                RemoveLocked(life);
            }

            if (_count == 0 && _timerDue != Never)
            {
                _timerDue = Never;
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void OnTimer()
    {
        while (TakeDue() is { } life)
        {
            life.OnDue();
        }
    }

    /// <summary>The next call whose time has come; when there is none, the timer is set for the first of the others.</summary>
    private CallLife? TakeDue()
    {
        lock (_lock)
        {
            if (_count > 0 && _lives[0] is var first && first.Due <= clock.GetTimestamp())
            {
                RemoveLocked(first);
                return first;
            }

            _timerDue = Never;
            if (_count > 0)
            {
                ArmLocked(_lives[0].Due);
            }

            return null;
        }
    }

    private void ArmLocked(long due)
    {
        _timerDue = due;

        // A moment too late rather than too early, which would be once more for nothing.
        var delay = TimeSpan.FromTicks(Math.Max(1, clock.GetElapsedTime(clock.GetTimestamp(), due).Ticks + 1));
        delay = delay < CallLimits.LongestTimer ? delay : CallLimits.LongestTimer;
        if (_timer is null)
        {
            _timer = clock.CreateTimer(static state => ((CallDeadlines)state!).OnTimer(), this, delay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void RemoveLocked(CallLife life)
    {
        int slot = life.DueSlot;
        var last = _lives[--_count];
        _lives[_count] = null!;
        life.DueSlot = -1;
        if (last == life)
        {
            return;
        }

        SiftUp(last, slot);
        if (last.DueSlot == slot)
        {
            SiftDown(last, slot);
        }
    }

    private void SiftUp(CallLife life, int slot)
    {
        while (slot > 0 && _lives[(slot - 1) / 2] is var parent && parent.Due > life.Due)
        {
            Place(parent, slot);
            slot = (slot - 1) / 2;
        }

        Place(life, slot);
    }

    private void SiftDown(CallLife life, int slot)
    {
        while ((2 * slot) + 1 is var child && child < _count)
        {
            child += child + 1 < _count && _lives[child + 1].Due < _lives[child].Due ? 1 : 0;
            if (_lives[child].Due >= life.Due)
            {
                break;
            }

            Place(_lives[child], slot);
            slot = child;
        }

        Place(life, slot);
    }

    private void Place(CallLife life, int slot)
    {
        _lives[slot] = life;
        life.DueSlot = slot;
    }
}
