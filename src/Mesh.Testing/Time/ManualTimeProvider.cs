namespace Mesh.Testing;

/// <summary>
/// A clock that stands still until it is told to move. Timers that become due fire in the order of their times, on the
/// thread that moves the clock. Thread-safe.
/// </summary>
/// <example><code>
/// var clock = new ManualTimeProvider();
/// await using var mesh = new MeshHost(new() { TimeProvider = clock });
/// var call = room.Toolkits.InvokeAsync&lt;string&gt;("slow/tool").AsTask();
/// await clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(60));      // The call's deadline passes, at once.
/// </code></example>
public sealed class ManualTimeProvider : TimeProvider
{
    /// <summary>How long <see cref="TimerWithinAsync"/> waits, by the system's clock; never used up by a test that passes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(long Due, TaskCompletionSource Found)> _waiters = [];
    private readonly DateTimeOffset _start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private long _now;

    // Where the clock is when all that move it have done so. Those that do at once add up, and none takes it back.
    private long _end;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers are set.</summary>
    public int TimerCount
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>The time that it shows: noon on 1 January 2030, and what it was moved on since.</summary>
    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(GetTimestamp());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Moves the clock on, and fires what becomes due on the way, also timers that are set by others that fire. Where several move it at once, or a timer that fires
    /// does, it is moved by as much as all of them together.
    /// </summary>
    /// <param name="time">How far; at least 0.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        long end;
        lock (_gate)
        {
            end = _end += time.Ticks;
        }

        while (MoveTo(end) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Waits until a timer is set that is due within a time from now: what is timed elsewhere has begun.</summary>
    /// <param name="time">How far ahead it may be due.</param>
    /// <exception cref="TimeoutException">There was none within 30 s of the system's clock.</exception>
    public Task TimerWithinAsync(TimeSpan time)
    {
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiters.Add((_now + time.Ticks, found));
            TellWaitersLocked();
        }

        return found.Task.WaitAsync(Longest, System);
    }

    /// <summary>Waits until a timer is set that is due within a time from now, and moves the clock on by that time.</summary>
    /// <param name="time">How far ahead it may be due, and how far the clock is moved.</param>
    /// <exception cref="TimeoutException">There was none within 30 s of the system's clock.</exception>
    public async Task AdvancePastTimerAsync(TimeSpan time)
    {
        await TimerWithinAsync(time).ConfigureAwait(false);
        Advance(time);
    }

    private bool Set(ManualTimer timer, TimeSpan dueTime, TimeSpan period, bool isLast)
    {
        lock (_gate)
        {
            if (timer.IsDisposed)
            {
                return false;
            }

            timer.IsDisposed = isLast;
            timer.Period = period;
            _timers.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                AddLocked(timer, dueTime);
            }

            return true;
        }
    }

    private void AddLocked(ManualTimer timer, TimeSpan dueTime)
    {
        timer.Due = _now + dueTime.Ticks;
        _timers.Add(timer);
        TellWaitersLocked();
    }

    private void TellWaitersLocked()
    {
        foreach (var waiter in _waiters.Where(waiter => _timers.Exists(timer => timer.Due <= waiter.Due)).ToArray())
        {
            _waiters.Remove(waiter);
            waiter.Found.SetResult();
        }
    }

    /// <summary>Moves the clock on to the next timer that is due until then, which is to fire, or else to the end.</summary>
    private ManualTimer? MoveTo(long end)
    {
        lock (_gate)
        {
            var next = _timers.MinBy(timer => timer.Due);
            bool isDue = next?.Due <= end;
            Interlocked.Exchange(ref _now, Math.Max(_now, isDue ? next!.Due : end));
            if (!isDue)
            {
                return null;
            }

            // Set anew before anybody can change or dispose it in between.
            _timers.Remove(next!);
            if (next!.Period > TimeSpan.Zero)
            {
                AddLocked(next, next.Period);
            }

            return next;
        }
    }

    /// <summary>Guarded by the lock of its clock.</summary>
    private sealed class ManualTimer(ManualTimeProvider clock, Action callback) : ITimer
    {
        public long Due { get; set; }

        public TimeSpan Period { get; set; }

        public bool IsDisposed { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => clock.Set(this, dueTime, period, isLast: false);

        public void Fire() => callback();

        public void Dispose() => clock.Set(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, isLast: true);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
