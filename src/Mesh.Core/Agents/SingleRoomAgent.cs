using System.Text.Json;

namespace Mesh;

/// <summary>
/// An agent with a life of its own in one room: it is started with a client, waits there for what it requires, is found in
/// the catalogue under its name, and stops when it is told to, or when its participant or room goes. Derive from it for
/// work that goes on in the background (<see cref="RunAsync"/>), from <see cref="TaskRunner"/> for an agent that is asked,
/// from <see cref="QueueWorker"/> for one that deals with the messages of a queue.
/// </summary>
/// <remarks>
/// An instance is bound once. Starting and stopping may be called from any thread. Set the properties in the constructor of
/// the derived class, or where the instance is made.
/// </remarks>
/// <example><code>
/// await using var agent = new Gardener { Requires = [Requirement.Toolkit("garden", "water")] };
/// await agent.StartAsync(room);
/// </code></example>
public abstract class SingleRoomAgent : Agent, IAsyncDisposable
{
    private readonly bool _runOnThreadPool;
    private AgentRun? _run;
    private Tool? _code;
    private bool _disposed;

    /// <summary>An agent that works in the background, and cannot be asked: a watcher.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots.</param>
    /// <param name="options">What it says of itself; null for the defaults.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    protected SingleRoomAgent(string name, AgentOptions? options = null)
        : this(ContractOf(name, AgentShape.Watcher, NoInput, options ?? AgentOptions.Default), options)
    {
    }

    private protected SingleRoomAgent(AgentContract contract, AgentOptions? options)
        : base(contract, options) => _runOnThreadPool = options?.RunOnThreadPool ?? false;

    /// <summary>What must be in the room before the agent serves; none by default.</summary>
    public IReadOnlyList<Requirement> Requires { get; init => field = [.. value ?? []]; } = [];

    /// <summary>How long the start waits for what the agent requires, by the host's clock: zero to 20 days, 30 s by default.</summary>
    public TimeSpan RequirementTimeout
    {
        get;
        init => field = value < TimeSpan.Zero || value > CallLimits.LongestTimer
            ? throw new ArgumentOutOfRangeException(nameof(RequirementTimeout), value, $"{nameof(RequirementTimeout)} must be 0 to 20 days.")
            : value;
    }

    = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The agent's own toolkits; none by default. While it runs they are private toolkits of its participant, so that a call
    /// of them is a call like every other, and a person on whose behalf the agent works needs the right to their tools too.
    /// A participant has one toolkit of a name: agents that share a participant cannot have local toolkits of the same one.
    /// </summary>
    public IReadOnlyList<Toolkit> Toolkits { get; init => field = [.. value ?? []]; } = [];

    /// <summary>Who is to see the agent; everyone with the grant by default.</summary>
    public RegistrationOptions Registration { get; init => field = value ?? new(); } = new();

    /// <summary>The room as the agent's participant sees it.</summary>
    /// <exception cref="InvalidOperationException">The agent has not been started, or its start has failed.</exception>
    public RoomClient Room => Volatile.Read(ref _run)?.Room ?? throw new InvalidOperationException($"Agent '{Name}' has not been started.");

    /// <summary>Completes when the agent has stopped, for whatever reason; asked for while it starts, also when that start fails.</summary>
    /// <exception cref="InvalidOperationException">The agent has not been started, or its start has failed.</exception>
    public Task Completion => Volatile.Read(ref _run)?.Stopped ?? throw new InvalidOperationException($"Agent '{Name}' has not been started.");

    /// <summary>Its own toolkits as its calls see them, while it runs.</summary>
    internal IReadOnlyList<AgentToolkit> LocalToolkits => Volatile.Read(ref _run)?.Toolkits ?? [];

    internal sealed override Tool Code => _code ??= CodeOf(Contract, null);

    /// <summary>
    /// Starts the agent in a room: waits for what it requires, lets <see cref="OnStartAsync"/> prepare, offers its toolkits
    /// and then the agent itself. A start that fails or is cancelled leaves nothing behind, and may be tried again.
    /// </summary>
    /// <param name="room">The participant that offers the agent, with the grants <c>agents.registerAgent</c> and, for local toolkits,
    /// <c>agents.registerPrivateToolkit</c>. It stays its owner's, and the agent stops when it leaves.</param>
    /// <param name="cancellationToken">Cancels the start, not the agent.</param>
    /// <returns>A task that completes when the agent can be found.</returns>
    /// <exception cref="MeshException">The agent was started before (<see cref="MeshErrorCode.AlreadyStarted"/>), what it
    /// requires did not come in time (<see cref="MeshErrorCode.Unavailable"/>; the message names it), the participant has left
    /// or the agent was stopped meanwhile (<see cref="MeshErrorCode.Closed"/>), or it cannot be registered, as
    /// <see cref="AgentsClient.RegisterAsync"/> and <see cref="ToolkitsClient.RegisterAsync"/> say.</exception>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public Task StartAsync(RoomClient room, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var run = new AgentRun(this, room);
        if (Interlocked.CompareExchange(ref _run, run, null) is { } other)
        {
            return Task.FromException(new MeshException(
                new MeshError(MeshErrorCode.AlreadyStarted, $"Agent '{Name}' was started before, in room '{other.Room.Name}'.")
                {
                    Remedy = "Make an instance for each room, and another one after it was stopped.",
                }));
        }

        return StartAsync(run, cancellationToken);
    }

    /// <summary>
    /// Stops the agent: no new calls come, those that run, and handlers whose callers have given up, may end, up to the host's
    /// <see cref="MeshHostOptions.DrainTimeout"/>, and are ended then; its toolkits are withdrawn; <see cref="OnStopAsync"/> is
    /// called. A start that goes on is cancelled.
    /// Inside a call it does not wait for the calls that run. Calling it again waits for the same end; before a start it does nothing.
    /// </summary>
    /// <param name="cancellationToken">Cancels the waiting, not the stop.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        (Volatile.Read(ref _run)?.DisposeAsync().AsTask() ?? Task.CompletedTask).WaitAsync(cancellationToken);

    /// <summary>Stops the agent, which cannot be started any more. Calling it again waits for the same end.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _disposed, true);
        await StopAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Prepares what the agent needs before its first call: what it requires is there, the agent is not offered yet.</summary>
    /// <param name="cancellationToken">Cancelled when the start is, when the agent is stopped, and when its participant leaves.
    /// Then the start does not wait for this any longer.</param>
    /// <remarks>What it throws the start ends with, and then <see cref="OnStopAsync"/> is not called. It runs outside of any call.</remarks>
    protected virtual ValueTask OnStartAsync(CancellationToken cancellationToken) => default;

    /// <summary>Cleans up what <see cref="OnStartAsync"/> prepared: the agent serves no calls any more, its participant may have left.</summary>
    /// <param name="cancellationToken">Cancelled after the host's <see cref="MeshHostOptions.ServiceTimeout"/>; then the stop
    /// does not wait for this any longer.</param>
    /// <remarks>Called once after <see cref="OnStartAsync"/> has succeeded, also when the start then fails. What it throws goes to the
    /// host's fault handler.</remarks>
    protected virtual ValueTask OnStopAsync(CancellationToken cancellationToken) => default;

    /// <summary>
    /// The work in the background of an agent that is not asked; by default there is none. It runs outside of any call. When it
    /// throws, that goes to the host's fault handler and to the room, and it is run again after a pause that grows from 1 s to 60 s.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the agent stops.</param>
    protected virtual Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);

    /// <summary>Offers what the agent needs beside itself and its toolkits, before it is offered itself.</summary>
    /// <param name="room">The room as its participant sees it.</param>
    /// <param name="leases">Where each thing goes as soon as it is there. They are disposed when the agent has been withdrawn, the last first.</param>
    /// <param name="cancellationToken">Cancelled when the start is.</param>
    internal virtual ValueTask OfferAsync(RoomClient room, ICollection<IAsyncDisposable> leases, CancellationToken cancellationToken) => default;

    internal ValueTask EnterAsync(CancellationToken cancellationToken) => OnStartAsync(cancellationToken);

    internal ValueTask ExitAsync(CancellationToken cancellationToken) => OnStopAsync(cancellationToken);

    /// <summary>Serves one call, or is the work in the background.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="call">The call, or what stands for one in the background.</param>
    /// <param name="json">The serializer options of the host; null for the agent's own.</param>
    private protected virtual async ValueTask<ToolResponse> ServeAsync(JsonElement arguments, CallContext call, JsonSerializerOptions? json)
    {
        await RunAsync(call.CancellationToken).ConfigureAwait(false);
        return EmptyResponse.Instance;
    }

    private protected Tool CodeOf(AgentContract contract, JsonSerializerOptions? json) =>
        new FunctionTool(contract.ToTool(), (arguments, call) => ServeAsync(arguments, call, json)) { RunOnThreadPool = _runOnThreadPool };

    private async Task StartAsync(AgentRun run, CancellationToken cancellationToken)
    {
        try
        {
            await run.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Volatile.Write(ref _run, null);
            throw;
        }
    }
}
