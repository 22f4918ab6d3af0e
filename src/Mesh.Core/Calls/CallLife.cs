namespace Mesh;

/// <summary>
/// The part of a call that exists only when it does not end at once: its cancellation token, its deadline, and the race
/// between its handler and whatever may end it from outside (its caller, its caller leaving, its parent, its deadline, its
/// provider leaving).
/// </summary>
internal sealed class CallLife(CallState call) : CallCourse(call), IDisposable
{
    private const int NoSlot = -1;

    private CancellationTokenSource? _cancellation;
    private Links? _links;
    private LiveCalls.Slots? _slots;
    private int _slot = NoSlot;
    private RoomMember? _provider;

    // Reckoned before anybody else has this object: while it is armed it may already be paused, and go on.
    private long _due = Math.Min(call.Deadline, WallOf(call));
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

    /// <summary>When to look whether its deadline has passed, or its budgets' wall time: as a timestamp.</summary>
    public long Due => Volatile.Read(ref _due);

    /// <summary>Whoever serves it, where that is not its caller.</summary>
    public RoomMember? Provider => Volatile.Read(ref _provider);

    /// <summary>Links the call to all that may end it. Called once, right after it was published in its Call.</summary>
    public void Arm()
    {
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

        // A full fence: whoever ends calls meanwhile finds this one, or is seen here.
        Call.Member.Room.Track(this);
        Call.Host.Deadlines.Expect(Due);
        if (Call.Member.HasLeft)
        {
            Impose(CallErrors.CallerLeft(Call));
        }
    }

    /// <summary>Tells the call its slot among those of its room; called once, by whoever gave it one. A full fence.</summary>
    public void SetPlace(LiveCalls.Slots slots, int index)
    {
        _slots = slots;
        Interlocked.Exchange(ref _slot, index);
    }

    /// <summary>Links the call to the life of whoever serves it, for as long as it waits for an approval or its handler runs.</summary>
    public void TrackProvider(ToolInstance instance)
    {
        if (instance.Provider is not { } provider || provider == Call.Member || provider == _provider)
        {
            return;
        }

        // A full fence, for the same reason.
        Interlocked.Exchange(ref _provider, provider);
        if (provider.HasLeft)
        {
            Impose(CallErrors.ProviderLeft(Call));
        }
    }

    /// <summary>
    /// Unties the call from whoever was to serve it: it stands in line, and its gate tells it when the instance goes. Another
    /// may have it then, and the end of the first is no end of it.
    /// </summary>
    public void ForgetProvider()
    {
        if (_provider is not null)
        {
            Volatile.Write(ref _provider, null);
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

                // A full fence: who looks through the calls meanwhile finds its time, or is seen.
                Interlocked.Exchange(ref _due, NextDue());
                Call.Host.Deadlines.Expect(_due);
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

        _links?.Caller.Unregister();
        _links?.Parent.Unregister();
        if (Interlocked.Exchange(ref _slot, NoSlot) is var slot && slot != NoSlot)
        {
            _slots!.Free(slot);
            Call.Host.Deadlines.Forget(Due);
        }
    }

    /// <summary>Its deadline may have passed, or its budgets' wall time.</summary>
    public void OnDue()
    {
        bool isPaused;
        lock (this)
        {
            isPaused = _pauses > 0;
            long next = IsOver ? long.MaxValue : NextDue();
            bool hasPassed = next <= Call.Host.Clock.GetTimestamp();
            Volatile.Write(ref _due, hasPassed ? long.MaxValue : next);
            if (!hasPassed)
            {
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

    /// <summary>The earlier of the call's deadline, unless that is paused, and its budgets' wall time, which no pause stops.</summary>
    private long NextDue()
    {
        long wall = WallOf(Call);
        return _pauses > 0 ? wall : Math.Min(Call.Deadline, wall);
    }

    private static long WallOf(CallState call) => call.Account?.Deadline ?? long.MaxValue;

    /// <summary>What tells a call of an end from outside; apart, since many calls have nothing of it.</summary>
    private sealed class Links
    {
        public CancellationTokenRegistration Caller;
        public CancellationTokenRegistration Parent;
    }
}
