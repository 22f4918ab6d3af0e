using System.Threading.Tasks.Sources;

namespace Mesh;

/// <summary>
/// The part of a call that exists only when it does not end at once: its cancellation token, its deadline, and the race
/// between its handler and whatever may end it from outside (its caller, its caller leaving, its parent, its deadline, its
/// provider leaving).
/// </summary>
internal sealed class CallLife(CallState call) : DueItem, IValueTaskSource<CallEnd>, IDisposable
{
    private ManualResetValueTaskSourceCore<bool> _race;
    private CancellationTokenSource? _cancellation;
    private CancellationTokenRegistration _caller;
    private CancellationTokenRegistration _parent;
    private RoomMember? _provider;
    private CallLink _asCaller;
    private CallLink _asProvider;
    private MeshError? _imposed;
    private Task? _handler;
    private CallEnd _handled;
    private CallGate? _gate;
    private long _beganAt;
    private bool _isRaceOver;
    private bool _isCancelled;
    private int _pauses;
    private long _pausedAt;
    private long _resumedAt;
    private CallSpending? _spending;
    private CallTurn? _turn;
    private bool _disposed;

    public CallState Call => call;

    /// <inheritdoc/>
    public override long Order => 0;

    /// <summary>The token, made when it is first asked for: most handlers never do.</summary>
    public CancellationToken Token
    {
        get
        {
            if (Volatile.Read(ref _cancellation) is { } made)
            {
                return made.Token;
            }

            var source = new CancellationTokenSource();
            source = Interlocked.CompareExchange(ref _cancellation, source, null) ?? source;
            if (Volatile.Read(ref _isCancelled))
            {
                _ = source.CancelAsync();
            }

            return source.Token;
        }
    }

    /// <summary>Whether a handler still runs that the call no longer waits for.</summary>
    public bool HandlerLeftBehind { get; private set; }

    /// <summary>What the call used, as its handler reports it.</summary>
    public CallUsage? Usage => _spending?.Usage;

    /// <summary>What a result that goes as JSON was taken for, where it goes back if the caller does not get it.</summary>
    public IHandedOut? HandedOut { get; set; }

    public CallOutcome? Imposed => Volatile.Read(ref _imposed) is { } error ? CallOutcome.FromError(error) : null;

    /// <summary>Its place in the list of a participant: that of its caller, or that of whoever serves it.</summary>
    public ref CallLink LinkOf(RoomMember member) => ref member == call.Member ? ref _asCaller : ref _asProvider;

    /// <summary>Links the call to all that may end it. Called once, right after it was published in its call.</summary>
    public void Arm()
    {
        SetDue();
        if (call.CallerToken.CanBeCanceled)
        {
            _caller = call.CallerToken.UnsafeRegister(
                static state => ((CallState)state!).Abandon(CallErrors.Cancelled(((CallState)state).Request.Target)), call);
        }

        if (call.Parent is { } parent)
        {
            _parent = parent.CancellationToken.UnsafeRegister(
                static state => ((CallState)state!).Abandon(CallErrors.ParentEnded(((CallState)state).Request.Target)), call);
        }

        if (!call.Member.TryTrack(this))
        {
            Impose(CallErrors.CallerLeft(call));
        }
    }

    /// <summary>Links the call to the life of whoever serves it, for as long as it waits for an approval or its handler runs.</summary>
    public void TrackProvider(ToolInstance instance)
    {
        if (instance.Provider is not { } provider || provider == call.Member || provider == _provider)
        {
            return;
        }

        _provider?.Untrack(this);

        _provider = provider;
        if (!provider.TryTrack(this))
        {
            Impose(CallErrors.ProviderLeft(call));
        }
    }

    /// <summary>Lets a handler race against what ends its call before it; called once.</summary>
    /// <param name="handler">The handler: the task of its answer, or of an outcome.</param>
    /// <param name="gate">Where the handler has a place, which it keeps until it is done, also when its call no longer waits for it.</param>
    /// <param name="beganAt">When it began; 0 without a gate.</param>
    public void Watch(Task handler, CallGate? gate = null, long beganAt = 0)
    {
        (_handler, _gate, _beganAt) = (handler, gate, beganAt);
        handler.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnHandled);
    }

    /// <summary>
    /// Waits for the end of the race; called once, after <see cref="Watch"/>. Whatever ended the call came first, even if the
    /// handler ended with it: its token was cancelled for that.
    /// </summary>
    public ValueTask<CallEnd> WaitAsync() => new(this, _race.Version);

    /// <summary>Ends the call with an error and cancels its token, unless it has ended already.</summary>
    public void Impose(MeshError error)
    {
        if (TryImpose(error))
        {
            CancelImposed();
        }
    }

    /// <summary>Ends the call with an error for who waits for it. False when it has ended already.</summary>
    public bool TryImpose(MeshError error)
    {
        if (Interlocked.CompareExchange(ref _imposed, error, null) is not null)
        {
            return false;
        }

        Volatile.Read(ref _turn)?.Leave();
        EndRace(byHandler: false);
        return true;
    }

    /// <summary>Lets what ends the call end its waiting for a turn as well.</summary>
    public void Await(CallTurn turn)
    {
        // A full fence: whoever ends the call meanwhile either sees the turn, or is seen.
        Interlocked.Exchange(ref _turn, turn);
        if (Volatile.Read(ref _imposed) is not null)
        {
            turn.Leave();
        }
    }

    /// <summary>Cancels the token of a call that an end was imposed on.</summary>
    public void CancelImposed()
    {
        if (Volatile.Read(ref _imposed) is null)
        {
            return;
        }

        // A full fence: whoever makes the token meanwhile either sees that it is cancelled, or is seen.
        Interlocked.Exchange(ref _isCancelled, true);

        // Callbacks on the token are a handler's own code: they must not run on the thread of whoever ends the call.
        _ = Volatile.Read(ref _cancellation)?.CancelAsync();
    }

    /// <summary>Counts what the call has used, in its entry and its budgets; false when it is over.</summary>
    public bool TrySpend(UsageFrame used)
    {
        lock (this)
        {
            return !IsOver && OpenSpending() is { } spending && spending.TryAdd(used);
        }
    }

    /// <inheritdoc cref="CallSpending.TryReserve"/>
    public (long Number, MeshError? Error) TryReserve(long? number, decimal estimate)
    {
        lock (this)
        {
            return IsOver || OpenSpending() is not { } spending ? (0, CallErrors.CallEnded(call.Request.Target)) : spending.TryReserve(number, estimate);
        }
    }

    /// <summary>Settles what its handler has left open, for good; returns what the call has used.</summary>
    public CallUsage? CloseSpending()
    {
        lock (this)
        {
            _spending?.Close();
            return Usage;
        }
    }

    /// <inheritdoc cref="CallSpending.Inherit"/>
    public void Inherit(CallUsage usage)
    {
        lock (this)
        {
            (_spending ??= new(call)).Inherit(usage);
        }
    }

    /// <summary>Stops the deadline while a person is asked; nested pauses count as one.</summary>
    public void Pause()
    {
        lock (this)
        {
            if (_pauses++ == 0)
            {
                _pausedAt = call.Host.Clock.GetTimestamp();
            }
        }
    }

    /// <summary>Lets the deadline run on, moved by the time of the pause.</summary>
    public void Resume()
    {
        lock (this)
        {
            if (--_pauses == 0 && !_disposed)
            {
                _resumedAt = call.Host.Clock.GetTimestamp();
                if (call.Deadline != long.MaxValue)
                {
                    call.Deadline += _resumedAt - _pausedAt;
                }

                SetDue();
            }
        }
    }

    /// <summary>How long nothing has come since a moment, not counting a pause.</summary>
    public TimeSpan IdleSince(long timestamp)
    {
        lock (this)
        {
            return _pauses > 0 ? TimeSpan.Zero : call.Host.Clock.GetElapsedTime(Math.Max(timestamp, _resumedAt));
        }
    }

    /// <summary>
    /// Frees deadline and links, and settles what is reserved still. The token stays usable: a handler that is left behind may still ask for it, and a source
    /// without a timer of its own holds nothing.
    /// </summary>
    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        if (Volatile.Read(ref _spending) is not null)
        {
            CloseSpending();
        }

        call.Host.Deadlines.Remove(this);
        _caller.Unregister();
        _parent.Unregister();
        call.Member.Untrack(this);
        _provider?.Untrack(this);
    }

    /// <summary>Its deadline may have passed, or its budgets' wall time.</summary>
    public void OnDue()
    {
        bool isPaused;
        lock (this)
        {
            if (_disposed)
            {
                return;
            }

            isPaused = _pauses > 0;
            long now = call.Host.Clock.GetTimestamp();
            if ((isPaused || now < call.Deadline) && now < (call.Account?.Deadline ?? long.MaxValue))
            {
                SetDue();
                return;
            }
        }

        Impose(CallErrors.PastDeadline(call, isPaused));
    }

    CallEnd IValueTaskSource<CallEnd>.GetResult(short token)
    {
        _race.GetResult(token);
        HandlerLeftBehind = !_handler!.IsCompleted;
        return Imposed ?? _handled;
    }

    ValueTaskSourceStatus IValueTaskSource<CallEnd>.GetStatus(short token) => _race.GetStatus(token);

    void IValueTaskSource<CallEnd>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _race.OnCompleted(continuation, state, token, flags);

    private bool IsOver => _disposed || Volatile.Read(ref _imposed) is not null;

    /// <summary>What the call has used and reserved, begun if need be; null when it has ended meanwhile.</summary>
    private CallSpending? OpenSpending()
    {
        if (_spending is null)
        {
            // A full fence: whoever disposes of the call meanwhile either sees it, or has marked it as ended before.
            Interlocked.Exchange(ref _spending, new CallSpending(call));
            if (call.HasEnded)
            {
                _spending.Close();
            }
        }

        return call.HasEnded ? null : _spending;
    }

    private void OnHandled()
    {
        _gate?.Exit(call.Host.Clock.GetTimestamp() - _beganAt);

        // Also for a call that has ended: a fault is told to the host, and streams that nobody reads are closed.
        _handled = _handler is Task<ToolResponse> answer ? ToolRunner.Finish(answer, call) : ((Task<CallOutcome>)_handler!).Result;
        if (!EndRace(byHandler: true) && call.Instance!.Registration is null)
        {
            // The call may be over long before its handler is.
            call.TakeBack();
        }
    }

    /// <summary>Ends the race; the first one wins. Who waits goes on at once behind its handler, and elsewhere behind whoever imposed the end.</summary>
    private bool EndRace(bool byHandler)
    {
        if (Interlocked.Exchange(ref _isRaceOver, true))
        {
            return false;
        }

        _race.RunContinuationsAsynchronously = !byHandler;
        _race.SetResult(true);
        return true;
    }

    /// <summary>Sets the earlier of the call's deadline and its budgets' wall time, which no pause stops.</summary>
    private void SetDue()
    {
        long wall = call.Account?.Deadline ?? long.MaxValue;
        long due = _pauses > 0 ? wall : Math.Min(call.Deadline, wall);
        if (due != long.MaxValue)
        {
            call.Host.Deadlines.Set(this, due);
        }
    }
}
