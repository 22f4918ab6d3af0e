using System.Diagnostics;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// A room as one participant sees it; the same for participants in the room's process and elsewhere. Thread-safe.
/// Disposing it leaves the room: its running calls are cancelled, what it registered is withdrawn, and calls that it
/// serves end at once. The background work of its agents is cancelled and waited for, up to the host's
/// <see cref="MeshHostOptions.DrainTimeout"/>. The last participant to leave retires the room.
/// </summary>
public sealed class RoomClient : IAsyncDisposable
{
    private readonly MeshHost _host;
    private readonly string _room;
    private readonly IRoomConnection _connection;
    private LocalToolkits? _localToolkits;
    private ToolkitsClient? _toolkits;
    private AgentsClient? _agents;
    private ParticipantsClient? _participants;
    private QueuesClient? _queues;
    private EventsClient? _events;
    private StateClient? _state;

    internal RoomClient(MeshHost host, string room, Func<RoomClient, IRoomConnection> connect)
    {
        _host = host;
        _room = room;
        _connection = connect(this);
    }

    /// <summary>The room's name.</summary>
    public string Name => _room;

    /// <summary>The id of the room's present life.</summary>
    public MeshId Session => _connection.Session;

    /// <summary>This participant as it joined.</summary>
    public Participant Self => _connection.Self;

    /// <summary>Tools: list, call, register.</summary>
    public ToolkitsClient Toolkits => _toolkits ??= new(this);

    /// <summary>Agents: find, ask, stream, subscribe, register.</summary>
    public AgentsClient Agents => _agents ?? LazyInitializer.EnsureInitialized(ref _agents, () => new AgentsClient(this));

    /// <summary>Who is in the room.</summary>
    public ParticipantsClient Participants => _participants ??= new(this);

    /// <summary>Queues: send, receive, acknowledge.</summary>
    public QueuesClient Queues => _queues ??= new(this);

    /// <summary>What happens in the room.</summary>
    public EventsClient Events => _events ??= new(this);

    /// <summary>Keys with values and versions that everybody in the room shares.</summary>
    public StateClient State => _state ??= new(this);

    /// <summary>Completes with the reason when this participant is no longer in the room.</summary>
    public Task<LeaveReason> Completion => _connection.Completion;

    /// <summary>The clock of the room's host, for whatever waits or measures time on behalf of this participant.</summary>
    public TimeProvider TimeProvider => _host.Clock;

    internal IRoomConnection Connection => _connection;

    internal MeshHost Host => _host;

    internal LocalToolkits LocalToolkits => _localToolkits ?? LazyInitializer.EnsureInitialized(ref _localToolkits, () => new LocalToolkits());

    /// <summary>Leaves the room. Calling it again does nothing.</summary>
    public ValueTask DisposeAsync()
    {
        return _agents is null ? _connection.CloseAsync() : LeaveAsync(_agents.Work);

        async ValueTask LeaveAsync(AgentWork work)
        {
            await _connection.CloseAsync().ConfigureAwait(false);
            await work.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Watches what is asked of approvers: within a call, for all calls that it leads to, however deep; outside of any call, for all
    /// trees of calls that this participant starts. To watch is not to answer: that is the business of the <see cref="Approver"/>.
    /// </summary>
    /// <param name="observer">Who is told. Of a call that another participant makes for neither itself nor the person behind this
    /// one, the arguments are not shown.</param>
    /// <returns>Dispose it to watch no longer.</returns>
    public IDisposable ObserveApprovals(IApprovalObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _host.ApprovalObservers.Add(CallContext.Current?.Request.Id ?? Self.Id, Self.Id, observer);
    }

    /// <summary>Watches what is asked of approvers about one call of this participant, and about all calls that it leads to.</summary>
    /// <param name="observer">Who is told. Arguments are shown as by the other overload.</param>
    /// <param name="call">The call's id, which it is given by <see cref="CallOptions.CallId"/>; take one of <see cref="NewCallId"/>, and watch before
    /// the call begins. Of a call that another participant makes nothing is told.</param>
    /// <returns>Dispose it to watch no longer.</returns>
    public IDisposable ObserveApprovals(IApprovalObserver observer, MeshId call)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _host.ApprovalObservers.AddOwn(call, Self.Id, observer);
    }

    /// <summary>An id for one call, by the host's source of ids; see <see cref="CallOptions.CallId"/>.</summary>
    public MeshId NewCallId() => _host.Ids.NewId();

    /// <summary>Name and room.</summary>
    public override string ToString() => $"{Self.Name} in {_room}";

    internal static RoomClient JoinDirect(
        Room room,
        string name,
        ParticipantRole role,
        Grants grants,
        IReadOnlyDictionary<string, JsonElement> attributes,
        bool isService,
        Approver? approver = null)
    {
        return new RoomClient(room.Host, room.Name, client =>
        {
            DirectConnection? connection = null;
            room.Join(name, role, grants, attributes, isService, member =>
            {
                member.Approver = approver;
                return connection = new DirectConnection(member, client);
            });
            return connection!;
        });
    }

    /// <summary>A request of this participant: within the call that it is made in, unless its caller says otherwise.</summary>
    internal CallRequest NewRequest(ToolAddress target, JsonPayload arguments, CallOptions? options) =>
        NewRequest(target, arguments, options ?? CallOptions.Default, CallContext.Current);

    private CallRequest NewRequest(ToolAddress target, JsonPayload arguments, CallOptions options, CallContext? within)
    {
        var id = options.CallId ?? _host.Ids.NewId();
        var parent = options.NewTree ? null : within?.Request;
        var activity = Activity.Current;
        var request = new CallRequest
        {
            Id = id,
            ParentId = parent?.Id ?? default,
            RootId = parent?.RootId ?? id,
            Target = target,
            Arguments = arguments,
        };
        return ReferenceEquals(options, CallOptions.Default) && activity is null ? request : request with
        {
            ContractHash = options.ContractHash,
            IdempotencyKey = options.IdempotencyKey,
            Timeout = options.Timeout,
            Budget = options.Budget,
            TraceParent = TraceParent.Of(activity),
            TraceState = activity?.TraceStateString,
            Toolkits = options.Toolkits,
            Metadata = options.Metadata,
        };
    }

    /// <summary>The request of a stream, made when it is first read, by whoever reads it.</summary>
    /// <param name="target">The tool.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="options">As its caller gave them.</param>
    /// <param name="askedFor">The <c>traceparent</c> of the activity that the stream was asked for in, or null.</param>
    internal CallRequest NewStreamRequest(ToolAddress target, JsonPayload arguments, CallOptions? options, string? askedFor)
    {
        var request = NewRequest(target, arguments, options);
        return askedFor is null || askedFor == request.TraceParent ? request : request with { TraceLink = askedFor };
    }

    internal CallEnd Call(
        ToolAddress target, JsonPayload arguments, CallOptions? options, CancellationToken cancellationToken, IAsyncEnumerable<ContentPart>? input = null)
    {
        var within = CallContext.Current;
        return _connection.Call(NewRequest(target, arguments, options ?? CallOptions.Default, within), within, input, cancellationToken);
    }
}
