using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>What differs between the revisions of MCP.</summary>
internal static class McpRevisions
{
    /// <summary>The first revision without sessions: each request says what its client is.</summary>
    public const string WithoutSessions = "2026-07-28";

    /// <summary>Where each request says what its client can do since then.</summary>
    public const string CapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

    /// <summary>Whether a request is of revision 2026-07-28 or a later one. Revisions are dates, and so ordered as text.</summary>
    public static bool IsNewer(McpServer server, JsonRpcRequest request) =>
        IsNewer(request.Context?.ProtocolVersion ?? server.NegotiatedProtocolVersion);

    public static bool IsNewer(string? revision) => string.CompareOrdinal(revision, WithoutSessions) >= 0;
}
