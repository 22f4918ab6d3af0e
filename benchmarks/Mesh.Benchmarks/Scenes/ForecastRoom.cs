using System.Text.Json;
using Mesh.Benchmarks.Inputs;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A room of a host with default options, in which one participant offers the measured tool and another calls it.</summary>
internal sealed class ForecastRoom : IAsyncDisposable
{
    private static readonly JsonElement Arguments = FigureInputs.CallArgumentsElement;
    private static readonly ReadOnlyMemory<byte> Utf8Arguments = FigureInputs.CallArguments;
    private readonly MeshHost _host;
    private readonly RoomClient _caller;
    private readonly ToolHandle<ForecastArguments, Forecast> _forecast;
    private readonly CancellationToken _cancellable = new CancellationTokenSource().Token;

    private ForecastRoom(MeshHost host, RoomClient caller)
    {
        _host = host;
        _caller = caller;
        _forecast = caller.Toolkits.GetTool<ForecastArguments, Forecast>(ForecastTool.Address);
    }

    public static async Task<ForecastRoom> OpenAsync()
    {
        var host = new MeshHost();
        var provider = await host.JoinAsync("figures", "provider", Grants.AgentDefault).ConfigureAwait(false);
        await provider.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("forecast", ForecastTool.Forecast))).ConfigureAwait(false);
        return new(host, await host.JoinAsync("figures", "caller", Grants.AgentDefault).ConfigureAwait(false));
    }

    /// <summary>Calls with a JSON element, and takes the result as one.</summary>
    public async Task CallJsonAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            var response = await _caller.Toolkits.InvokeAsync(ForecastTool.Address, Arguments, null, _cancellable).ConfigureAwait(false);
            Sink.Take(((JsonResponse)response).Value.ToElement());
        }
    }

    /// <summary>Calls with UTF-8, and takes the result as UTF-8.</summary>
    public async Task CallUtf8Async(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Take(await _caller.Toolkits.InvokeUtf8Async(ForecastTool.Address, Utf8Arguments, null, _cancellable).ConfigureAwait(false));
        }
    }

    /// <summary>Calls with a value through a prepared handle, and takes the result as a value.</summary>
    public async Task CallTypedAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Take(await _forecast.InvokeAsync(new ForecastArguments("Oslo", 3), null, _cancellable).ConfigureAwait(false));
        }
    }

    /// <summary>Joins the room, which stays open, and leaves it.</summary>
    public async Task JoinAndLeaveAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await using var visitor = await _host.JoinAsync("figures", "visitor").ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
