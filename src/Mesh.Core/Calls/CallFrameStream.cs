using System.Threading.Tasks.Sources;

namespace Mesh;

/// <summary>
/// A streaming call as its consumer pulls it. Cold: the call starts at the first <see cref="MoveNextAsync"/>, on the
/// consumer's own flow. There is no buffer: a frame is handed over, and its writer goes on when the consumer asks for
/// the next one, so a slow consumer slows its producer down and what the consumer got is all that was sent.
/// </summary>
/// <remarks>
/// Each direction has one reusable value-task source, so that an item costs no allocation of its own. The continuation
/// of the side that waits runs on the thread of the side that acts; neither is resumed under the lock.
/// </remarks>
internal sealed class CallFrameStream : IAsyncEnumerable<CallFrame>, IAsyncEnumerator<CallFrame>, IFrameSink, IValueTaskSource<bool>, IValueTaskSource
{
    private readonly Lock _gate = new();
    private readonly Func<CallFrameStream, CancellationToken, CallState> _begin;
    private readonly CancellationToken _callerToken;
    private ManualResetValueTaskSourceCore<bool> _reader;
    private ManualResetValueTaskSourceCore<bool> _writer;
    private Queue<(CallFrame Frame, TaskCompletionSource Turn)>? _queue;
    private CallState? _call;
    private CancellationTokenSource? _linked;
    private CancellationToken _token;
    private Task _run = Task.CompletedTask;
    private CallFrame? _slot;
    private CallFrame? _last;
    private TaskCompletionSource? _parkedTurn;
    private ITimer? _idleTimer;
    private long _waitingSince;
    private long _sequence;
    private bool _parked;
    private bool _isLetGo;
    private bool _readerWaits;
    private bool _taken;
    private bool _done;

    /// <summary>A stream of a call that <paramref name="begin"/> makes when it is first read.</summary>
    public CallFrameStream(Func<CallFrameStream, CancellationToken, CallState> begin, CancellationToken callerToken)
    {
        _begin = begin;
        _callerToken = callerToken;
    }

    private CallFrameStream(CallFrameStream template)
        : this(template._begin, template._callerToken)
    {
    }

    public CallFrame Current { get; private set; } = null!;

    public ToolResponse? Partial => null;

    public IAsyncEnumerator<CallFrame> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        // Reading a stream again makes another call; only the first reader gets this very object.
        var stream = Interlocked.Exchange(ref _taken, true) ? new CallFrameStream(this) { _taken = true } : this;
        if (stream._callerToken.CanBeCanceled && cancellationToken.CanBeCanceled && stream._callerToken != cancellationToken)
        {
            stream._linked = CancellationTokenSource.CreateLinkedTokenSource(stream._callerToken, cancellationToken);
        }

        stream._token = stream._linked?.Token ?? (cancellationToken.CanBeCanceled ? cancellationToken : stream._callerToken);
        return stream;
    }

    public ValueTask<bool> MoveNextAsync()
    {
        TaskCompletionSource? turn = null;
        bool release = false;
        lock (_gate)
        {
            if (_done)
            {
                return new(false);
            }

            if (_call is not null)
            {
                (release, turn) = TakeParked();
                AdvanceQueue();
            }
        }

        if (_call is null)
        {
            _call = _begin(this, _token);
            _run = RunAsync(_call);
        }
        else if (release)
        {
            _writer.SetResult(true);
        }

        turn?.TrySetResult();
        if (Volatile.Read(ref _slot) is not null)
        {
            // The writer has handed its frame over meanwhile, and touches it no more until it is taken: no lock for that.
            TryTake();
            return new(true);
        }

        lock (_gate)
        {
            if (TryTake())
            {
                return new(true);
            }

            if (_done)
            {
                return new(false);
            }

            _reader.Reset();
            _readerWaits = true;
            WatchIdle();
            return new(this, _reader.Version);
        }
    }

    public ValueTask WriteAsync(CallFrame frame)
    {
        bool wake;
        ValueTask result;
        lock (_gate)
        {
            if (_last is not null || _done)
            {
                throw new MeshException(CallErrors.CallEnded(_call!.Request.Target));
            }

            if (_parked || (_isLetGo && (_slot is not null || _queue is { Count: > 0 })))
            {
                var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                (_queue ??= new()).Enqueue((frame, turn));
                return _isLetGo ? default : new(turn.Task);
            }

            _slot = frame;
            _parked = !_isLetGo;
            _parkedTurn = null;
            _writer.Reset();
            result = _isLetGo ? default : new(this, _writer.Version);
            wake = TryWake();
        }

        if (wake)
        {
            _reader.SetResult(true);
        }

        return result;
    }

    public ToolResponse Complete(ToolResponse response) => response;

    /// <summary>
    /// Holds the writer up no longer: what it still writes is kept until it is read. For a call that is about to end by itself,
    /// and whose end must not wait for its reader.
    /// </summary>
    public void LetGo()
    {
        bool release;
        TaskCompletionSource? turn;
        lock (_gate)
        {
            _isLetGo = true;
            (release, turn) = TakeParked();
        }

        if (release)
        {
            _writer.SetResult(true);
        }

        turn?.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        if (_call is { } call && !_done)
        {
            call.Abandon(CallErrors.StoppedReading(call.Request.Target));
            await _run.ConfigureAwait(false);
        }

        _done = true;
        _linked?.Dispose();
        if (_idleTimer is not null)
        {
            await _idleTimer.DisposeAsync().ConfigureAwait(false);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        bool moved = _reader.GetResult(token);
        lock (_gate)
        {
            return moved && TryTake();
        }
    }

    void IValueTaskSource.GetResult(short token) => _writer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _reader.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _writer.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _reader.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _writer.OnCompleted(continuation, state, token, flags);

    private async Task RunAsync(CallState call)
    {
        var outcome = await call.Host.Pipeline.Run(call).ConfigureAwait(false);
        var usage = (call.Retry ?? call).Usage;
        CallFrame last = outcome.IsResult ? new ResultFrame(outcome.Response) { Usage = usage } : new ErrorFrame(outcome.Error!) { Usage = usage };
        bool wake, release, failed;
        TaskCompletionSource? turn;
        (CallFrame, TaskCompletionSource Turn)[] queued;
        lock (_gate)
        {
            _last = last;
            failed = !outcome.IsResult;
            (release, turn) = failed ? TakeParked() : default;
            queued = failed && _queue is not null ? [.. _queue] : [];
            _queue = failed ? null : _queue;
            wake = TryWake();
        }

        if (wake)
        {
            _reader.SetResult(true);
        }

        // Writers that are still there belong to a handler that the call has left behind: tell them that it is over.
        var over = new MeshException(CallErrors.CallEnded(call.Request.Target));
        if (release)
        {
            _writer.SetException(over);
        }

        turn?.TrySetException(over);
        foreach (var (_, waiting) in queued)
        {
            waiting.TrySetException(over);
        }
    }

    /// <summary>Takes the writer whose frame was handed over, to be resumed outside of the lock.</summary>
    private (bool Release, TaskCompletionSource? Turn) TakeParked()
    {
        if (!_parked)
        {
            return default;
        }

        var turn = _parkedTurn;
        _parked = false;
        _parkedTurn = null;
        return (turn is null, turn);
    }

    private void AdvanceQueue()
    {
        if (!_parked && _slot is null && _queue is not null && _queue.TryDequeue(out var next))
        {
            (_slot, _parkedTurn) = next;
            _parked = true;
        }
    }

    private bool TryTake()
    {
        if (_slot is null)
        {
            if (_last is null)
            {
                return false;
            }

            if (_token.IsCancellationRequested && _last is ErrorFrame { Error.Code: var code } && code == MeshErrorCode.Cancelled)
            {
                _done = true;
                throw new OperationCanceledException(_token);
            }

            (Current, _done) = (_last, true);
        }
        else
        {
            (Current, _slot) = (_slot, null);
        }

        // Numbered as it is handed over: what a failed call leaves unsent leaves no gap.
        Current.Sequence = ++_sequence;
        return true;
    }

    private bool TryWake()
    {
        bool wake = _readerWaits;
        _readerWaits = false;
        return wake;
    }

    /// <summary>
    /// A consumer that waits longer than the idle limit for one frame ends the call; but for a watch, and for who subscribes
    /// to a publisher, which may wait as long as they like.
    /// </summary>
    private void WatchIdle()
    {
        if (_call!.Instance is { IsWatch: true })
        {
            return;
        }

        var host = _call.Host;
        _waitingSince = host.Clock.GetTimestamp();
        _idleTimer ??= host.Clock.CreateTimer(static state => ((CallFrameStream)state!).OnIdleTimer(), this, host.Options.StreamIdleTimeout, Timeout.InfiniteTimeSpan);
    }

    private void OnIdleTimer()
    {
        var host = _call!.Host;
        TimeSpan idle;
        lock (_gate)
        {
            if (_done || _last is not null || _call.Instance is { IsWatch: true })
            {
                return;
            }

            idle = _readerWaits ? _call.IdleSince(_waitingSince) : TimeSpan.Zero;
            if (idle < host.Options.StreamIdleTimeout)
            {
                _idleTimer!.Change(host.Options.StreamIdleTimeout - idle, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _call.Abandon(CallErrors.StreamIdle(_call));
    }
}
