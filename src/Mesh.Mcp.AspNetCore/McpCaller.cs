using Mesh.AspNetCore;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore;

/// <summary>Who has sent a request, for which room, in which revision of the protocol.</summary>
internal sealed class McpCaller(string room, MeshIdentity identity, string? revision)
{
    /// <summary>Nobody, where a request is turned away before anybody asks.</summary>
    public static McpCaller Unknown { get; } = new("", new MeshIdentity("\nunknown", "unknown"), null);

    public string Room => room;

    public MeshIdentity Identity => identity;

    /// <summary>The revision that the headers name; null for none.</summary>
    public string? Revision => revision;

    public bool HasSessions => McpHttpRevisions.HasSessions(revision);

    /// <summary>The id of the request, once its body is read: the error of a refusal has it too.</summary>
    public RequestId RequestId { get; set; }
}
