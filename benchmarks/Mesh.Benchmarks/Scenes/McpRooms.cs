using Mesh.Mcp;

namespace Mesh.Benchmarks.Scenes;

/// <summary>Rooms that are served over MCP.</summary>
internal sealed class McpRooms : IAsyncDisposable
{
    private readonly MeshHost _host;

    private McpRooms(MeshHost host, RoomMcpServer server)
    {
        _host = host;
        Server = server;
    }

    public RoomMcpServer Server { get; }

    /// <summary>A room with one tool.</summary>
    public static Task<McpRooms> OpenAsync() => OpenAsync(Tool.Create("forecast", ForecastTool.Forecast));

    /// <summary>A room with 1,000 tools.</summary>
    public static Task<McpRooms> OpenManyAsync() => OpenAsync([.. Enumerable.Range(0, 1_000).Select(i =>
        Tool.Create($"forecast{i}", ForecastTool.Forecast, new() { Title = $"Forecast {i}", Description = "Foretells the weather of a city for some days." }))]);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<McpRooms> OpenAsync(params Tool[] tools)
    {
        var host = new MeshHost();
        var provider = await host.JoinAsync("figures", "provider", Grants.AgentDefault).ConfigureAwait(false);
        await provider.Toolkits.RegisterAsync(Toolkit.Create("weather", tools)).ConfigureAwait(false);
        return new(host, await RoomMcpServer.JoinAsync(host, "figures", "visitor").ConfigureAwait(false));
    }
}
