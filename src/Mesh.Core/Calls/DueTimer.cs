namespace Mesh;

/// <summary>Wakes its owner when the first of many is due. Used under its owner's lock.</summary>
internal sealed class DueTimer(TimeProvider clock, Action onTime)
{
    private ITimer? _timer;
    private long _due = long.MaxValue;

    /// <summary>What it is set for; <see cref="long.MaxValue"/> for nothing.</summary>
    public long Due
    {
        get => Volatile.Read(ref _due);
        private set => Volatile.Write(ref _due, value);
    }

    /// <summary>Sets it for a time, or for none.</summary>
    /// <param name="due">The timestamp; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="now">The time.</param>
    public void Set(long due, long now)
    {
        if (due == Due)
        {
            return;
        }

        Due = due;
        if (due == long.MaxValue)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // Timers know milliseconds: for less than one they would fire at once, and again and again until it is time.
        var delay = TimeSpan.FromTicks(Math.Clamp(clock.GetElapsedTime(now, due).Ticks, TimeSpan.TicksPerMillisecond, CallLimits.LongestTimer.Ticks));
        if (_timer is null)
        {
            // What the first who is timed has ambient must not stay for as long as its owner.
            using var outside = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _timer = clock.CreateTimer(static onTime => ((Action)onTime!)(), onTime, delay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>It has fired: it is set for nothing now.</summary>
    public void Reset() => Interlocked.Exchange(ref _due, long.MaxValue);
}
