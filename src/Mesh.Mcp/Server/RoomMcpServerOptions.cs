using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>How a room is served over MCP. Immutable; one instance may serve any number of rooms.</summary>
public sealed record RoomMcpServerOptions
{
    /// <summary>Name, version and title that clients are shown; null for the name of the room and the version of Mesh.</summary>
    public Implementation? ServerInfo { get; init; }

    /// <summary>What a model is told about the whole server, before the rules of the toolkits; null for those alone.</summary>
    public string? Instructions { get; init; }

    /// <summary>How many tools, resources or prompts a page of a list has at most: 1 to 10,000, 1,000 by default.</summary>
    public int PageSize
    {
        get;
        init => field = value is < 1 or > 10_000
            ? throw new ArgumentOutOfRangeException(nameof(PageSize), value, "RoomMcpServerOptions.PageSize must be 1 to 10,000.")
            : value;
    }
    = 1_000;

    /// <summary>
    /// Learns of tools that cannot be served, once for each: two of the same name outside, a name of more than 64 characters,
    /// a stream of input. The other tools are served. Called on the thread where it is found; it must be quick and must
    /// not throw. Null to let them be left out unseen.
    /// </summary>
    public Action<MeshError>? OnSkipped { get; init; }

    internal static RoomMcpServerOptions Default { get; } = new();
}
