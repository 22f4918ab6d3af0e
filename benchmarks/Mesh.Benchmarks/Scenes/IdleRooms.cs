namespace Mesh.Benchmarks.Scenes;

/// <summary>Ten thousand rooms in which nothing happens: two participants each, both waiting for the next event.</summary>
internal sealed class IdleRooms : IAsyncDisposable
{
    private const int Count = 10_000;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);
    private readonly MeshHost _host = new();
    private readonly string[] _names;
    private readonly RoomClient[] _clients;
    private readonly Task[] _readers;

    private IdleRooms(int rooms)
    {
        // Made beforehand, so that they do not count as the rooms' own.
        _names = [.. Enumerable.Range(0, rooms).Select(i => $"room-{i}")];
        _clients = new RoomClient[rooms * 2];
        _readers = new Task[rooms * 2];
    }

    /// <summary>Bytes for one room, its clients and their waiting readers included.</summary>
    public static async Task<double> MeasureBytesAsync()
    {
        await using (var first = new IdleRooms(10))
        {
            // What is made once in a process is made here.
            await first.OpenAsync().ConfigureAwait(false);
        }

        await using var rooms = new IdleRooms(Count);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await rooms.OpenAsync().ConfigureAwait(false);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        return (double)(after - before) / Count;
    }

    /// <summary>Seconds of processor time that the process uses while all of them are idle for five seconds.</summary>
    public static async Task<double> MeasureCpuAsync()
    {
        await using var rooms = new IdleRooms(Count);
        await rooms.OpenAsync().ConfigureAwait(false);

        // What opening left to do, such as compiling its code anew, is over by then.
        GC.Collect();
        await Task.Delay(IdleTime).ConfigureAwait(false);
        var before = Environment.CpuUsage.TotalTime;
        await Task.Delay(IdleTime).ConfigureAwait(false);
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_readers).ConfigureAwait(false);
    }

    private async Task OpenAsync()
    {
        for (int i = 0; i < _clients.Length; i++)
        {
            _clients[i] = await _host.JoinAsync(_names[i / 2], i % 2 == 0 ? "ada" : "bob").ConfigureAwait(false);
            _readers[i] = ReadAsync(_clients[i]);
        }
    }

    private static async Task ReadAsync(RoomClient client)
    {
        await foreach (var e in client.Events.ReadAsync().ConfigureAwait(false))
        {
            _ = e;
        }
    }
}
