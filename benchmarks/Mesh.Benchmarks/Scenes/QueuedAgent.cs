namespace Mesh.Benchmarks.Scenes;

/// <summary>An agent that serves one call at a time, and 64 askers: one is served, and 63 wait for their turn.</summary>
internal sealed class QueuedAgent : IAsyncDisposable
{
    public const int InFlight = 64;

    private readonly MeshHost _host = new();
    private ToolHandle<ForecastArguments, Forecast> _forecast = null!;

    public static async Task<QueuedAgent> OpenAsync()
    {
        var scene = new QueuedAgent();
        var provider = await scene._host.JoinAsync("figures", "provider", Grants.AgentDefault).ConfigureAwait(false);
        await provider.Agents.RegisterAsync(Agent.Create("weather.forecast", (ForecastArguments input) => ForecastAsync(input), new() { MaxConcurrency = 1 })).ConfigureAwait(false);
        var asker = await scene._host.JoinAsync("figures", "asker", Grants.AgentDefault).ConfigureAwait(false);
        scene._forecast = asker.Agents.GetAgent<ForecastArguments, Forecast>("weather.forecast");
        return scene;
    }

    /// <summary>The function that is served: it waits once, so that calls stay in flight while others come.</summary>
    public static async ValueTask<Forecast> ForecastAsync(ForecastArguments input)
    {
        await Task.Yield();
        return new(input.City, input.Days, "sun");
    }

    /// <summary>Each of the askers asks so many times.</summary>
    public Task AskAsync(int times) => Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(() => AskInTurnAsync(times))));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task AskInTurnAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Take(await _forecast.InvokeAsync(new ForecastArguments("Oslo", 3)).ConfigureAwait(false));
        }
    }
}
