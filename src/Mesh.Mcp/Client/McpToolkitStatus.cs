namespace Mesh.Mcp;

/// <summary>Whether the server behind an <see cref="McpToolkit"/> is there.</summary>
public enum McpToolkitState
{
    /// <summary>It is connected, and calls reach it.</summary>
    Connected,

    /// <summary>It is gone and will be tried again; calls end with <see cref="MeshErrorCode.Unavailable"/> at once.</summary>
    Reconnecting,

    /// <summary>It is gone for good, or the toolkit was disposed.</summary>
    Closed,
}

/// <summary>A tool that a server has and that is not offered.</summary>
/// <param name="Name">Its name at the server.</param>
/// <param name="Error">Why not: <see cref="MeshErrorCode.InvalidSchema"/> for one whose schema cannot be compiled,
/// <see cref="MeshErrorCode.InvalidDefinition"/> for one that is malformed, <see cref="MeshErrorCode.NameTaken"/> for one
/// whose name would be another's.</param>
public sealed record McpSkippedTool(string Name, MeshError Error);

/// <summary>What is known of the server behind an <see cref="McpToolkit"/> at one moment. Immutable.</summary>
public sealed record McpToolkitStatus
{
    /// <summary>Whether it is there.</summary>
    public required McpToolkitState State { get; init; }

    /// <summary>The revision of the protocol that is spoken; the last one while it is gone.</summary>
    public string? ProtocolVersion { get; init; }

    /// <summary>What the server calls itself, with its version; null where it does not say.</summary>
    public string? Server { get; init; }

    /// <summary>How many of its tools are offered.</summary>
    public int Tools { get; init; }

    /// <summary>The tools that are not offered, with the reasons; empty when all are.</summary>
    public IReadOnlyList<McpSkippedTool> Skipped { get; init; } = [];

    /// <summary>
    /// Why it is gone, or was last; null when it was always there. For a process the details are
    /// <c>{"exitCode": 1, "standardError": ["…"]}</c> with its last lines, which only the host sees: callers are told the
    /// exit code alone.
    /// </summary>
    public MeshError? Error { get; init; }

    /// <summary>How many attempts to reconnect have failed in a row.</summary>
    public int FailedAttempts { get; init; }
}
