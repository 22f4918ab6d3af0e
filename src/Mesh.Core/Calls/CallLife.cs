namespace Mesh;

/// <summary>
/// The part of a call that exists only when it does not end at once: its cancellation token, its deadline, and the race
/// between its handler and whatever may end it from outside (its caller, its caller leaving, its parent, its deadline, its
/// provider leaving).
/// </summary>
internal sealed class CallLife(CallState call) : CallCourse(call), IDisposable
{
    private CancellationTokenSource? _cancellation;
    private Links? _links;
    private RoomMember? _provider;
    private CallLink _asCaller;
    private CallLink _asProvider;
    private MeshError? _imposed;
    private bool _isCancelled;
    private int _pauses;
    private long _pausedAt;
    private long _resumedAt;
    private CallSpending? _spending;
    private bool _disposed;

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

    /// <summary>What the call used, as its handler reports it.</summary>
    public CallUsage? Usage => _spending?.Usage;

    /// <summary>What a result that goes as JSON was taken for, where it goes back if the caller does not get it.</summary>
    public IHandedOut? HandedOut { get; set; }

    /// <inheritdoc/>
    public override CallOutcome? Imposed => Volatile.Read(ref _imposed) is { } error ? CallOutcome.FromError(error) : null;

    /// <summary>Its place in the list of a participant: that of its caller, or that of whoever serves it.</summary>
    public ref CallLink LinkOf(RoomMember member) => ref member == Call.Member ? ref _asCaller : ref _asProvider;

    /// <summary>Links the call to all that may end it. Called once, right after it was published in its Call.</summary>
    public void Arm()
    {
        SetDue();
        if (Call.CallerToken.CanBeCanceled)
        {
            (_links ??= new()).Caller = Call.CallerToken.UnsafeRegister(
                static state => ((CallState)state!).Abandon(CallErrors.Cancelled(((CallState)state).Request.Target)), Call);
        }

        if (Call.Parent is { } parent)
        {
            (_links ??= new()).Parent = parent.CancellationToken.UnsafeRegister(
                static state => ((CallState)state!).Abandon(CallErrors.ParentEnded(((CallState)state).Request.Target)), Call);
        }

        if (!Call.Member.TryTrack(this))
        {
            Impose(CallErrors.CallerLeft(Call));
        }
    }

    /// <summary>Links the call to the life of whoever serves it, for as long as it waits for an approval or its handler runs.</summary>
    public void TrackProvider(ToolInstance instance)
    {
        if (instance.Provider is not { } provider || provider == Call.Member || provider == _provider)
        {
            return;
        }

        _provider?.Untrack(this);

        _provider = provider;
        if (!provider.TryTrack(this))
        {
            Impose(CallErrors.ProviderLeft(Call));
        }
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
        if (Interlocked.CompareExchange(ref _imposed, error, null) is not null)
        {
            return false;
        }

        OnImposed();
        return true;
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

        // Callbacks on the token are a handler's own code: they must not run on the thread of whoever ends the Call.
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
            return IsOver || OpenSpending() is not { } spending ? (0, CallErrors.CallEnded(Call.Request.Target)) : spending.TryReserve(number, estimate);
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
            (_spending ??= new(Call)).Inherit(usage);
        }
    }

    /// <summary>Stops the deadline while a person is asked; nested pauses count as one.</summary>
    public void Pause()
    {
        lock (this)
        {
            if (_pauses++ == 0)
            {
                _pausedAt = Call.Host.Clock.GetTimestamp();
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
                _resumedAt = Call.Host.Clock.GetTimestamp();
                if (Call.Deadline != long.MaxValue)
                {
                    Call.Deadline += _resumedAt - _pausedAt;
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
            return _pauses > 0 ? TimeSpan.Zero : Call.Host.Clock.GetElapsedTime(Math.Max(timestamp, _resumedAt));
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

        Call.Host.Deadlines.Remove(this);
        _links?.Caller.Unregister();
        _links?.Parent.Unregister();
        Call.Member.Untrack(this);
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
            long now = Call.Host.Clock.GetTimestamp();
            if ((isPaused || now < Call.Deadline) && now < (Call.Account?.Deadline ?? long.MaxValue))
            {
                SetDue();
                return;
            }
        }

        Impose(CallErrors.PastDeadline(Call, isPaused));
    }

    private bool IsOver => _disposed || Volatile.Read(ref _imposed) is not null;

    /// <summary>What the call has used and reserved, begun if need be; null when it has ended meanwhile.</summary>
    private CallSpending? OpenSpending()
    {
        if (_spending is null)
        {
            // A full fence: whoever disposes of the call meanwhile either sees it, or has marked it as ended before.
            Interlocked.Exchange(ref _spending, new CallSpending(Call));
            if (Call.HasEnded)
            {
                _spending.Close();
            }
        }

        return Call.HasEnded ? null : _spending;
    }

    /// <summary>Sets the earlier of the call's deadline and its budgets' wall time, which no pause stops.</summary>
    private void SetDue()
    {
        long wall = Call.Account?.Deadline ?? long.MaxValue;
        long due = _pauses > 0 ? wall : Math.Min(Call.Deadline, wall);
        if (due != long.MaxValue)
        {
            Call.Host.Deadlines.Set(this, due);
        }
    }

    /// <summary>What tells a call of an end from outside; apart, since many calls have nothing of it.</summary>
    private sealed class Links
    {
        public CancellationTokenRegistration Caller;
        public CancellationTokenRegistration Parent;
    }
}
