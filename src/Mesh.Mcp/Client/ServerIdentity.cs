using ModelContextProtocol.Client;

namespace Mesh.Mcp;

/// <summary>What a server says of itself.</summary>
/// <param name="Name">Its name for programs.</param>
/// <param name="Title">Its name for people, or null.</param>
/// <param name="Version">Its version.</param>
/// <param name="Description">What it is, or null.</param>
internal sealed record ServerIdentity(string Name, string? Title, string Version, string? Description)
{
    public string Label => $"{Name} {Version}".Trim();

    /// <summary>The identity, or null: since 2026-07-28 a server need not have one, and the SDK throws when it is asked for.</summary>
    public static ServerIdentity? Of(McpClient client)
    {
        try
        {
            var info = client.ServerInfo;
            return info is null ? null : new(info.Name, info.Title, info.Version, info.Description);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
