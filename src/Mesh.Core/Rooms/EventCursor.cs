using System.Threading.Tasks.Sources;

namespace Mesh;

/// <summary>Who reads events: what it may see, and how long.</summary>
internal interface IEventReader
{
    /// <summary>Takes note of a cursor, to stop it when the reader is gone. False when it is gone already.</summary>
    bool TryAddCursor(EventCursor cursor);

    void RemoveCursor(EventCursor cursor);

    bool MaySee(RoomEvent e);
}

/// <summary>
/// One reader of a room's events, in its room's process. Reading what is there costs neither a lock nor an allocation;
/// waiting reuses one value-task source. Not for two readers at once.
/// </summary>
internal sealed class EventCursor : IAsyncEnumerator<RoomEvent>, IValueTaskSource<bool>
{
    private readonly EventRing _ring;
    private readonly IEventReader _reader;
    private readonly CancellationToken _token;
    private readonly CancellationToken _otherToken;
    private readonly CancellationTokenRegistration _cancellation;
    private readonly CancellationTokenRegistration _otherCancellation;
    private ManualResetValueTaskSourceCore<bool> _wakeUp = new() { RunContinuationsAsynchronously = true };
    private RoomEvent? _found;
    private long _position;
    private long _stopAfter = long.MaxValue;
    private bool _disposed;

    /// <summary>A reader that either of two tokens ends: that of the enumeration, and that of whoever asked for the events.</summary>
    public EventCursor(EventRing ring, IEventReader reader, long from, CancellationToken token, CancellationToken otherToken = default)
    {
        _ring = ring;
        _reader = reader;
        _position = Math.Max(1, from);
        _token = token;
        _otherToken = otherToken;
        ring.Add(this);
        if (!reader.TryAddCursor(this))
        {
            _stopAfter = 0;
        }

        _cancellation = WakeOn(token);
        _otherCancellation = WakeOn(otherToken);
    }

    /// <summary>The sequence number that is read next.</summary>
    public long Position => Volatile.Read(ref _position);

    public RoomEvent Current { get; private set; } = null!;

    private bool IsCancelled => _token.IsCancellationRequested || _otherToken.IsCancellationRequested;

    /// <summary>Links of the ring's lists, kept under its lock.</summary>
    internal EventCursor? Next;
    internal EventCursor? Previous;
    internal EventCursor? NextWaiting;

    public ValueTask<bool> MoveNextAsync()
    {
        if (TryFind())
        {
            return new(Take());
        }

        _wakeUp.Reset();
        var waiting = new ValueTask<bool>(this, _wakeUp.Version);
        WaitOrWake();
        if (IsCancelled || _stopAfter != long.MaxValue)
        {
            WakeIfWaiting();
        }

        return waiting;
    }

    /// <summary>Ends the stream after the events that are there now: its reader has left the room.</summary>
    public void Stop()
    {
        Volatile.Write(ref _stopAfter, _ring.Head);
        WakeIfWaiting();
    }

    /// <summary>Called by the ring, outside of its lock, when there is a new event or no more will come.</summary>
    public void Wake() => WaitOrWake();

    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ring.Remove(this);
            _reader.RemoveCursor(this);
            await _cancellation.DisposeAsync().ConfigureAwait(false);
            await _otherCancellation.DisposeAsync().ConfigureAwait(false);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _wakeUp.GetResult(token);
        return Take();
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wakeUp.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wakeUp.OnCompleted(continuation, state, token, flags);

    /// <summary>Waits in the ring until there is something that this reader may see.</summary>
    private void WaitOrWake()
    {
        while (!TryFind())
        {
            if (_ring.TryWait(this))
            {
                return;
            }
        }

        _wakeUp.SetResult(true);
    }

    private CancellationTokenRegistration WakeOn(CancellationToken token) => token.CanBeCanceled
        ? token.UnsafeRegister(static state => ((EventCursor)state!).WakeIfWaiting(), this)
        : default;

    private void WakeIfWaiting()
    {
        if (_ring.TryStopWaiting(this))
        {
            WaitOrWake();
        }
    }

    /// <summary>Looks for the next event that the reader may see, or for the end; false when it has to wait for either.</summary>
    private bool TryFind()
    {
        if (IsCancelled)
        {
            return true;
        }

        long last = Math.Min(_ring.Head, Volatile.Read(ref _stopAfter));
        while (_position <= last)
        {
            long position = _position;
            if (_ring.Read(position) is not { } e)
            {
                return FindLag(position);
            }

            Volatile.Write(ref _position, position + 1);
            if (_reader.MaySee(e))
            {
                _found = e;
                return true;
            }
        }

        return _position > Volatile.Read(ref _stopAfter) || (_ring.IsCompleted && _position > _ring.Head);
    }

    private bool FindLag(long position)
    {
        long oldest = Math.Max(_ring.Oldest, position + 1);
        _found = _ring.Lag(oldest - 1, oldest - position);
        Volatile.Write(ref _position, oldest);
        return true;
    }

    /// <summary>Hands out what <see cref="TryFind"/> found; nothing found means the end.</summary>
    private bool Take()
    {
        if (_found is { } e)
        {
            (Current, _found) = (e, null);
            if (e.Lagged > 0)
            {
                // Not where it is found: that may be under the lock of a room that publishes.
                MeshInstruments.DroppedEvents.Add(e.Lagged);
            }

            return true;
        }

        _token.ThrowIfCancellationRequested();
        _otherToken.ThrowIfCancellationRequested();
        return false;
    }
}
