namespace Mesh.Benchmarks.Scenes;

/// <summary>A room of a host with default options, whose state one participant writes through its typed client.</summary>
internal sealed class StateRoom : IAsyncDisposable
{
    private const string Key = "weather.oslo";

    private readonly MeshHost _host;
    private readonly RoomClient _writer;
    private readonly CancellationToken _cancellable = new CancellationTokenSource().Token;
    private long _version;

    private StateRoom(MeshHost host, RoomClient writer)
    {
        _host = host;
        _writer = writer;
    }

    public static async Task<StateRoom> OpenAsync()
    {
        var host = new MeshHost();
        var room = new StateRoom(host, await host.JoinAsync("figures", "writer", Grants.AgentDefault).ConfigureAwait(false));
        await room.PutAsync(1).ConfigureAwait(false);
        return room;
    }

    /// <summary>Puts a small record.</summary>
    public async Task PutAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _version = await _writer.State.PutAsync(Key, new ForecastArguments("Oslo", 3), _cancellable).ConfigureAwait(false);
        }
    }

    /// <summary>Replaces the record, each time on the version that the last time has made.</summary>
    public async Task UpdateAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _version = await _writer.State.UpdateAsync(Key, new ForecastArguments("Oslo", 3), _version, _cancellable).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
