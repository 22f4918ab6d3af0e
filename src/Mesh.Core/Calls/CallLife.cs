namespace Mesh;

/// <summary>
/// The part of a call that exists only when it does not end at once: its cancellation token, its deadline's timer, and
/// the race between its handler and whatever may end it from outside (its caller, its caller leaving, its parent, its
/// deadline, its provider leaving).
/// </summary>
internal sealed class CallLife(CallState call) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource<CallOutcome> _imposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _caller;
    private CancellationTokenRegistration _parent;
    private ITimer? _timer;
    private RoomMember? _provider;
    private int _pauses;
    private long _pausedAt;
    private long _resumedAt;
    private CallSpending? _spending;
    private CallTurn? _turn;
    private bool _disposed;

    public CancellationToken Token => _cancellation.Token;

    /// <summary>Whether a handler still runs that the call no longer waits for.</summary>
    public bool HandlerLeftBehind { get; private set; }

    /// <summary>What the call used, as its handler reports it.</summary>
    public CallUsage? Usage => _spending?.Usage;

    /// <summary>What a result that goes as JSON was taken for, where it goes back if the caller does not get it.</summary>
    public IHandedOut? HandedOut { get; set; }

    public CallOutcome? Imposed => _imposed.Task.IsCompleted ? _imposed.Task.Result : null;

    /// <summary>Links the call to all that may end it. Called once, right after it was published in its call.</summary>
    public void Arm()
    {
        lock (_imposed)
        {
            if (_disposed)
            {
                return;
            }

            ArmTimer();
        }

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

        if (!call.Member.TryTrack(call))
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

        _provider?.Untrack(call);

        _provider = provider;
        if (!provider.TryTrack(call))
        {
            Impose(CallErrors.ProviderLeft(call));
        }
    }

    /// <summary>Waits for the handler or for what ends the call before it.</summary>
    public async ValueTask<CallOutcome> RaceAsync(Task<CallOutcome> handler)
    {
        await Task.WhenAny(handler, _imposed.Task).ConfigureAwait(false);
        HandlerLeftBehind = !handler.IsCompleted;

        // Whatever ended the call came first, even if the handler ended with it: its token was cancelled for that.
        return await (_imposed.Task.IsCompleted ? _imposed.Task : handler).ConfigureAwait(false);
    }

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
        bool isFirst = _imposed.TrySetResult(CallOutcome.FromError(error));
        if (isFirst)
        {
            Volatile.Read(ref _turn)?.Leave();
        }

        return isFirst;
    }

    /// <summary>Lets what ends the call end its waiting for a turn as well.</summary>
    public void Await(CallTurn turn)
    {
        // A full fence: whoever ends the call meanwhile either sees the turn, or is seen.
        Interlocked.Exchange(ref _turn, turn);
        if (_imposed.Task.IsCompleted)
        {
            turn.Leave();
        }
    }

    /// <summary>Cancels the token of a call that an end was imposed on.</summary>
    public void CancelImposed()
    {
        if (_imposed.Task.IsCompleted)
        {
            // Callbacks on the token are a handler's own code: they must not run on the thread of whoever ends the call.
            _ = _cancellation.CancelAsync();
        }
    }

    /// <summary>Counts what the call has used, in its entry and its budgets; false when it is over.</summary>
    public bool TrySpend(UsageFrame used)
    {
        lock (_imposed)
        {
            return !IsOver && (_spending ??= new(call)).TryAdd(used);
        }
    }

    /// <inheritdoc cref="CallSpending.TryReserve"/>
    public (long Number, MeshError? Error) TryReserve(long? number, decimal estimate)
    {
        lock (_imposed)
        {
            return IsOver ? (0, CallErrors.CallEnded(call.Request.Target)) : (_spending ??= new(call)).TryReserve(number, estimate);
        }
    }

    /// <summary>Settles what its handler has left open, for good; returns what the call has used.</summary>
    public CallUsage? CloseSpending()
    {
        lock (_imposed)
        {
            _spending?.Close();
            return Usage;
        }
    }

    /// <inheritdoc cref="CallSpending.Inherit"/>
    public void Inherit(CallUsage usage)
    {
        lock (_imposed)
        {
            (_spending ??= new(call)).Inherit(usage);
        }
    }

    /// <summary>Stops the deadline while a person is asked; nested pauses count as one.</summary>
    public void Pause()
    {
        lock (_imposed)
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
        lock (_imposed)
        {
            if (--_pauses == 0 && !_disposed)
            {
                _resumedAt = call.Host.Clock.GetTimestamp();
                if (call.Deadline != long.MaxValue)
                {
                    call.Deadline += _resumedAt - _pausedAt;
                }

                ArmTimer();
            }
        }
    }

    /// <summary>How long nothing has come since a moment, not counting a pause.</summary>
    public TimeSpan IdleSince(long timestamp)
    {
        lock (_imposed)
        {
            return _pauses > 0 ? TimeSpan.Zero : call.Host.Clock.GetElapsedTime(Math.Max(timestamp, _resumedAt));
        }
    }

    /// <summary>
    /// Frees timer and links, and settles what is reserved still. The token stays usable: a handler that is left behind may still ask for it, and a source
    /// without a timer of its own holds nothing.
    /// </summary>
    public void Dispose()
    {
        lock (_imposed)
        {
            _disposed = true;
            _timer?.Dispose();
            _spending?.Close();
        }

        _caller.Unregister();
        _parent.Unregister();
        call.Member.Untrack(call);
        _provider?.Untrack(call);
    }

    private bool IsOver => _disposed || _imposed.Task.IsCompleted;

    /// <summary>Sets the timer for the earlier of the call's deadline and its budgets' wall time, which no pause stops.</summary>
    private void ArmTimer()
    {
        long wall = call.Account?.Deadline ?? long.MaxValue;
        long due = _pauses > 0 ? wall : Math.Min(call.Deadline, wall);
        if (due == long.MaxValue)
        {
            return;
        }

        var clock = call.Host.Clock;
        var delay = TimeSpan.FromTicks(Math.Max(1, clock.GetElapsedTime(clock.GetTimestamp(), due).Ticks + 1));
        delay = delay < CallLimits.LongestTimer ? delay : CallLimits.LongestTimer;
        if (_timer is null)
        {
            _timer = clock.CreateTimer(static state => ((CallLife)state!).OnTimer(), this, delay, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        bool isPaused;
        lock (_imposed)
        {
            if (_disposed)
            {
                return;
            }

            isPaused = _pauses > 0;
            long now = call.Host.Clock.GetTimestamp();
            if ((isPaused || now < call.Deadline) && now < (call.Account?.Deadline ?? long.MaxValue))
            {
                ArmTimer();
                return;
            }
        }

        Impose(CallErrors.PastDeadline(call, isPaused));
    }
}
