using System.Text.Json;

namespace Mesh;

/// <summary>
/// One request as a <see cref="TaskRunner"/> sees it: who asks and for whom, the room, and the toolkits that it may use.
/// It may be used from several threads, until the call is over.
/// </summary>
public sealed class AgentCallContext
{
    private readonly SingleRoomAgent _agent;
    private IReadOnlyList<AgentToolkit>? _toolkits;

    internal AgentCallContext(SingleRoomAgent agent, CallContext call, JsonSerializerOptions? json)
    {
        _agent = agent;
        Call = call;
        Json = json;
    }

    /// <summary>The call: progress, chunks of a stream, other content, usage and costs go through it.</summary>
    public CallContext Call { get; }

    /// <summary>The room as the agent's participant sees it. Calls made through it belong to this call's tree.</summary>
    public RoomClient Room => Call.Room;

    /// <summary>Who asks, as it was when the call arrived.</summary>
    public Participant Caller => Call.Caller;

    /// <inheritdoc cref="CallContext.OnBehalfOf"/>
    public Participant? OnBehalfOf => Call.OnBehalfOf;

    /// <inheritdoc cref="CallContext.CancellationToken"/>
    public CancellationToken CancellationToken => Call.CancellationToken;

    /// <summary>What others have put beside this call for the agent's code.</summary>
    public AgentFeatures Features { get; } = new();

    /// <summary>The serializer options of the host, where the agent has none of its own; null for the agent's.</summary>
    internal JsonSerializerOptions? Json { get; }

    /// <summary>
    /// The toolkits that the agent may use in this call: its own, then those that it requires, then those that its caller
    /// gave with the request. Of several of one name the first in this order stands, so that a caller cannot put a toolkit in
    /// the place of one that the agent relies on. What is no longer in the room is left out.
    /// </summary>
    /// <remarks>
    /// Each of their tools is called at <see cref="AgentToolkit.AddressOf"/> through any client: a call like every other, in
    /// the tree of this one, which takes the right of the agent's participant and of the person on whose behalf it is made.
    /// What the agent requires is looked for as at its start, outside of this call: private toolkits of its caller do not
    /// count. A tool that one participant has is called at that participant, one that several have at any of them. Asking for
    /// toolkits is itself a call of the room, unless the agent has only toolkits of its own; it is made once.
    /// </remarks>
    /// <exception cref="MeshException">Toolkits were given and the call is over (<see cref="MeshErrorCode.CallEnded"/>), or its
    /// budget is (<see cref="MeshErrorCode.BudgetExceeded"/>).</exception>
    public async ValueTask<IReadOnlyList<AgentToolkit>> GetToolkitsAsync() =>
        _toolkits ??= AgentToolkit.Merge([.. _agent.LocalToolkits, .. await FindOthersAsync().ConfigureAwait(false)]);

    private async ValueTask<IReadOnlyList<AgentToolkit>> FindOthersAsync()
    {
        var required = _agent.Requires.Count == 0 ? []
            : await RequirementWait.ListAsync(Room, _agent.Requires, CancellationToken).ConfigureAwait(false);
        var given = Call.Request.Toolkits is null ? []
            : await Room.Toolkits.ListAsync(Caller.Name, CancellationToken).ConfigureAwait(false);
        return
        [
            .. _agent.Requires.Select(each => each.FindIn(required, Room.Self.Name)).OfType<AgentToolkit>(),
            .. given
                .Where(each => each.IsPrivate && Call.Request.Toolkits!.Contains(each.Name, StringComparer.Ordinal))
                .Select(each => new AgentToolkit(each, AgentToolkitSource.Caller, each.Participant)),
        ];
    }
}
