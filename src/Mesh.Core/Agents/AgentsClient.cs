using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The agents of a room, for one participant: finding them, asking them, and offering one's own. Thread-safe.
/// </summary>
/// <remarks>
/// Asking an agent is a call like that of a tool: of <c>agents/name</c>, with the right <c>agents.useAgents</c>. What
/// <see cref="ToolkitsClient"/> says of calls holds for these too. An address is <c>name</c>, for whichever instance has
/// the fewest calls in flight, or <c>name@participant</c>. An input whose type is written as a JSON object is the arguments
/// of the call; any other is their property <c>value</c>; null is no input. What a caller gives as JSON goes as it is.
/// </remarks>
public sealed partial class AgentsClient
{
    internal const string ToolkitDescription = "The agents of the room.";

    private readonly RoomClient _room;

    // A catalogue may be large, and its entries are immutable: within the room's process they need not become JSON.
    private readonly ToolHandle<AgentFilter, IReadOnlyList<AgentInfo>> _list;

    internal AgentsClient(RoomClient room)
    {
        _room = room;
        _list = room.Toolkits.GetBuiltIn("room/listAgents", MeshJsonContext.Default.AgentFilter, MeshJsonContext.Default.IReadOnlyListAgentInfo);
        Work = new(room);
    }

    internal AgentWork Work { get; }

    /// <summary>Offers an agent until the registration is disposed or this participant leaves. Asks for the grant <c>agents.registerAgent</c>.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="options">Who is to see it; null for everyone with the grant.</param>
    /// <param name="cancellationToken">Cancels the call; then the agent is not offered.</param>
    /// <returns>The registration; disposing it withdraws the agent, and lets the calls that run end.</returns>
    /// <exception cref="MeshException">The agent is a <see cref="SingleRoomAgent"/>, which is started instead
    /// (<see cref="MeshErrorCode.InvalidDefinition"/>), the participant may not register it (<see cref="MeshErrorCode.NotGranted"/>), it has
    /// registered one of that name (<see cref="MeshErrorCode.NameTaken"/>), its contract breaks a live one
    /// (<see cref="MeshErrorCode.ContractConflict"/>), or a schema cannot be compiled (<see cref="MeshErrorCode.InvalidSchema"/>).</exception>
    public ValueTask<AgentRegistration> RegisterAsync(Agent agent, RegistrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(agent);
        if (agent is SingleRoomAgent)
        {
            return ValueTask.FromException<AgentRegistration>(new MeshException(
                new MeshError(MeshErrorCode.InvalidDefinition, $"Agent '{agent.Name}' is bound to one room when it is started, and is not registered.")
                {
                    Remedy = "Call its StartAsync with this client.",
                }));
        }

        return AgentRegistration.CreateAsync(_room, agent, options ?? new RegistrationOptions(), cancellationToken);
    }

    /// <summary>Lists the agents that this participant may see and use.</summary>
    /// <param name="filter">Which of them; null for all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One entry for each registration, in the order of their registration.</returns>
    public ValueTask<IReadOnlyList<AgentInfo>> ListAsync(AgentFilter? filter = null, CancellationToken cancellationToken = default) =>
        _list.InvokeAsync(filter ?? AgentFilter.All, null, cancellationToken);

    /// <summary>
    /// The agents that can be asked as a toolkit, as it is handed to a model or to another agent: its tools have their names,
    /// schemas and annotations, and calling <c>agents/name</c> is asking the agent, with its streams, usage and approvals.
    /// </summary>
    /// <param name="filter">Which of them; null for all. Those that are reached only at their participant are left out.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The toolkit <c>agents</c>; one tool for each name, none where no agent was found.</returns>
    public async ValueTask<ToolkitInfo> AsToolkitAsync(AgentFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var found = await ListAsync(filter ?? AgentFilter.All, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Name = Names.AgentToolkit,
            Description = ToolkitDescription,
            Tools = [.. found.Where(agent => agent is { AddressedOnly: false, Contract.IsInvocable: true }).DistinctBy(agent => agent.Name).Select(agent => agent.Contract.ToTool())],
        };
    }

    /// <summary>Looks one agent up.</summary>
    /// <param name="agent">The agent; where several participants offer it, the one that was registered first.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">There is none that this participant may see (<see cref="MeshErrorCode.NotFound"/>).</exception>
    public async ValueTask<AgentInfo> GetAsync(AgentAddress agent, CancellationToken cancellationToken = default)
    {
        // A star is no part of a name, but would be one of a pattern.
        var found = agent.Name.Contains('*', StringComparison.Ordinal)
            ? []
            : await ListAsync(new() { Name = agent.Name, Participant = agent.Participant }, cancellationToken).ConfigureAwait(false);
        return found.Count > 0 ? found[0] : throw new MeshException(CallErrors.AgentNotFound(agent, _room.Name));
    }

    /// <summary>
    /// Reads how the catalogue changes: agents that are registered, withdrawn, or failed in the background. List first and
    /// then watch from there, and nothing is missed. The stream ends when this participant leaves or the room is retired.
    /// </summary>
    /// <param name="filter">Which agents; null for all.</param>
    /// <param name="from">Where to begin; by default with this participant's own joining.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<AgentChange> WatchAsync(
        AgentFilter? filter = null, EventPosition from = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var e in _room.Events.ReadAsync(from, cancellationToken).ConfigureAwait(false))
        {
            if (AgentChange.Of(e) is { } change && (change.Lagged > 0 || change.IsOf(filter ?? AgentFilter.All)))
            {
                yield return change;
            }
        }
    }

    /// <summary>
    /// An agent prepared for being asked with known types: the fastest way to ask one, and where both types are sealed and
    /// immutable, without JSON in between. Makes no call; whether the agent is there is found out by the first one.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <typeparam name="TInput">The type of the input, as it is written even where a value is of a derived type.</typeparam>
    /// <typeparam name="TOutput">What to read the output as.</typeparam>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ToolHandle<TInput, TOutput> GetAgent<TInput, TOutput>(AgentAddress agent)
    {
        var json = _room.Host.Json.ForCallers();
        var input = (JsonTypeInfo<TInput>)json.GetTypeInfo(typeof(TInput));
        return new(
            _room,
            agent.Tool,
            PassedType<TInput>.Of(input),
            PassedType<TOutput>.Of((JsonTypeInfo<TOutput>)json.GetTypeInfo(typeof(TOutput))),
            AgentInput.IsWrapped(input));
    }

    /// <summary>The same with given serializer metadata; safe for trimming and native code. Values go as JSON.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="inputType">How to write the input.</param>
    /// <param name="outputType">How to read the output.</param>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    public ToolHandle<TInput, TOutput> GetAgent<TInput, TOutput>(AgentAddress agent, JsonTypeInfo<TInput> inputType, JsonTypeInfo<TOutput> outputType)
    {
        ArgumentNullException.ThrowIfNull(inputType);
        ArgumentNullException.ThrowIfNull(outputType);
        return new(_room, agent.Tool, PassedType<TInput>.AsJson(inputType), PassedType<TOutput>.AsJson(outputType), AgentInput.IsWrapped(inputType));
    }

    /// <summary>
    /// Sends an input to an agent without waiting for its reply. What becomes of it is told to the handler of the reply,
    /// and in any case to the journal. Within a call it is a part of that call's tree and ends with it, unless
    /// <see cref="CallOptions.NewTree"/> says otherwise; it ends with this participant in any case.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input as JSON, as the agent's schema has it; default for none. It is copied before this returns.</param>
    /// <param name="onReply">Called with the outcome, whatever it is, on the thread pool; null when nobody wants to know. It may
    /// send, too. What it throws goes to the host's fault handler.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the waiting for a place, not what was sent.</param>
    /// <returns>A task that completes when the input is on its way: at once, unless 1,024 wait for their replies already.</returns>
    public ValueTask SendAsync(
        AgentAddress agent,
        JsonPayload input,
        Func<CallOutcome, ValueTask>? onReply = null,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Work.SendAsync(agent, input, onReply, options, cancellationToken);

    /// <inheritdoc cref="SendAsync(AgentAddress, JsonPayload, Func{CallOutcome, ValueTask}?, CallOptions?, CancellationToken)"/>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input; JSON as it is; null for none. It is written, or copied, before this returns.</param>
    /// <param name="onReply">Called with the outcome, whatever it is, on the thread pool; null when nobody wants to know.</param>
    /// <param name="options">Deadline, budget and the like; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the waiting for a place, not what was sent.</param>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask SendAsync(
        AgentAddress agent,
        object? input = null,
        Func<CallOutcome, ValueTask>? onReply = null,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Work.SendAsync(agent, AgentInput.Write(input, _room.Host.Json.ForCallers()), onReply, options, cancellationToken);

    /// <summary>Tells what would become of asking an agent, without doing so.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="input">The input as JSON, as the agent's schema has it; default for none.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public ValueTask<CallExplanation> ExplainAsync(AgentAddress agent, JsonPayload input = default, CancellationToken cancellationToken = default) =>
        _room.Toolkits.ExplainAsync(agent.Tool, input, cancellationToken);
}
