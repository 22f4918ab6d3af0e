namespace Mesh;

/// <summary>A receiver that waits for a message. Whoever takes it off the list of its queue completes it.</summary>
internal sealed class QueueWaiter(MemoryQueue queue, QueueRequest request)
    : TaskCompletionSource<IReadOnlyList<QueueMessage>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public MemoryQueue Queue { get; } = queue;

    public QueueRequest Request { get; } = request;

    /// <summary>Its place in the list of its queue; null when it waits no more.</summary>
    public LinkedListNode<QueueWaiter>? Place { get; set; }
}
