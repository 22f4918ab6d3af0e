using System.Diagnostics;

namespace Mesh.Benchmarks.Scenes;

/// <summary>
/// A clock whose timers are due within a millisecond. Those of the system go by its tick, which is 4 ms on many machines: who starts one at
/// the beginning of a tick waits 4 ms longer than who starts it at the end, and what is measured is where in a tick a crowd began.
/// </summary>
internal sealed class FineClock : TimeProvider, IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Entry, long> _entries = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly Thread _thread;
    private bool _isOver;

    public FineClock()
    {
        _thread = new(Run) { IsBackground = true, Name = "fine clock" };
        _thread.Start();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var entry = new Entry(this, callback, state);
        entry.Change(dueTime, period);
        return entry;
    }

    public void Dispose()
    {
        _isOver = true;
        _changed.Set();
        _thread.Join();
        _changed.Dispose();
    }

    private void Run()
    {
        while (!Volatile.Read(ref _isOver))
        {
            _changed.WaitOne(FireDue());
        }
    }

    /// <returns>How long nothing is due, in milliseconds; -1 for as long as nothing changes.</returns>
    private int FireDue()
    {
        lock (_gate)
        {
            while (_entries.TryPeek(out var entry, out long due))
            {
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (left > TimeSpan.Zero)
                {
                    return (int)Math.Ceiling(left.TotalMilliseconds);
                }

                _entries.Dequeue();
                if (entry.Due == due)
                {
                    // Like those of the system: each on the thread pool, in the order in which they are due.
                    ThreadPool.UnsafeQueueUserWorkItem(entry, preferLocal: false);
                }
            }

            return Timeout.Infinite;
        }
    }

    private sealed class Entry(FineClock clock, TimerCallback callback, object? state) : ITimer, IThreadPoolWorkItem
    {
        public long Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
            {
                throw new NotSupportedException("These timers are due once.");
            }

            bool isFirst = false;
            lock (clock._gate)
            {
                Due = 0;
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = Stopwatch.GetTimestamp() + (long)(dueTime.TotalSeconds * Stopwatch.Frequency);
                    clock._entries.Enqueue(this, Due);
                    isFirst = ReferenceEquals(clock._entries.Peek(), this);
                }
            }

            if (isFirst)
            {
                clock._changed.Set();
            }

            return true;
        }

        public void Execute() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
