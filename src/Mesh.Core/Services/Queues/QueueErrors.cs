using System.Globalization;

namespace Mesh;

/// <summary>What stores say when they refuse something, so that every store says the same.</summary>
public static class QueueErrors
{
    /// <summary>Nothing more can be sent to the queue.</summary>
    /// <param name="queue">The queue.</param>
    public static MeshError SendToClosed(string queue) => new(MeshErrorCode.QueueClosed, $"Queue '{queue}' is closed and takes no more messages.")
    {
        Remedy = "Send to another queue.",
    };

    /// <summary>The queue is closed, and all that was in it was dealt with.</summary>
    /// <param name="queue">The queue.</param>
    public static MeshError ReceiveFromClosed(string queue) => new(MeshErrorCode.QueueClosed, $"Queue '{queue}' is closed and has no message any more.")
    {
        Remedy = "Stop receiving from it.",
    };

    /// <summary>The token names no delivery that goes on.</summary>
    /// <param name="queue">The queue.</param>
    public static MeshError DeliveryEnded(string queue) => new(
        MeshErrorCode.DeliveryEnded,
        $"Queue '{queue}': the token was used already, its visibility time has passed, or it is none of this queue's; nothing was changed.")
    {
        Remedy = "Take the message as not dealt with: it may have been handed out again. Extend a delivery that takes long.",
    };

    /// <summary>There is no room for the message.</summary>
    /// <param name="what">What is full, such as <c>Queue 'orders'</c>.</param>
    /// <param name="limit">What it holds at most, such as <c>10,000 messages</c>.</param>
    public static MeshError Full(string what, string limit) => new(MeshErrorCode.Overloaded, $"{what} is full: it holds at most {limit}.")
    {
        Remedy = "Nothing was taken. Send again when some messages were dealt with.",
        Retryable = true,
    };

    /// <summary>The message is larger than a store or host takes.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="size">Its size by <see cref="QueueMessage.SizeOf"/>.</param>
    /// <param name="limit">How large it may be.</param>
    public static MeshError TooLarge(string queue, int size, int limit) => new(
        MeshErrorCode.TooLarge,
        string.Create(CultureInfo.InvariantCulture, $"Queue '{queue}': the message has {size} bytes with its headers, more than the {limit} that one may have."))
    {
        Remedy = "Keep what is large elsewhere, and send where it is.",
    };

    /// <summary>The key was used for another message.</summary>
    /// <param name="queue">The queue.</param>
    public static MeshError KeyConflict(string queue) => new(MeshErrorCode.IdempotencyConflict, $"Queue '{queue}': the key was used before for another message.")
    {
        Remedy = "Use a new key for a new message.",
    };

    /// <summary>The store is disposed: its room is retired.</summary>
    public static MeshError StoreClosed() => new(MeshErrorCode.Closed, "The queues are closed: their room is retired.")
    {
        Remedy = "Join again for a new session of the room.",
    };
}
