namespace Mesh;

/// <summary>
/// What one participant offers in a room under one name: a toolkit, or an agent. It is a lease: it belongs to its
/// provider's life and ends with it, or when the provider gives it up.
/// </summary>
internal abstract class Registration
{
    private readonly RegistrationOptions _options;
    private readonly ToolInstance[] _tools;

    private protected Registration(RoomMember provider, MeshId id, RegistrationOptions options, Func<Registration, IEnumerable<ToolInstance>> prepare)
    {
        Provider = provider;
        Id = id;
        _options = options;
        _tools = [.. prepare(this)];
    }

    /// <summary>The id of the lease, chosen by the provider's side.</summary>
    public MeshId Id { get; }

    public RoomMember Provider { get; }

    /// <summary>What is offered, for messages, such as <c>toolkit 'weather'</c>. A participant offers nothing twice.</summary>
    public abstract string Label { get; }

    public IReadOnlyList<ToolInstance> Tools => _tools;

    public bool IsPrivate => _options.Private;

    /// <summary>Whether its tools answer to <c>toolkit/tool</c>, besides <c>toolkit/tool@participant</c>.</summary>
    public bool SharesNames => !_options.AddressedOnly;

    /// <summary>Whether nobody else may offer the same in public.</summary>
    public bool IsExclusive => _options is { Exclusive: true, Private: false };

    /// <summary>Whether a participant may know of it. A private one is offered to its provider, to calls made in its
    /// provider's tree, and to those it names.</summary>
    public bool IsVisibleTo(RoomMember reader, RoomMember rootCaller) =>
        !IsPrivate || Provider == reader || Provider == rootCaller || IsNamedIn(reader);

    /// <summary>Whether it names participants that it is offered to.</summary>
    public bool IsOfferedByName => _options.VisibleTo.Count > 0;

    public bool IsNamedIn(RoomMember reader) => _options.VisibleTo.Contains(reader.Snapshot.Name, StringComparer.Ordinal);

    /// <summary>Whether grants cover at least one of its tools.</summary>
    public bool IsGrantedTo(Grants grants) => Array.Exists(_tools, tool => tool.IsGrantedBy(grants));

    /// <summary>Lets no call begin any more, and sends those away that wait for their turn; to be called when no new ones find it.</summary>
    public void Close()
    {
        foreach (var tool in _tools)
        {
            tool.Close();
        }
    }

    public ToolInstance? Find(ReadOnlySpan<char> path)
    {
        foreach (var tool in _tools)
        {
            if (path.SequenceEqual(tool.Path))
            {
                return tool;
            }
        }

        return null;
    }

    /// <summary>What is said when it is there.</summary>
    /// <param name="changes">How its contracts differ from live ones of the same names.</param>
    public abstract (string Kind, RegistrationChange Change) Announce(IReadOnlyList<string> changes);

    /// <summary>What is said when it is gone.</summary>
    /// <param name="reason">Why its provider left; null when it gave up this alone.</param>
    public abstract (string Kind, RegistrationChange Change) Retract(LeaveReason? reason);
}

/// <summary>A toolkit that somebody offers.</summary>
internal sealed class ToolkitLease(
    RoomMember provider, MeshId id, ToolkitInfo toolkit, RegistrationOptions options, Func<Registration, IEnumerable<ToolInstance>> prepare)
    : Registration(provider, id, options, prepare)
{
    public override string Label { get; } = $"toolkit '{toolkit.Name}'";

    public string Name => toolkit.Name;

    public override (string Kind, RegistrationChange Change) Announce(IReadOnlyList<string> changes) => (RoomEventKinds.ToolkitRegistered, Describe() with { Changes = changes });

    public override (string Kind, RegistrationChange Change) Retract(LeaveReason? reason) => (RoomEventKinds.ToolkitUnregistered, Describe());

    /// <summary>What a participant sees of it: the tools that its grants cover.</summary>
    public ToolkitInfo ViewFor(Grants grants) => toolkit with
    {
        Tools = [.. Tools.Where(tool => tool.IsGrantedBy(grants)).Select(tool => tool.Contract.Definition)],
    };

    private ToolkitChange Describe() => new(toolkit.Name, Provider.Snapshot.Name, [.. toolkit.Tools.Select(tool => tool.Name)]) { Registration = this };
}

/// <summary>An agent that somebody offers: a lease of one tool, by which it is called.</summary>
internal sealed class AgentLease(RoomMember provider, MeshId id, AgentInfo agent, RegistrationOptions options, Func<Registration, IEnumerable<ToolInstance>> prepare)
    : Registration(provider, id, options, prepare)
{
    /// <summary>What those see who may use it.</summary>
    public AgentInfo Agent { get; } = agent;

    public override string Label => $"agent '{Agent.Name}'";

    public override (string Kind, RegistrationChange Change) Announce(IReadOnlyList<string> changes) => (RoomEventKinds.AgentRegistered, Describe() with { Changes = changes });

    public override (string Kind, RegistrationChange Change) Retract(LeaveReason? reason) => (RoomEventKinds.AgentUnregistered, Describe() with { Reason = reason });

    /// <summary>What is said when its background work has failed.</summary>
    public (string Kind, RegistrationChange Change) Fail(int failures, TimeSpan retryAfter) =>
        (RoomEventKinds.AgentFailed, Describe() with { Failures = failures, RetryAfter = retryAfter });

    private AgentLeaseChange Describe() => new(Agent.Name, Provider.Snapshot.Name, Agent.Contract.Version, Agent.Contract.Shape, Agent.Contract.ContractHash)
    {
        Tags = Agent.Contract.Tags,
        Capabilities = Agent.Contract.Capabilities,
        Registration = this,
    };
}
