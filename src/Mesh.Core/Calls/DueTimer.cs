namespace Mesh;

/// <summary>Wakes whoever keeps a <see cref="DueHeap{T}"/> when its first item is due. Nothing is set while nothing is. Used under its owner's lock.</summary>
internal sealed class DueTimer(TimeProvider clock, Action onTime)
{
    private ITimer? _timer;

    /// <summary>What it is set for; <see cref="long.MaxValue"/> for nothing.</summary>
    public long Due
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    } = long.MaxValue;

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
            _timer = clock.CreateTimer(static onTime => ((Action)onTime!)(), onTime, delay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>It has fired: it is set for nothing, whatever it was set for.</summary>
    public void Reset() => Due = long.MinValue;
}
