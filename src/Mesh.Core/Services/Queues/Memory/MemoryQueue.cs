using System.Buffers.Binary;

namespace Mesh;

/// <summary>
/// One queue in memory: what is ready, what waits for a time, what receivers have, and who waits for a message. Used
/// under the lock of its store, which knows the limits and the other queues.
/// </summary>
internal sealed class MemoryQueue(string name)
{
    // Messages come in the order of their sequence, and mostly none comes back: the heap is for those that do.
    private readonly Queue<StoredMessage> _fresh = [];
    private readonly PriorityQueue<StoredMessage, long> _returned = new();
    private readonly DueHeap<StoredMessage> _due = new();
    private readonly Dictionary<string, StoredMessage> _inFlight = new(StringComparer.Ordinal);
    private readonly LinkedList<QueueWaiter> _waiters = [];

    public string Name { get; } = name;

    /// <summary>Whether messages that nobody can deal with stay here.</summary>
    public bool IsDeadLetterQueue { get; } = QueuePolicy.IsDeadLetterQueue(name);

    /// <summary>The name of the queue that messages which nobody can deal with are moved into.</summary>
    public string Letters => field ??= QueuePolicy.DeadLetterQueueOf(Name);

    /// <summary>Whether it was made for messages that were moved, or put back, and not because somebody asked for it.</summary>
    public bool IsMovedInto { get; init; }

    public bool IsClosed { get; set; }

    public int Ready => _fresh.Count + _returned.Count;

    public int InFlight => _inFlight.Count;

    public int Delayed => _due.Count - _inFlight.Count;

    public int Count => Ready + _due.Count;

    public long Bytes { get; private set; }

    /// <summary>When the next delay or visibility ends; <see cref="long.MaxValue"/> when none does.</summary>
    public long FirstDue => _due.FirstDue;

    public LinkedList<QueueWaiter> Waiters => _waiters;

    /// <summary>Whether the store counts it among the dead-letter queues that somebody waits for.</summary>
    public bool IsCountedAsAwaited { get; set; }

    /// <summary>What wakes the queue while receivers wait for something that comes with time.</summary>
    public DueTimer? Timer { get; set; }

    /// <summary>Whether it says nothing that a new queue of the name would not say.</summary>
    public bool IsUnused => Count == 0 && _waiters.Count == 0;

    public QueueInfo Info => new()
    {
        Name = Name,
        Ready = Ready,
        InFlight = InFlight,
        Delayed = Delayed,
        Receivers = _waiters.Count,
        IsClosed = IsClosed,
    };

    /// <summary>Adds a message with the highest sequence so far.</summary>
    public void Add(StoredMessage message, bool isDelayed)
    {
        Bytes += message.Size;
        if (isDelayed)
        {
            _due.Add(message);
        }
        else
        {
            _fresh.Enqueue(message);
        }
    }

    /// <summary>Puts a message back that was removed.</summary>
    /// <param name="message">The message.</param>
    /// <param name="due">When its delay ends; null for one that is ready.</param>
    public void PutBack(StoredMessage message, long? due)
    {
        Bytes += message.Size;
        if (due is { } until)
        {
            Delay(message, until);
        }
        else
        {
            MakeReady(message);
        }
    }

    /// <summary>Makes a message ready again, in its place.</summary>
    public void MakeReady(StoredMessage message) => _returned.Enqueue(message, message.Sequence);

    /// <summary>Makes a message wait that is not among those that are ready.</summary>
    public void Delay(StoredMessage message, long due)
    {
        message.Due = due;
        _due.Add(message);
    }

    /// <summary>A message that has left the queue for good.</summary>
    public void Forget(StoredMessage message) => Bytes -= message.Size;

    /// <summary>Takes the next message whose delay or visibility has ended; it is in no state then.</summary>
    public StoredMessage? TakeDue(long now)
    {
        var message = _due.TakeDue(now);
        if (message?.Token is { } token)
        {
            _inFlight.Remove(token);
            message.Token = null;
        }

        return message;
    }

    /// <summary>The message of a delivery; null when it is over.</summary>
    public StoredMessage? Find(string token) => _inFlight.GetValueOrDefault(token);

    /// <summary>Ends a delivery; its message is in no state then. Null when it is over.</summary>
    public StoredMessage? EndDelivery(string token)
    {
        if (!_inFlight.Remove(token, out var message))
        {
            return null;
        }

        _due.Remove(message);
        message.Token = null;
        return message;
    }

    public void Extend(StoredMessage message, long due)
    {
        message.Due = due;
        _due.Update(message);
    }

    /// <summary>Hands out what is ready, the oldest first.</summary>
    /// <param name="request">How much.</param>
    /// <param name="until">When the receiver's time ends.</param>
    /// <param name="deliveries">How many deliveries the store has made: each token holds another number.</param>
    public QueueMessage[] Take(QueueRequest request, long until, ref long deliveries)
    {
        if (Ready == 0)
        {
            return [];
        }

        long bytes = Peek().HandedSize;
        var first = HandOut(Next(), until, ref deliveries);
        if (request.MaxMessages == 1 || Ready == 0)
        {
            return [first];
        }

        var taken = new List<QueueMessage> { first };
        while (taken.Count < request.MaxMessages && Ready > 0 && (bytes += Peek().HandedSize) <= request.MaxBytes)
        {
            taken.Add(HandOut(Next(), until, ref deliveries));
        }

        return [.. taken];
    }

    /// <summary>Removes what nobody has, the oldest first.</summary>
    /// <param name="maxMessages">How many at most.</param>
    /// <param name="maxBytes">How large they may be together; one is removed in any case.</param>
    /// <param name="times">Tells when delays end.</param>
    public List<QueueMessage> Drain(int maxMessages, int maxBytes, HostTimes times)
    {
        var delayed = new Queue<StoredMessage>(_due.Items.Where(message => message.Token is null).OrderBy(message => message.Sequence));
        var drained = new List<QueueMessage>();
        long bytes = 0;
        while (drained.Count < maxMessages && (Ready > 0 || delayed.Count > 0))
        {
            bool isDelayed = Ready == 0 || (delayed.TryPeek(out var first) && first.Sequence < Peek().Sequence);
            var message = isDelayed ? delayed.Peek() : Peek();
            bytes += message.HandedSize;
            if (bytes > maxBytes && drained.Count > 0)
            {
                break;
            }

            if (isDelayed)
            {
                _due.Remove(delayed.Dequeue());
            }
            else
            {
                Next();
            }

            Forget(message);
            message.Deliveries++;
            drained.Add(message.HandOut(Name, isDelayed ? times.UtcAt(message.Due) : null));
        }

        return drained;
    }

    /// <summary>Ends the waiting of all receivers with an error.</summary>
    public void EndWaits(MeshError error)
    {
        foreach (var waiter in _waiters)
        {
            waiter.Place = null;
            waiter.TrySetException(new MeshException(error));
        }

        _waiters.Clear();
    }

    private QueueMessage HandOut(StoredMessage message, long until, ref long deliveries)
    {
        message.Deliveries++;
        message.Token = TokenOf(message.Id, ++deliveries);
        message.Due = until;
        _due.Add(message);
        _inFlight.Add(message.Token, message);
        return message.HandOut(Name);
    }

    /// <summary>Another one for each delivery, which nobody can guess who does not know the id: ids come from the host's source.</summary>
    private static string TokenOf(MeshId id, long delivery)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, delivery);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], id.Low);
        return Convert.ToHexStringLower(bytes);
    }

    private StoredMessage Peek() => IsReturnedNext ? _returned.Peek() : _fresh.Peek();

    private StoredMessage Next() => IsReturnedNext ? _returned.Dequeue() : _fresh.Dequeue();

    private bool IsReturnedNext =>
        _returned.Count > 0 && (_fresh.Count == 0 || _returned.Peek().Sequence < _fresh.Peek().Sequence);
}
