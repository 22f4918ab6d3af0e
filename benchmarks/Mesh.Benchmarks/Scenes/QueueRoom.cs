namespace Mesh.Benchmarks.Scenes;

/// <summary>A room of a host with default options, one participant of which sends to a queue and another receives from it.</summary>
internal sealed class QueueRoom : IAsyncDisposable
{
    private const string Queue = "jobs";

    private static readonly JsonPayload Body = JsonPayload.FromUtf8("""{"city":"Oslo","days":3}"""u8.ToArray());

    private readonly MeshHost _host;
    private readonly RoomClient _sender;
    private readonly RoomClient _receiver;
    private readonly CancellationToken _cancellable = new CancellationTokenSource().Token;

    private QueueRoom(MeshHost host, RoomClient sender, RoomClient receiver)
    {
        _host = host;
        _sender = sender;
        _receiver = receiver;
    }

    public static async Task<QueueRoom> OpenAsync()
    {
        var host = new MeshHost();
        var sender = await host.JoinAsync("figures", "sender", Grants.AgentDefault).ConfigureAwait(false);
        return new(host, sender, await host.JoinAsync("figures", "receiver", Grants.AgentDefault).ConfigureAwait(false));
    }

    /// <summary>Sends a message, receives it, and acknowledges it.</summary>
    public async Task RoundTripAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await _sender.Queues.SendAsync(Queue, Body, null, _cancellable).ConfigureAwait(false);
            var messages = await _receiver.Queues.ReceiveAsync(Queue, null, _cancellable).ConfigureAwait(false);
            await _receiver.Queues.AcknowledgeAsync(messages[0], _cancellable).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
