using System.Runtime.CompilerServices;
using System.Text.Json;
using Mesh.Benchmarks.Inputs;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A room of a host with default options, in which one participant offers agents and another asks them.</summary>
internal sealed class AgentRoom : IAsyncDisposable
{
    private const int Chain = 5;
    private static readonly AgentAddress Address = "weather.forecast";
    private static readonly JsonElement Input = FigureInputs.CallArgumentsElement;
    private readonly MeshHost _host;
    private readonly RoomClient _asker;
    private readonly ToolHandle<ForecastArguments, Forecast> _forecast;
    private readonly ToolHandle<ForecastArguments, Forecast> _stream;
    private readonly ToolHandle<ForecastArguments, Forecast> _chain;
    private readonly CancellationToken _cancellable = new CancellationTokenSource().Token;

    private AgentRoom(MeshHost host, RoomClient asker)
    {
        _host = host;
        _asker = asker;
        _forecast = asker.Agents.GetAgent<ForecastArguments, Forecast>(Address);
        _stream = asker.Agents.GetAgent<ForecastArguments, Forecast>("weather.stream");
        _chain = asker.Agents.GetAgent<ForecastArguments, Forecast>("chain.1");
    }

    public static async Task<AgentRoom> OpenAsync()
    {
        var host = new MeshHost();
        var provider = await host.JoinAsync("figures", "provider", Grants.AgentDefault).ConfigureAwait(false);
        await provider.Agents.RegisterAsync(Agent.Create(Address.Name, Forecast)).ConfigureAwait(false);
        await provider.Agents.RegisterAsync(Agent.Create("weather.stream", ForecastsAsync)).ConfigureAwait(false);
        for (int i = 1; i <= Chain; i++)
        {
            var member = await host.JoinAsync("figures", $"member{i}", Grants.AgentDefault).ConfigureAwait(false);
            var next = i < Chain ? member.Agents.GetAgent<ForecastArguments, Forecast>($"chain.{i + 1}") : null;
            await member.Agents.RegisterAsync(next is null
                ? Agent.Create($"chain.{i}", Forecast)
                : Agent.Create($"chain.{i}", (ForecastArguments input) => next.InvokeAsync(input))).ConfigureAwait(false);
        }

        return new(host, await host.JoinAsync("figures", "asker", Grants.AgentDefault).ConfigureAwait(false));
    }

    /// <summary>Asks with a JSON element, and takes the output as one.</summary>
    public async Task AskJsonAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            var response = await _asker.Agents.AskAsync(Address, Input, null, _cancellable).ConfigureAwait(false);
            Sink.Take(((JsonResponse)response).Value.ToElement());
        }
    }

    /// <summary>Asks with a value through a prepared handle, and takes the output as a value.</summary>
    public async Task AskTypedAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Take(await _forecast.InvokeAsync(new ForecastArguments("Oslo", 3), null, _cancellable).ConfigureAwait(false));
        }
    }

    /// <summary>Asks five agents that ask each other, one after the other.</summary>
    public async Task AskChainAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Take(await _chain.InvokeAsync(new ForecastArguments("Oslo", 3), null, _cancellable).ConfigureAwait(false));
        }
    }

    /// <summary>Asks one agent five times.</summary>
    public Task AskFiveTimesAsync(int times) => AskTypedAsync(times * Chain);

    /// <summary>Reads so many items of one stream.</summary>
    public async Task StreamAsync(int items)
    {
        await foreach (var item in _stream.StreamAsync(new ForecastArguments("Oslo", items), null, _cancellable).ConfigureAwait(false))
        {
            Sink.Take(item);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static Forecast Forecast(ForecastArguments input) => new(input.City, input.Days, "sun");

    private static async IAsyncEnumerable<Forecast> ForecastsAsync(ForecastArguments input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < input.Days; i++)
        {
            yield return new(input.City, 3, "sun");
        }
    }
}
