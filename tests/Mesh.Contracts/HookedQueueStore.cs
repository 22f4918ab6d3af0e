namespace Mesh.Contracts;

/// <summary>A store in memory whose sends and receives do something of a test's before they return.</summary>
public sealed class HookedQueueStore(TimeProvider clock) : IQueueStore, IAsyncDisposable
{
    private readonly MemoryQueueStore _store = new(clock);

    /// <summary>Done before a message is sent.</summary>
    public Func<ValueTask> Sending { get; set; } = static () => default;

    /// <summary>Done when messages were received, before they are handed on.</summary>
    public Func<ValueTask> Received { get; set; } = static () => default;

    /// <summary>Set when the store is disposed.</summary>
    public Signal Disposed { get; } = new();

    public async ValueTask<MeshId> SendAsync(string queue, QueueDraft message, CancellationToken cancellationToken = default)
    {
        await Sending();
        return await _store.SendAsync(queue, message, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(string queue, QueueRequest request, CancellationToken cancellationToken = default)
    {
        var messages = await _store.ReceiveAsync(queue, request, cancellationToken);
        if (messages.Count > 0)
        {
            await Received();
        }

        return messages;
    }

    public ValueTask AcknowledgeAsync(string queue, string token, CancellationToken cancellationToken = default) =>
        _store.AcknowledgeAsync(queue, token, cancellationToken);

    public ValueTask RejectAsync(string queue, string token, string? reason, TimeSpan delay, CancellationToken cancellationToken = default) =>
        _store.RejectAsync(queue, token, reason, delay, cancellationToken);

    public ValueTask ExtendAsync(string queue, string token, TimeSpan visibility, CancellationToken cancellationToken = default) =>
        _store.ExtendAsync(queue, token, visibility, cancellationToken);

    public ValueTask TakeBackAsync(string queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default) =>
        _store.TakeBackAsync(queue, messages, cancellationToken);

    public async ValueTask<QueueDrain> DrainAsync(string queue, int maxMessages, int maxBytes, CancellationToken cancellationToken = default)
    {
        var drain = await _store.DrainAsync(queue, maxMessages, maxBytes, cancellationToken);
        await Received();
        return drain;
    }

    public ValueTask CloseAsync(string queue, CancellationToken cancellationToken = default) => _store.CloseAsync(queue, cancellationToken);

    public ValueTask<QueuePage> ListAsync(string prefix, string? cursor, int limit, CancellationToken cancellationToken = default) =>
        _store.ListAsync(prefix, cursor, limit, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Disposed.Set();
    }
}
