using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>What differs between the revisions of MCP.</summary>
internal static class McpRevisions
{
    /// <summary>The first revision without sessions: each request says what its client is.</summary>
    public const string WithoutSessions = "2026-07-28";

    /// <summary>Whether a request is of revision 2026-07-28 or a later one. Revisions are dates, and so ordered as text.</summary>
    public static bool IsNewer(McpServer server, JsonRpcRequest request) =>
        IsNewer(request.Context?.ProtocolVersion ?? server.NegotiatedProtocolVersion);

    public static bool IsNewer(string? revision) => string.CompareOrdinal(revision, WithoutSessions) >= 0;

    /// <summary>What the client of a request can do: said with the request itself, or before that when its session began.</summary>
    public static ClientCapabilities? CapabilitiesOf(McpServer server, JsonRpcRequest request) =>
        IsNewer(server, request) ? request.Context?.ClientCapabilities : server.ClientCapabilities;
}
