using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>
/// A tool of one room called from another over MCP, where messages are handed over as objects, against the same over the SDK's own
/// transports on pipes in memory.
/// </summary>
internal sealed class McpLoop() : Comparison("mcp.loop", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var ours = await LoopedRooms.OpenAsync(LoopedRooms.Objects).ConfigureAwait(false);
        await using var peer = await LoopedRooms.OpenAsync(LoopedRooms.SdkPipes).ConfigureAwait(false);
        return await Rounds.CompareAsync(ours.CallAsync, peer.CallAsync).ConfigureAwait(false);
    }
}
