using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>Turns of the tool loop in a room, with the measured tool of another participant.</summary>
internal sealed class TurnRoom : IAsyncDisposable
{
    private readonly MeshHost _host;
    private readonly RoomFunctions _functions;
    private readonly TurnClient _model = new("weather_forecast");
    private readonly ToolLoop _loop;
    private readonly CancellationToken _cancellable = new CancellationTokenSource().Token;

    private TurnRoom(MeshHost host, RoomFunctions functions)
    {
        _host = host;
        _functions = functions;
        _loop = new(_model);
    }

    public static async Task<TurnRoom> OpenAsync()
    {
        var host = new MeshHost();
        var provider = await host.JoinAsync("figures", "provider", Grants.AgentDefault).ConfigureAwait(false);
        await provider.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("forecast", ForecastTool.Forecast))).ConfigureAwait(false);
        var caller = await host.JoinAsync("figures", "caller", Grants.AgentDefault).ConfigureAwait(false);
        return new(host, await RoomFunctions.OfAsync(caller).ConfigureAwait(false));
    }

    public async Task TurnAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            var messages = new List<ChatMessage> { new(ChatRole.User, "How is the weather?") };
            await _loop.RunAsync(_functions, messages, null, _cancellable).ConfigureAwait(false);
            if (messages.Count != 4)
            {
                throw new InvalidOperationException("The turn did not go as it should.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _model.Dispose();
        await _host.DisposeAsync().ConfigureAwait(false);
    }
}
