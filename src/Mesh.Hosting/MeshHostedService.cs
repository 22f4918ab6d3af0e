using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting;

/// <summary>Opens the rooms that an application keeps when it starts, and closes all when it stops.</summary>
internal sealed class MeshHostedService(MeshHost host, IEnumerable<KeptRoom> rooms, MeshEndpoints endpoints, ILoggerFactory loggers) : IHostedService, IDisposable
{
    private readonly ILogger _log = loggers.CreateLogger(MeshLog.Category);
    private readonly CancellationTokenSource _stop = new();
    private Task[] _keeping = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var kept = rooms.DistinctBy(static room => room.Name, StringComparer.Ordinal).ToArray();
        var clients = new List<RoomClient>(kept.Length);
        foreach (var room in kept)
        {
            clients.Add(await JoinAsync(room.Name, cancellationToken).ConfigureAwait(false));
            MeshLog.Kept(_log, room.Name);
        }

        _keeping = [.. clients.Select(KeepAsync)];
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        MeshLog.Closing(_log, host.Rooms.Count);
        await _stop.CancelAsync().ConfigureAwait(false);
        await endpoints.CloseAsync(exception => MeshLog.EndpointFailed(_log, exception), cancellationToken).ConfigureAwait(false);
        await host.CloseAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_keeping).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            MeshLog.Hurried(_log);
        }
    }

    public void Dispose() => _stop.Dispose();

    private ValueTask<RoomClient> JoinAsync(string room, CancellationToken cancellationToken) =>
        host.JoinAsync(room, "host", Grants.None, new() { Role = ParticipantRole.Tool }, cancellationToken);

    /// <summary>Joins again whenever the participant was made to leave, until the application stops.</summary>
    private async Task KeepAsync(RoomClient client)
    {
        while (true)
        {
            await ((Task)client.Completion).WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested)
            {
                // Closing the host retires the room while its calls still run; leaving it would be the other way about.
                return;
            }

            try
            {
                client = await JoinAsync(client.Name, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                if (!_stop.IsCancellationRequested)
                {
                    MeshLog.NotKept(_log, client.Name, await client.Completion.ConfigureAwait(false), exception);
                }

                return;
            }
        }
    }
}
