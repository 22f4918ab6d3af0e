namespace Mesh.Benchmarks.Scenes;

/// <summary>A room in which many tools are registered, and one more comes and goes.</summary>
internal sealed class CrowdedRoom : IAsyncDisposable
{
    private const int MostToolsOfAToolkit = 100;
    private readonly MeshHost _host = new();
    private readonly Toolkit _guest = Toolkit.Create("guest", Tool.Create("forecast", ForecastTool.Forecast));
    private RoomClient _provider = null!;

    /// <summary>Opens a room and registers tools in it, up to a hundred a toolkit.</summary>
    public static async Task<CrowdedRoom> OpenAsync(int tools)
    {
        var room = new CrowdedRoom();
        room._provider = await room._host.JoinAsync("hall", "provider", Grants.AgentDefault).ConfigureAwait(false);
        for (int first = 0; first < tools; first += MostToolsOfAToolkit)
        {
            int count = Math.Min(MostToolsOfAToolkit, tools - first);
            var toolkit = Toolkit.Create($"kit-{first}", Enumerable.Range(first, count).Select(i => Tool.Create($"tool-{i}", ForecastTool.Forecast)));
            await room._provider.Toolkits.RegisterAsync(toolkit).ConfigureAwait(false);
        }

        return room;
    }

    public async Task RegisterAndWithdrawAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await using var registration = await _provider.Toolkits.RegisterAsync(_guest).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
