using System.Text.Json;

namespace Mesh;

/// <summary>
/// One call as the room sees it, from its arrival to its outcome: the only mutable object of the call path. What only a
/// call that does not end at once needs (token, timer, races) is in <see cref="CallLife"/>, made on demand.
/// </summary>
internal sealed class CallState : CallContext
{
    private CallLife? _life;
    private BudgetAccount? _account;
    private IFrameSink? _sink;
    private bool _ended;

    public CallState(RoomMember member, CallRequest request, CallState? parent, IFrameSink? sink, CancellationToken callerToken)
        : base(request, member.Snapshot)
    {
        Member = member;
        Parent = parent;
        RootMember = parent?.RootMember ?? member;
        _sink = sink;
        CallerToken = callerToken;
        Depth = (parent?.Depth ?? 0) + 1;
    }

    /// <summary>Who calls, as the room knows it.</summary>
    public RoomMember Member { get; }

    public CallState? Parent { get; }

    /// <summary>The person whose rights limit the tree as well, or null. Never set by a caller: it follows the lineage.</summary>
    public RoomMember? Person => RootMember is { Snapshot.Role: ParticipantRole.User } person ? person : null;

    /// <summary>Who began the tree.</summary>
    public RoomMember RootMember { get; }

    public override Participant? OnBehalfOf => Person?.Snapshot;

    internal override MeshHost Host => Member.Room.Host;

    /// <summary>1 for the root of a tree.</summary>
    public int Depth { get; }

    public CancellationToken CallerToken { get; }

    /// <summary>Where frames go; null for a caller that only wants the outcome.</summary>
    public IFrameSink? Sink => _sink;

    /// <summary>What the caller streams in, not yet checked; null for nothing.</summary>
    public IAsyncEnumerable<ContentPart>? InputSource { get; init; }

    /// <summary>Whether the caller reads frames as they come: then no deadline holds for the whole, unless it gave one.</summary>
    public bool IsStreaming { get; init; }

    public override bool TakesProgress => IsStreaming;

    public long StartedAt { get; set; }

    /// <summary>When the call's own deadline passes; moved on while somebody is asked for an approval.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>When the handler was done; 0 while it was not.</summary>
    public long EndedAt { get; set; }

    /// <summary>The earlier of the deadline and of the wall time of the budgets around it.</summary>
    public long EffectiveDeadline => Math.Min(Deadline, Account?.Deadline ?? long.MaxValue);

    /// <summary>The second attempt of this call, when there was one.</summary>
    public CallState? Retry { get; set; }

    /// <summary>The innermost budget of the tree; null while only the host's limits hold for it and it has one call.</summary>
    public BudgetAccount? Account { get => Volatile.Read(ref _account); set => _account = value; }

    /// <summary>
    /// How the end of a provider is told where frames that it had sent are still on their way: after those. Null where
    /// its handler runs in this process, and the call ends at once.
    /// </summary>
    public Action<MeshError>? EndAfterFrames { get; set; }

    /// <summary>Whether one call is reserved in the accounts.</summary>
    public bool IsReserved { get; set; }

    /// <summary>The caller's account that it is reserved in: new grants may give the caller another one meanwhile.</summary>
    public BudgetAccount? CallerAccount { get; set; }

    /// <summary>The provider's registration that serves the call; null until it is resolved.</summary>
    public ToolInstance? Instance { get; set; }

    /// <summary>The size of the arguments as JSON.</summary>
    public int ArgumentBytes { get; set; }

    /// <summary>The size of a result that is one JSON value; 0 for any other.</summary>
    public int ResponseBytes { get; set; }

    /// <summary>The arguments once they are parsed and found valid.</summary>
    public JsonElement Arguments { get; set; }

    /// <summary>The pooled document behind <see cref="Arguments"/>, when the room parsed them itself.</summary>
    public JsonDocument? ArgumentsDocument { get; set; }

    /// <summary>Whether somebody was asked to approve the call: then nothing else may run than what was approved.</summary>
    public bool WasApproved { get; set; }

    /// <summary>Whether the handler was entered, from when on an effect may have happened.</summary>
    public bool HasStarted { get; set; }

    /// <summary>Whether a stage that waits goes on with the call when its attempt has ended; else it settles by itself.</summary>
    public bool IsStaged { get; set; }

    /// <summary>Whether handlers at the far end of a connection may act within this call by naming its id.</summary>
    public bool IsPublished { get; set; }

    public override bool HasEnded => Volatile.Read(ref _ended);

    public override CancellationToken CancellationToken => EnsureLife().Token;

    public override IAsyncEnumerable<ContentPart> Input =>
        InputSource is null ? EmptyInput.Instance : CallInput.Checked(this, InputSource);

    /// <summary>The outcome that was imposed on the call, if any: cancelled, past its deadline, its provider gone.</summary>
    public CallOutcome? Imposed => _life?.Imposed;

    /// <summary>What the call used, as far as its handler has said.</summary>
    public CallUsage? Usage => _life?.Usage;

    /// <summary>Gives the call to its handler, which sees the room as the tool's provider does.</summary>
    public CallContext EnterHandler(RoomClient provider)
    {
        Room = provider;
        return this;
    }

    /// <summary>The life of a call that does not end at once; arms its deadline and links it to its caller and parent.</summary>
    public CallLife EnsureLife()
    {
        if (Volatile.Read(ref _life) is { } life)
        {
            return life;
        }

        life = new CallLife(this);
        if (Interlocked.CompareExchange(ref _life, life, null) is { } other)
        {
            return other;
        }

        if (HasEnded)
        {
            // Asked for by a handler that goes on after its call: what it gets is cancelled and holds nothing.
            life.Impose(CallErrors.CallEnded(Request.Target));
        }
        else
        {
            life.Arm();
            if (HasEnded)
            {
                life.Dispose();
            }
        }

        return life;
    }

    /// <summary>Sets the account of a call that has none; of several that try, the first one's stays.</summary>
    public BudgetAccount ShareAccount(BudgetAccount account) => Interlocked.CompareExchange(ref _account, account, null) ?? account;

    /// <summary>Ends the call for its caller now, with this error, whatever its handler does; without effect when it has ended.</summary>
    public void Abandon(MeshError error) => EnsureLife().Impose(error);

    /// <summary>The same for its caller alone; <see cref="EndForHandler"/> must follow.</summary>
    public void EndForCaller(MeshError error) => EnsureLife().TryImpose(error);

    /// <summary>Cancels the token of a call that was ended for its caller.</summary>
    public void EndForHandler() => _life?.CancelImposed();

    /// <summary>Ends the call because its provider has left; what it had sent before is kept. <see cref="EndForHandler"/> must follow.</summary>
    public void LoseProvider()
    {
        var error = CallErrors.ProviderLeft(this);
        if (EndAfterFrames is { } end)
        {
            end(error);
        }
        else
        {
            EndForCaller(error);
        }
    }

    /// <summary>Takes back what a tool of the room has handed out: the call has ended without its caller getting it.</summary>
    public void TakeBack() => (Request.Arguments.Passed?.HandedOut ?? _life?.HandedOut)?.TakeBack();

    internal override ValueTask EmitAsync(CallFrame frame)
    {
        if (HasEnded || Imposed is not null)
        {
            throw new MeshException(CallErrors.CallEnded(Request.Target));
        }

        if (frame is UsageFrame used)
        {
            return EnsureLife().TrySpend(used) ? default : throw new MeshException(CallErrors.CallEnded(Request.Target));
        }

        if (frame is ChunkFrame chunk && CallValidation.CheckChunk(this, chunk.Item) is { } error)
        {
            Abandon(error);
            throw new MeshException(CallErrors.CallEnded(Request.Target));
        }

        if (Sink is null)
        {
            if (frame is ProgressFrame)
            {
                return default;
            }

            Interlocked.CompareExchange(ref _sink, new ResponseCollector(this), null);
        }

        return Sink!.WriteAsync(frame);
    }

    /// <summary>Reserves money in all budgets around the call.</summary>
    public MeshError? TryReserve(ReserveFrame frame) => HasEnded
        ? CallErrors.CallEnded(Request.Target)
        : EnsureLife().TryReserve(frame.Reservation, frame.Estimate).Error;

    internal override ValueTask<long> ReserveAsync(decimal estimate)
    {
        var (number, error) = HasEnded ? (0, CallErrors.CallEnded(Request.Target)) : EnsureLife().TryReserve(null, estimate);
        return error is null ? new(number) : throw new MeshException(error);
    }

    /// <summary>
    /// A second attempt under the same id, deadline, budget and idempotency key, with a token of its own: that of the
    /// first attempt is cancelled for the provider that was lost.
    /// </summary>
    public CallState BeginRetry()
    {
        Retry = new(Member, Request with { Attempt = 2 }, Parent, null, CallerToken)
        {
            StartedAt = StartedAt,
            Deadline = Deadline,
            Account = CallBudget.OfTree(this),
            IsReserved = IsReserved,
            CallerAccount = CallerAccount,
            ArgumentBytes = ArgumentBytes,
            IsStaged = true,
        };
        if (_life?.CloseSpending() is { } usage)
        {
            // What the first attempt has used was used for this call.
            Retry.EnsureLife().Inherit(usage);
        }

        return Retry;
    }

    /// <summary>How long nothing has come since a moment; the time in which somebody was asked for an approval does not count.</summary>
    public TimeSpan IdleSince(long timestamp) => _life is { } life ? life.IdleSince(timestamp) : Host.Clock.GetElapsedTime(timestamp);

    /// <summary>
    /// Marks the call as over. <see cref="Release"/> must follow, and between the two a full fence: whoever makes a life
    /// for the call meanwhile either sees that it is over, or is seen.
    /// </summary>
    public void MarkEnded() => Volatile.Write(ref _ended, true);

    /// <summary>Marks the call as over and frees what it held. Called by the pipeline, once.</summary>
    public void End()
    {
        MarkEnded();
        Interlocked.MemoryBarrier();
        Release();
    }

    /// <summary>Frees what a call held that is over.</summary>
    public void Release()
    {
        _life?.Dispose();
        if (IsPublished)
        {
            Host.UnpublishCall(this);
        }

        if (_life is not { HandlerLeftBehind: true })
        {
            ArgumentsDocument?.Dispose();
        }
    }
}
