using System.Collections;

namespace Mesh;

/// <summary>Messages on their way to a caller: they go back by themselves when it does not get them.</summary>
internal sealed class QueueBatch(RoomQueues queues, string queue, IReadOnlyList<QueueMessage> messages) : IReadOnlyList<QueueMessage>, IHandedOut
{
    private bool _isTakenBack;

    public int Count => messages.Count;

    public QueueMessage this[int index] => messages[index];

    public IEnumerator<QueueMessage> GetEnumerator() => messages.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void TakeBack()
    {
        if (messages.Count > 0 && !Interlocked.Exchange(ref _isTakenBack, true))
        {
            queues.TakeBack(queue, messages);
        }
    }
}
