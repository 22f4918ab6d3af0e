namespace Mesh;

/// <summary>
/// One registration of one tool, prepared for calls: its contract, whoever serves it, and how it is reached. Several
/// instances of the same contract share the calls to their address.
/// </summary>
internal sealed class ToolInstance(string path, ToolContract contract, ToolInvoker invoker, Registration? registration, Func<Grants, bool>? requiredGrant = null)
{
    private int _inFlight;

    /// <summary><c>toolkit/tool</c>.</summary>
    public string Path { get; } = path;

    public ToolContract Contract { get; } = contract;

    public ToolInvoker Invoker { get; } = invoker;

    /// <summary>Where it came from; null for a tool of the room itself.</summary>
    public Registration? Registration { get; } = registration;

    public RoomMember? Provider => Registration?.Provider;

    public int InFlight => Volatile.Read(ref _inFlight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Exit() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Whether grants cover this tool: by its name, or for a tool of the room by the right that it asks for.</summary>
    public bool IsGrantedBy(Grants grants) =>
        requiredGrant is null ? grants.Agents?.AllowsTool(Path) ?? false : requiredGrant(grants);
}
