namespace Mesh;

/// <summary>Wakes a queue when something becomes of its messages. There is a timer only while one is needed. Used under the lock of the store.</summary>
internal sealed class QueueTimer(TimeProvider clock, Action onTime)
{
    private ITimer? _timer;
    private long _due = long.MaxValue;

    /// <summary>Sets it for a time, or for none.</summary>
    /// <param name="due">The timestamp; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="now">The time.</param>
    public void Set(long due, long now)
    {
        if (due == _due)
        {
            return;
        }

        _due = due;
        if (due == long.MaxValue)
        {
            _timer?.Dispose();
            _timer = null;
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
    public void Reset() => _due = long.MinValue;
}
