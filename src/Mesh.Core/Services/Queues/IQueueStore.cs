namespace Mesh;

/// <summary>
/// Where the queues of one room session keep their messages. Implementations are called from many threads at once.
/// </summary>
/// <remarks>
/// <para>A message is handed out at least once and removed only when it is acknowledged, drained, or moved to the
/// dead-letter queue of <see cref="QueuePolicy"/>, where it is found, and waited for, also if nobody looks at its own queue any more. Among messages that are ready, the one that was sent first is handed out first.
/// A send that has returned is kept; one that cannot be kept fails.</para>
/// <para>What callers ask for has been authorised and validated: names are well formed, times within their ranges. A
/// <see cref="MeshException"/> goes to the caller with its text, see <see cref="QueueErrors"/>; of any other exception the caller
/// learns only that the call failed, and the host's fault handler gets it.</para>
/// <para>A store that is <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> is disposed when the session of its room has
/// ended, after the last participant has left. The tokens of receives that wait are cancelled before that.</para>
/// </remarks>
public interface IQueueStore
{
    /// <summary>Takes a message. The queue is made if it is not there.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels a send that waits. One that is cancelled may have taken the message.</param>
    /// <returns>The id of the message; with a <see cref="QueueDraft.Key"/> that is remembered, of the first one sent under it.</returns>
    /// <exception cref="MeshException">The queue is closed (<see cref="MeshErrorCode.QueueClosed"/>), it or the store is full
    /// (<see cref="MeshErrorCode.Overloaded"/>), the message is too large (<see cref="MeshErrorCode.TooLarge"/>), or its key was
    /// used for another one (<see cref="MeshErrorCode.IdempotencyConflict"/>). Then nothing was taken.</exception>
    ValueTask<MeshId> SendAsync(string queue, QueueDraft message, CancellationToken cancellationToken = default);

    /// <summary>Hands out messages, and waits for the first one if there is none. Receivers that wait are served in turn.</summary>
    /// <param name="queue">The queue. It may be waited for before anything was sent to it.</param>
    /// <param name="request">How many, how long to wait, and for how long they are the receiver's.</param>
    /// <param name="cancellationToken">Ends the waiting. A receive that ends with <see cref="OperationCanceledException"/> has taken nothing.</param>
    /// <returns>The messages, each with a token; none when the time to wait has passed.</returns>
    /// <exception cref="MeshException">The queue is closed and has no message any more, neither ready nor delayed nor in flight
    /// (<see cref="MeshErrorCode.QueueClosed"/>).</exception>
    ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(string queue, QueueRequest request, CancellationToken cancellationToken = default);

    /// <summary>Removes a message that was dealt with.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="token">The token of its delivery.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    /// <exception cref="MeshException">The delivery is over (<see cref="MeshErrorCode.DeliveryEnded"/>); nothing was removed.</exception>
    ValueTask AcknowledgeAsync(string queue, string token, CancellationToken cancellationToken = default);

    /// <summary>Gives a message back that could not be dealt with. After too many deliveries it is moved to the dead-letter queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="token">The token of its delivery.</param>
    /// <param name="reason">Why, for whoever reads the dead letters; up to 500 characters, or null.</param>
    /// <param name="delay">When it is ready again; zero for at once.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    /// <exception cref="MeshException">The delivery is over (<see cref="MeshErrorCode.DeliveryEnded"/>).</exception>
    ValueTask RejectAsync(string queue, string token, string? reason, TimeSpan delay, CancellationToken cancellationToken = default);

    /// <summary>Gives a receiver more time.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="token">The token of its delivery.</param>
    /// <param name="visibility">For how long, from now, the message stays the receiver's.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    /// <exception cref="MeshException">The delivery is over (<see cref="MeshErrorCode.DeliveryEnded"/>).</exception>
    ValueTask ExtendAsync(string queue, string token, TimeSpan visibility, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes back what was handed out to a caller that was gone before it had it: received messages are ready again at once, in
    /// their place, as if they had never been handed out; drained ones are put back as they were, with their delays, even into a queue that is full or closed.
    /// A delivery that is over is passed over.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="messages">What <see cref="ReceiveAsync"/> or <see cref="DrainAsync"/> has returned.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    ValueTask TakeBackAsync(string queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>Removes messages that no receiver has, delayed ones too, and hands them out.</summary>
    /// <param name="queue">The queue; one that is not there has no messages.</param>
    /// <param name="maxMessages">How many at most.</param>
    /// <param name="maxBytes">How large they may be together, by <see cref="QueueMessage.SizeOf"/>; one is handed out in any case.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    ValueTask<QueueDrain> DrainAsync(string queue, int maxMessages, int maxBytes, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets nothing more be sent to a queue, which is made if it is not there. Receivers get what is left, and then
    /// <see cref="MeshErrorCode.QueueClosed"/>. Closing it again does nothing.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    ValueTask CloseAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Lists queues in the ordinal order of their names.</summary>
    /// <param name="prefix">What their names begin with; empty for all.</param>
    /// <param name="cursor">The <see cref="QueuePage.Next"/> of the part before; null for the first one.</param>
    /// <param name="limit">How many at most; at least 1.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    ValueTask<QueuePage> ListAsync(string prefix, string? cursor, int limit, CancellationToken cancellationToken = default);
}

/// <summary>A message on its way into a store.</summary>
public sealed record QueueDraft
{
    /// <summary>The id that the room has made for it.</summary>
    public required MeshId Id { get; init; }

    /// <summary>The body, as UTF-8 text that nobody changes.</summary>
    public required JsonPayload Body { get; init; }

    /// <summary>The headers, which nobody changes.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = QueueMessage.NoHeaders;

    /// <summary>The name of the participant that sends it.</summary>
    public required string Sender { get; init; }

    /// <summary>After which time it is ready; zero for at once.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Under which key it is sent, so that sending it again has no effect; null for none. It belongs to the sender and the queue.</summary>
    public string? Key { get; init; }

    /// <summary>What tells messages under one key apart: the same for the same body and headers. Null without a key.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>What a receiver asks for.</summary>
public sealed record QueueRequest
{
    /// <summary>How many messages at most; at least 1.</summary>
    public int MaxMessages { get; init; } = 1;

    /// <summary>How large they may be together, by <see cref="QueueMessage.SizeOf"/>; one is handed out in any case.</summary>
    public int MaxBytes { get; init; } = int.MaxValue;

    /// <summary>How long to wait for the first one; zero not to wait.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>For how long the messages are the receiver's.</summary>
    public TimeSpan Visibility { get; init; } = TimeSpan.FromSeconds(30);
}
