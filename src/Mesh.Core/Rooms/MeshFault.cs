namespace Mesh;

/// <summary>What kind of code failed.</summary>
public enum MeshFaultKind
{
    /// <summary>A tool's handler threw something other than a <see cref="ToolException"/>, or passed a <see cref="MeshException"/> on in one that has another failure behind it.</summary>
    Handler,

    /// <summary>A service of a room did not start or stop.</summary>
    Service,

    /// <summary>The journal did not take an entry.</summary>
    Journal,

    /// <summary>A connection broke.</summary>
    Connection,

    /// <summary>A call filter, an approver, an approval policy, a load-balancing policy or a listener to traces and metrics of the host threw.</summary>
    Host,

    /// <summary>The background work of an agent failed or did not stop, or the handler of a reply threw.</summary>
    Agent,
}

/// <summary>
/// A failure of code that the host runs, told to <see cref="MeshHostOptions.OnFault"/>. It may hold what no other
/// participant may see, such as the text of a handler's exception.
/// </summary>
/// <param name="Kind">What failed.</param>
/// <param name="Message">What happened, for a log.</param>
/// <param name="Exception">What was thrown, or null.</param>
public sealed record MeshFault(MeshFaultKind Kind, string Message, Exception? Exception)
{
    /// <summary>The call in question, or null.</summary>
    public MeshId? CallId { get; init; }
}
