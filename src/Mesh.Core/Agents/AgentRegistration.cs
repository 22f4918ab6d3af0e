namespace Mesh;

/// <summary>
/// An agent that a participant offers: a lease, which ends when it is disposed or when the participant leaves. The
/// function of a publisher or watcher runs as long as it holds.
/// </summary>
public sealed class AgentRegistration : IAsyncDisposable
{
    private readonly RoomClient _room;
    private readonly AgentBackground? _background;
    private bool _disposed;

    private AgentRegistration(RoomClient room, MeshId id, Agent agent, AgentBackground? background, IReadOnlyList<string> changes)
    {
        _room = room;
        _background = background;
        Id = id;
        Agent = agent;
        Changes = changes;
    }

    /// <summary>The id of the lease.</summary>
    public MeshId Id { get; }

    /// <summary>What is offered.</summary>
    public Agent Agent { get; }

    /// <summary>How its contract differs from those of live registrations of the same name, as sentences; empty when it does not.</summary>
    public IReadOnlyList<string> Changes { get; }

    /// <summary>
    /// Withdraws the agent: no new calls come, its background work is cancelled, and the calls that run may end, up to the
    /// host's <see cref="MeshHostOptions.DrainTimeout"/>; those that have not by then are ended. Handlers whose calls are over
    /// already, as when their callers have given up, have as long. Inside a call, or inside background work, it does not wait
    /// for any of them, and they go on. Calling it again, or after leaving, does nothing.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        // Whoever disposes it in a call that it serves would wait for that very call.
        bool drains = !AgentWork.IsCurrent;

        // Withdrawn first, outside of any call: a handler may dispose what outlived the call that registered it.
        var (limit, longest) = (_room.Host.Options, CallLimits.LongestTimeout);
        var timeout = limit.CallTimeout + limit.DrainTimeout;
        var withdrawing = LeasedCode.WithdrawAsync(
            _room,
            Id,
            RoomToolkit.UnregisterAgent,
            JsonPayload.From(new UnregisterAgentArguments(Id, drains), MeshJsonContext.Default.UnregisterAgentArguments),
            new CallOptions { NewTree = true, Timeout = timeout < longest ? timeout : longest });
        if (_background is not null)
        {
            await _room.Agents.Work.StopAsync(_background).ConfigureAwait(false);
        }

        await withdrawing.ConfigureAwait(false);
    }

    internal static async ValueTask<AgentRegistration> CreateAsync(
        RoomClient room, Agent agent, RegistrationOptions options, CancellationToken cancellationToken)
    {
        agent = room.Host.Json.Given is { } json ? agent.BoundTo(json) : agent;
        var id = room.Host.Ids.NewId();
        var background = agent.Contract.RunsInBackground ? new AgentBackground(room, agent, id) : null;

        var code = new Toolkit(Names.AgentToolkit, [background?.Subscriptions ?? agent.Code], isRoomToolkit: true);
        var result = await LeasedCode.OfferAsync(
            room,
            id,
            code,
            "room/registerAgent",
            new RegisterAgentArguments(id, agent.Contract)
            {
                Private = options.Private,
                VisibleTo = options.VisibleTo,
                AddressedOnly = options.AddressedOnly,
                Exclusive = options.Exclusive,
                MaxConcurrency = options.MaxConcurrency ?? agent.Limits.MaxConcurrency,
                MaxWaiting = options.MaxWaiting ?? agent.Limits.MaxWaiting,
            },
            MeshJsonContext.Default.RegisterAgentArguments,
            cancellationToken).ConfigureAwait(false);
        if (background is not null)
        {
            room.Agents.Work.Start(background);
        }

        return new(room, id, agent, background, result.Changes);
    }
}
