using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The queues of a room, for one participant. Each method calls a tool of the toolkit <c>queues</c>: granted, validated and
/// journaled like every call. Thread-safe.
/// </summary>
/// <remarks>
/// A message is handed out at least once, and removed only when it is acknowledged: whoever deals with messages must bear
/// one that comes a second time. What is ready comes in the order of sending. A name has 1 to 128 letters, digits, <c>_</c>,
/// <c>-</c> and <c>.</c>. Anything out of its range, and JSON that may not enter a room, is
/// <see cref="MeshErrorCode.InvalidArguments"/>; without the grant it is <see cref="MeshErrorCode.NotGranted"/>. The caller's own
/// token makes an <see cref="OperationCanceledException"/>.
/// </remarks>
public sealed class QueuesClient
{
    private static readonly MeshJsonContext Json = MeshJsonContext.Default;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(QueueLimits.MaxWait);

    private readonly RoomClient _room;
    private readonly ToolHandle<QueueSendArguments, MeshId> _send;
    private readonly ToolHandle<QueueReceiveArguments, IReadOnlyList<QueueMessage>> _receive;
    private readonly ToolHandle<QueueAcknowledgeArguments, NoResult> _acknowledge;
    private readonly ToolHandle<QueueRejectArguments, NoResult> _reject;
    private readonly ToolHandle<QueueExtendArguments, NoResult> _extend;

    internal QueuesClient(RoomClient room)
    {
        _room = room;
        _send = room.Toolkits.GetBuiltIn("queues/send", Json.QueueSendArguments, Json.MeshId);
        _receive = room.Toolkits.GetBuiltIn("queues/receive", Json.QueueReceiveArguments, Json.IReadOnlyListQueueMessage);
        _acknowledge = room.Toolkits.GetBuiltIn("queues/acknowledge", Json.QueueAcknowledgeArguments, Json.NoResult);
        _reject = room.Toolkits.GetBuiltIn("queues/reject", Json.QueueRejectArguments, Json.NoResult);
        _extend = room.Toolkits.GetBuiltIn("queues/extend", Json.QueueExtendArguments, Json.NoResult);
    }

    /// <summary>Sends a message. The queue is made if it is not there. Asks for the grant <c>queues.send</c> for the queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="body">Any JSON value; copied.</param>
    /// <param name="options">Headers, delay, key; null for none.</param>
    /// <param name="cancellationToken">Cancels the call; the message may have been sent.</param>
    /// <returns>The message's id; for a key that was used before, the first message's.</returns>
    /// <exception cref="MeshException">The queue is closed (<see cref="MeshErrorCode.QueueClosed"/>) or full
    /// (<see cref="MeshErrorCode.Overloaded"/>), the message is too large (<see cref="MeshErrorCode.TooLarge"/>), or the key was used
    /// for another one (<see cref="MeshErrorCode.IdempotencyConflict"/>). Then nothing was sent.</exception>
    public ValueTask<MeshId> SendAsync(string queue, JsonPayload body, QueueSendOptions? options = null, CancellationToken cancellationToken = default) =>
        SendOwnAsync(queue, JsonPayload.FromUtf8(body.IsEmpty ? "null"u8.ToArray() : body.Utf8Span.ToArray()), options, cancellationToken);

    /// <summary>Sends a value with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="body">The value.</param>
    /// <param name="options">Headers, delay, key; null for none.</param>
    /// <param name="type">How to write it.</param>
    /// <param name="cancellationToken">Cancels the call; the message may have been sent.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="SendAsync(string, JsonPayload, QueueSendOptions?, CancellationToken)"/>
    public ValueTask<MeshId> SendAsync<T>(
        string queue, T body, QueueSendOptions? options, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        SendOwnAsync(queue, JsonPayload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(body, type)), options, cancellationToken);

    /// <summary>Sends a value, written with the host's serializer options.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="body">The value.</param>
    /// <param name="options">Headers, delay, key; null for none.</param>
    /// <param name="cancellationToken">Cancels the call; the message may have been sent.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="SendAsync(string, JsonPayload, QueueSendOptions?, CancellationToken)"/>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<MeshId> SendAsync<T>(string queue, T body, QueueSendOptions? options = null, CancellationToken cancellationToken = default) =>
        SendAsync(queue, body, options, (JsonTypeInfo<T>)_room.Host.Json.ForCallers().GetTypeInfo(typeof(T)), cancellationToken);

    /// <summary>
    /// Receives messages that are ready, or waits for the first one. Receivers that wait are served in turn. Asks for the grant
    /// <c>queues.receive</c> for the queue.
    /// </summary>
    /// <param name="queue">The queue; nothing need have been sent to it yet.</param>
    /// <param name="options">How many, how long to wait, for how long they are the receiver's; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the waiting. A receive that is cancelled has taken nothing.</param>
    /// <returns>The messages, in the order of sending; none when the time to wait has passed.</returns>
    /// <exception cref="MeshException">The queue is closed and has no message any more, not even one that may come back
    /// (<see cref="MeshErrorCode.QueueClosed"/>); the room is being retired (<see cref="MeshErrorCode.Closed"/>); too many wait
    /// already (<see cref="MeshErrorCode.Overloaded"/>).</exception>
    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(string queue, QueueReceiveOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        options ??= QueueReceiveOptions.Default;
        // The time to wait comes on top of what a call may take; the call around this one sets a limit still.
        var call = options.Wait > TimeSpan.Zero && options.Wait <= LongestWait ? new CallOptions { Timeout = options.Wait + _room.Host.Options.CallTimeout } : null;
        return _receive.InvokeAsync(
            new(queue, options.MaxMessages, options.Wait.TotalSeconds, options.Visibility.TotalSeconds, options.ReleaseOnLeave), call, cancellationToken);
    }

    /// <summary>Reads the body of a message with the host's serializer options; <see cref="QueueMessage.Read"/> is its twin for trimming and native code.</summary>
    /// <param name="message">The message.</param>
    /// <typeparam name="T">What to read it as.</typeparam>
    /// <exception cref="MeshException">The body cannot be read as the type (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public T? Read<T>(QueueMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Read((JsonTypeInfo<T>)_room.Host.Json.ForCallers().GetTypeInfo(typeof(T)));
    }

    /// <summary>Removes a message that was dealt with. Asks for the grant <c>queues.receive</c> for its queue.</summary>
    /// <param name="message">The message as it was received.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">It is not this receiver's any more (<see cref="MeshErrorCode.DeliveryEnded"/>); nothing was
    /// removed, and somebody else may have it.</exception>
    public ValueTask AcknowledgeAsync(QueueMessage message, CancellationToken cancellationToken = default) =>
        NoResult.Drop(_acknowledge.InvokeAsync(new(message?.Queue ?? throw new ArgumentNullException(nameof(message)), TokenOf(message)), null, cancellationToken));

    /// <summary>
    /// Gives a message back that could not be dealt with: it is handed out again, in its place, or moved into the dead-letter
    /// queue when it was handed out too often. Asks for the grant <c>queues.receive</c> for its queue.
    /// </summary>
    /// <param name="message">The message as it was received.</param>
    /// <param name="reason">Why, for whoever reads the dead letters; up to 500 characters, or null.</param>
    /// <param name="delay">After which time it is handed out again: zero, the default, for at once; at most 7 days.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">It is not this receiver's any more (<see cref="MeshErrorCode.DeliveryEnded"/>).</exception>
    public ValueTask RejectAsync(QueueMessage message, string? reason = null, TimeSpan delay = default, CancellationToken cancellationToken = default) =>
        NoResult.Drop(_reject.InvokeAsync(
            new(message?.Queue ?? throw new ArgumentNullException(nameof(message)), TokenOf(message), reason, delay.TotalSeconds), null, cancellationToken));

    /// <summary>Keeps a message for longer. Asks for the grant <c>queues.receive</c> for its queue.</summary>
    /// <param name="message">The message as it was received.</param>
    /// <param name="visibility">For how long, from now, it is the receiver's: a millisecond to a day.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">It is not this receiver's any more (<see cref="MeshErrorCode.DeliveryEnded"/>).</exception>
    public ValueTask ExtendAsync(QueueMessage message, TimeSpan visibility, CancellationToken cancellationToken = default) =>
        NoResult.Drop(_extend.InvokeAsync(
            new(message?.Queue ?? throw new ArgumentNullException(nameof(message)), TokenOf(message), visibility.TotalSeconds), null, cancellationToken));

    /// <summary>
    /// Removes all messages that no receiver has, those with a delay too, and hands them out in the order of sending. The queue is asked
    /// for a part at a time, as far as the stream is read; it ends when the queue is empty. Asks for the grant <c>queues.receive</c> for it.
    /// </summary>
    /// <remarks>What was handed out is removed, so that it must not be lost by whoever reads it. Receive and acknowledge where that may happen.</remarks>
    /// <param name="queue">The queue; one that is not there has no messages.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<QueueMessage> DrainAsync(string queue, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        QueueDrain drain;
        do
        {
            drain = await _room.Toolkits.GetBuiltIn("queues/drain", Json.QueueDrainArguments, Json.QueueDrain)
                .InvokeAsync(new(queue), null, cancellationToken).ConfigureAwait(false);
            foreach (var message in drain.Messages)
            {
                yield return message;
            }
        }
        while (drain.Remaining > 0);
    }

    /// <summary>
    /// Lets nothing more be sent to a queue. Receivers get what is left, those that wait too, and then
    /// <see cref="MeshErrorCode.QueueClosed"/>. Closing it again does nothing. Asks for the grant <c>queues.send</c> for the queue.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask CloseAsync(string queue, CancellationToken cancellationToken = default) => NoResult.Drop(
        _room.Toolkits.GetBuiltIn("queues/close", Json.QueueCloseArguments, Json.NoResult)
            .InvokeAsync(new(queue ?? throw new ArgumentNullException(nameof(queue))), null, cancellationToken));

    /// <summary>Lists queues with their sizes, in the ordinal order of their names. Asks for the grant <c>queues.list</c>.</summary>
    /// <param name="prefix">What names begin with; empty, the default, for all.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<QueueInfo> ListAsync(string prefix = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        QueuePage? page = null;
        do
        {
            page = await _room.Toolkits.GetBuiltIn("queues/list", Json.QueueListArguments, Json.QueuePage)
                .InvokeAsync(new(prefix, page?.Next), null, cancellationToken).ConfigureAwait(false);
            foreach (var queue in page.Queues)
            {
                yield return queue;
            }
        }
        while (page.Next is not null);
    }

    private ValueTask<MeshId> SendOwnAsync(string queue, JsonPayload body, QueueSendOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        options ??= QueueSendOptions.Default;
        var headers = options.Headers is { Count: > 0 } given
            ? new ReadOnlyDictionary<string, string>(given.ToDictionary(StringComparer.Ordinal))
            : null;
        return _send.InvokeAsync(new(queue, body, headers, options.Delay.TotalSeconds, options.Key), null, cancellationToken);
    }

    private static string TokenOf(QueueMessage message) =>
        message.Token ?? throw new ArgumentException("The message has no token: it was removed by a drain.", nameof(message));
}
