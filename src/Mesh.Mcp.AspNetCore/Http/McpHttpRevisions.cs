namespace Mesh.Mcp.AspNetCore;

/// <summary>The revisions of MCP that are served over HTTP. They are dates, and so ordered as text.</summary>
internal static class McpHttpRevisions
{
    /// <summary>The first without sessions: each request says in headers and in its own data what its client is.</summary>
    public const string WithoutSessions = "2026-07-28";

    public static IReadOnlyList<string> All { get; } = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", WithoutSessions];

    public static bool IsKnown(string revision)
    {
        foreach (string each in All)
        {
            if (each == revision)
            {
                return true;
            }
        }

        return false;
    }

    public static bool HasSessions(string? revision) => string.CompareOrdinal(revision, WithoutSessions) < 0;
}
