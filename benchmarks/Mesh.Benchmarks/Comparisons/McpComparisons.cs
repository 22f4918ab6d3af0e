using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>A tool of a room called by an MCP client, against the SDK's own server with a handler that does the same, both over pipes in memory.</summary>
internal sealed class McpServe() : Comparison("mcp.serve", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var ours = await McpSession.ServeForecastAsync().ConfigureAwait(false);
        await using var peer = await McpSession.HandleForecastAsync().ConfigureAwait(false);
        await ours.WarmUpAsync().ConfigureAwait(false);
        await peer.WarmUpAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(ours.CallAsync, peer.CallAsync).ConfigureAwait(false);
    }
}

/// <summary>What the same two allocate, client and server together.</summary>
internal sealed class McpServeBytes() : Comparison("mcp.serve.bytes", "B")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var ours = await McpSession.ServeForecastAsync().ConfigureAwait(false);
        await using var peer = await McpSession.HandleForecastAsync().ConfigureAwait(false);
        return new(await ours.AllocatedAsync().ConfigureAwait(false), await peer.AllocatedAsync().ConfigureAwait(false));
    }
}

/// <summary>A list of 1,000 tools by an MCP client, against the SDK's own server that gives the same list.</summary>
internal sealed class McpList() : Comparison("mcp.list", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var ours = await McpSession.ServeManyAsync().ConfigureAwait(false);
        await using var peer = await McpSession.HandleListOfAsync(ours).ConfigureAwait(false);
        return await Rounds.CompareAsync(ours.ListAsync, peer.ListAsync).ConfigureAwait(false);
    }
}

/// <summary>The handler of such a list alone, without client and transport.</summary>
internal sealed class McpListHandler() : Comparison("mcp.list.us", "us")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var handler = await McpListScene.OpenAsync().ConfigureAwait(false);
        var figure = await Rounds.CompareAsync(handler.ListAsync, handler.ListAsync).ConfigureAwait(false);
        return new(figure.Ours / 1_000);
    }
}
