using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>
/// A tool of a room called over HTTP without a session, against a handler that does the same on the SDK's own transport, behind
/// the same server. The numbers are medians.
/// </summary>
internal sealed class McpHttp() : Comparison("mcp.http", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var app = await McpHttpApp.StartAsync().ConfigureAwait(false);
        await using var ours = await app.ConnectAsync(McpHttpApp.Room).ConfigureAwait(false);
        await using var peer = await app.ConnectAsync(McpHttpApp.Handler).ConfigureAwait(false);
        await ours.CallAsync(McpHttpApp.WarmUpCalls).ConfigureAwait(false);
        await peer.CallAsync(McpHttpApp.WarmUpCalls).ConfigureAwait(false);
        return await Rounds.CompareAsync(ours.CallAsync, peer.CallAsync).ConfigureAwait(false);
    }
}

/// <summary>The same call, sent as it stands by a bare HTTP client, against a POST of the same arguments to a minimal API. To be known.</summary>
internal sealed class McpHttpApi() : Comparison("mcp.http.api", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var app = await McpHttpApp.StartAsync().ConfigureAwait(false);
        await app.PostAsync(McpHttpApp.WarmUpCalls).ConfigureAwait(false);
        await app.PostToApiAsync(McpHttpApp.WarmUpCalls).ConfigureAwait(false);
        return await Rounds.CompareAsync(app.PostAsync, app.PostToApiAsync).ConfigureAwait(false);
    }
}

/// <summary>10,000 calls of one participant at once: how many ran, and how many were refused with a time to wait. None is lost.</summary>
internal sealed class McpOverload() : Comparison("mcp.overload", "ran, refused")
{
    private const int Calls = 10_000;

    public override async Task<Figure> MeasureAsync()
    {
        await using var app = await McpHttpApp.StartAsync().ConfigureAwait(false);
        var (ran, refused, counted) = await app.FloodAsync(Calls).ConfigureAwait(false);
        return ran + refused == Calls && ran == counted
            ? new(ran, refused)
            : throw new InvalidOperationException($"Of {Calls} calls {ran} have answered and {refused} were refused, while {counted} have run.");
    }
}

/// <summary>Memory above the start after 10,000 sessions that their clients have abandoned were evicted.</summary>
internal sealed class McpSessionsMegabytes() : Comparison("mcp.sessions.mb", "MB")
{
    private const int Sessions = 10_000;

    public override async Task<Figure> MeasureAsync()
    {
        await using var app = await McpHttpApp.StartAsync(participantIdleTimeout: TimeSpan.FromSeconds(2)).ConfigureAwait(false);

        // What is made once in a process is made here.
        await app.AbandonAsync(200).ConfigureAwait(false);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await app.AbandonAsync(Sessions).ConfigureAwait(false);
        return new((GC.GetTotalMemory(forceFullCollection: true) - before) / 1_000_000.0);
    }
}
