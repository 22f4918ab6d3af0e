using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A tool of an MCP server called from a room against the same called by the SDK's client, each over pipes in memory.</summary>
internal sealed class McpImport() : Comparison("mcp.import", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var servers = await ImportedServer.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(servers.CallAsync, servers.CallPeerAsync).ConfigureAwait(false);
    }
}
