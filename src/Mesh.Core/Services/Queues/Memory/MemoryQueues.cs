using System.Globalization;

namespace Mesh;

/// <summary>
/// All queues of one store: the limits that they share, and what goes from one to another. Used under the lock of the
/// store; each operation first lets happen what has become due.
/// </summary>
internal sealed class MemoryQueues(TimeProvider clock, MemoryQueueStoreOptions options, HostTimes times, Action<MemoryQueue> onTimer)
{
    private readonly QueueDirectory _queues = new(options.MaxQueues);
    private readonly QueueKeys _keys = new(clock, options.Policy.KeyLifetime, options.MaxKeys);
    private int _count;
    private long _bytes;
    private long _sequence;
    private long _deliveries;
    private int _awaitedLetters;

    public MeshId Send(string name, QueueDraft draft, int size, long now)
    {
        if (draft.Key is not null && _keys.Find(name, draft, now) is { } known)
        {
            return known;
        }

        var queue = FindForSend(name, size, now);
        bool isDelayed = draft.Delay > TimeSpan.Zero;
        _count++;
        _bytes += size;
        queue.Add(
            new StoredMessage
            {
                Id = draft.Id,
                Body = draft.Body,
                Headers = draft.Headers,
                Sender = draft.Sender,
                SentAt = times.UtcAt(now),
                Size = size,
                Sequence = ++_sequence,
                Due = isDelayed ? clock.After(now, draft.Delay) : 0,
            },
            isDelayed);
        if (draft.Key is not null)
        {
            _keys.Remember(name, draft, now);
        }

        Serve(queue, now);
        return draft.Id;
    }

    /// <summary>What a receiver gets without waiting.</summary>
    public QueueMessage[] Receive(string name, QueueRequest request, long now)
    {
        if (Find(name, now) is not { } queue)
        {
            return [];
        }

        // Whoever waits has come before; while there is somebody, nothing is ready.
        var taken = queue.Take(request, clock.After(now, request.Visibility), ref _deliveries);
        if (_awaitedLetters > 0)
        {
            SetTimer(queue, now);
        }

        if (queue is { IsClosed: true, Count: 0 })
        {
            throw new MeshException(QueueErrors.ReceiveFromClosed(name));
        }

        return taken;
    }

    /// <summary>Puts a receiver on the list of those that wait.</summary>
    public QueueWaiter Wait(string name, QueueRequest request, long now)
    {
        var queue = _queues.FindOrAdd(name);
        if (queue.Waiters.Count >= options.MaxReceiversPerQueue)
        {
            throw new MeshException(QueueErrors.Full($"The list of those that wait for queue '{name}'", Amount(options.MaxReceiversPerQueue, "receivers")));
        }

        var waiter = new QueueWaiter(queue, request);
        waiter.Place = queue.Waiters.AddLast(waiter);
        SetTimer(queue, now);
        return waiter;
    }

    /// <summary>Takes a receiver off the list; false when it waits no more.</summary>
    public bool TryEndWait(QueueWaiter waiter)
    {
        if (waiter.Place is not { } place)
        {
            return false;
        }

        waiter.Place = null;
        waiter.Queue.Waiters.Remove(place);
        SetTimer(waiter.Queue, clock.GetTimestamp());
        return true;
    }

    public void Acknowledge(string name, string token, long now)
    {
        var queue = Find(name, now);
        var message = queue?.EndDelivery(token) ?? throw new MeshException(QueueErrors.DeliveryEnded(name));
        Remove(queue, message);
        Serve(queue, now);
    }

    public void Reject(string name, string token, string? reason, TimeSpan delay, long now)
    {
        var queue = Find(name, now);
        var message = queue?.EndDelivery(token) ?? throw new MeshException(QueueErrors.DeliveryEnded(name));
        message.Reason = reason;
        if (delay > TimeSpan.Zero && !IsDead(queue, message))
        {
            queue.Delay(message, clock.After(now, delay));
            Serve(queue, now);
        }
        else
        {
            GiveUp(queue, message, now);
        }
    }

    public void Extend(string name, string token, TimeSpan visibility, long now)
    {
        var queue = Find(name, now);
        var message = queue?.Find(token) ?? throw new MeshException(QueueErrors.DeliveryEnded(name));
        queue.Extend(message, clock.After(now, visibility));
        SetTimer(queue, now);
    }

    public void TakeBack(string name, IReadOnlyList<QueueMessage> messages, long now)
    {
        var queue = _queues.FindOrAdd(name, isMovedInto: true);
        LetHappen(queue, now);
        foreach (var handed in messages)
        {
            if (handed.Token is null)
            {
                PutBack(queue, handed, now);
            }
            else if (queue.EndDelivery(handed.Token) is { } message)
            {
                message.Deliveries--;
                queue.MakeReady(message);
            }
        }

        Serve(queue, now);
    }

    public QueueDrain Drain(string name, int maxMessages, int maxBytes, long now)
    {
        if (Find(name, now) is not { } queue)
        {
            return new([], 0);
        }

        long bytes = queue.Bytes;
        var drained = queue.Drain(maxMessages, maxBytes, times);
        _count -= drained.Count;
        _bytes -= bytes - queue.Bytes;
        Serve(queue, now);
        return new(drained, queue.Ready + queue.Delayed);
    }

    public void Close(string name, long now)
    {
        var queue = _queues.FindOrAdd(name);
        LetHappen(queue, now);
        queue.IsClosed = true;
        Serve(queue, now);
    }

    public QueuePage List(string prefix, string? cursor, int limit, long now)
    {
        // What has become due may move messages into queues that are not there yet.
        foreach (var queue in _queues.All.ToArray())
        {
            LetHappen(queue, now);
        }

        var found = _queues.All
            .Where(queue => queue.Name.StartsWith(prefix, StringComparison.Ordinal) && (cursor is null || string.CompareOrdinal(queue.Name, cursor) > 0))
            .OrderBy(queue => queue.Name, StringComparer.Ordinal)
            .Take(limit + 1L > int.MaxValue ? limit : limit + 1)
            .Select(queue => queue.Info)
            .ToList();
        if (found.Count <= limit)
        {
            return new(found);
        }

        found.RemoveAt(limit);
        return new(found, found[^1].Name);
    }

    /// <summary>Lets happen what a queue's timer was set for.</summary>
    public void Wake(MemoryQueue queue, long now)
    {
        queue.Timer!.Reset();
        LetHappen(queue, now);
        SetTimer(queue, now);
    }

    /// <summary>Ends all that waits, and forgets the rest.</summary>
    public void Clear()
    {
        foreach (var queue in _queues.All)
        {
            queue.Timer?.Set(long.MaxValue, 0);
            queue.EndWaits(QueueErrors.StoreClosed());
        }

        _queues.Clear();
    }

    private MemoryQueue? Find(string name, long now)
    {
        var queue = _queues.Find(name);
        if (queue?.IsDeadLetterQueue ?? QueuePolicy.IsDeadLetterQueue(name))
        {
            // Those that ran out of time for the last time are here, also where nobody looks at their own queue any more.
            Array.ForEach(_queues.MovingInto(name), source => LetHappen(source, now));
            queue ??= _queues.Find(name);
        }

        if (queue?.FirstDue <= now)
        {
            LetHappen(queue, now);
        }

        return queue;
    }

    /// <summary>The queue, with room for one more message.</summary>
    private MemoryQueue FindForSend(string name, int size, long now)
    {
        var queue = Find(name, now);
        var error = queue is { IsClosed: true } ? QueueErrors.SendToClosed(name)
            : size > options.MaxMessageBytes ? QueueErrors.TooLarge(name, size, options.MaxMessageBytes)
            : queue is not null && queue.Count >= options.MaxMessagesPerQueue ? QueueErrors.Full($"Queue '{name}'", Amount(options.MaxMessagesPerQueue, "messages"))
            : (queue?.Bytes ?? 0) + size > options.MaxBytesPerQueue ? QueueErrors.Full($"Queue '{name}'", Amount(options.MaxBytesPerQueue, "bytes"))
            : _count >= options.MaxMessages ? QueueErrors.Full("The room", Amount(options.MaxMessages, "messages in all queues"))
            : _bytes + size > options.MaxBytes ? QueueErrors.Full("The room", Amount(options.MaxBytes, "bytes in all queues"))
            : null;
        return error is null ? queue ?? _queues.FindOrAdd(name) : throw new MeshException(error);
    }

    /// <summary>What has become due in a queue: delays and visibility times that have ended.</summary>
    private void LetHappen(MemoryQueue queue, long now)
    {
        if (queue.FirstDue > now)
        {
            return;
        }

        while (queue.TakeDue(now) is { } message)
        {
            if (IsDead(queue, message))
            {
                Bury(queue, message, now);
            }
            else
            {
                queue.MakeReady(message);
            }
        }

        Serve(queue, now);
    }

    /// <summary>A receiver could not deal with a message.</summary>
    private void GiveUp(MemoryQueue queue, StoredMessage message, long now)
    {
        if (IsDead(queue, message))
        {
            Bury(queue, message, now);
        }
        else
        {
            queue.MakeReady(message);
        }

        Serve(queue, now);
    }

    private bool IsDead(MemoryQueue queue, StoredMessage message) =>
        message.Deliveries >= options.Policy.MaxDeliveries && !queue.IsDeadLetterQueue;

    /// <summary>
    /// Moves a message into the dead-letter queue, whether that is full, closed, or one too many: what was taken is kept,
    /// and the store as a whole holds no more than before.
    /// </summary>
    private void Bury(MemoryQueue queue, StoredMessage message, long now)
    {
        queue.Forget(message);
        var letters = _queues.FindOrAdd(QueuePolicy.DeadLetterQueueOf(queue.Name), isMovedInto: true);
        LetHappen(letters, now);
        letters.Add(
            new StoredMessage
            {
                Id = message.Id,
                Body = message.Body,
                Headers = message.Headers,
                Sender = message.Sender,
                SentAt = message.SentAt,
                Size = message.Size,
                Sequence = ++_sequence,
                DeadLetter = new() { Queue = queue.Name, Deliveries = message.Deliveries, Reason = message.Reason, At = times.UtcAt(now) },
            },
            isDelayed: false);
        Serve(letters, now);
    }

    private void PutBack(MemoryQueue queue, QueueMessage drained, long now)
    {
        var delay = drained.ReadyAt - times.UtcAt(now);
        int size = QueueMessage.SizeOf(drained.Body, drained.Headers, drained.Sender);
        _count++;
        _bytes += size;
        var message = new StoredMessage
        {
            Id = drained.Id,
            Body = drained.Body,
            Headers = drained.Headers,
            Sender = drained.Sender,
            SentAt = drained.SentAt,
            Size = size,
            Sequence = drained.Sequence,
            Deliveries = drained.Deliveries - 1,
            Reason = drained.Reason,
            DeadLetter = drained.DeadLetter,
        };
        queue.PutBack(message, delay > TimeSpan.Zero ? clock.After(now, delay.Value) : null);
    }

    private void Remove(MemoryQueue queue, StoredMessage message)
    {
        queue.Forget(message);
        _count--;
        _bytes -= message.Size;
    }

    /// <summary>Gives what is ready to those that wait, in turn, and ends their waiting when nothing will come any more.</summary>
    private void Serve(MemoryQueue queue, long now)
    {
        while (queue.Ready > 0 && queue.Waiters.First is { Value: var waiter })
        {
            queue.Waiters.RemoveFirst();
            waiter.Place = null;
            waiter.TrySetResult(queue.Take(waiter.Request, clock.After(now, waiter.Request.Visibility), ref _deliveries));
        }

        if (queue is { IsClosed: true, Count: 0 } && queue.Waiters.Count > 0)
        {
            queue.EndWaits(QueueErrors.ReceiveFromClosed(queue.Name));
        }

        SetTimer(queue, now);
    }

    /// <summary>Sets the timer for what comes with time, while somebody waits for that, here or for what is moved on from here.</summary>
    private void SetTimer(MemoryQueue queue, long now)
    {
        bool isAwaited = queue.Waiters.Count > 0;
        if (queue.IsDeadLetterQueue && isAwaited != queue.IsCountedAsAwaited)
        {
            queue.IsCountedAsAwaited = isAwaited;
            _awaitedLetters += isAwaited ? 1 : -1;
            Array.ForEach(_queues.MovingInto(queue.Name), source => SetTimer(source, now));
        }

        long due = isAwaited || (_awaitedLetters > 0 && AreLettersAwaited(queue)) ? queue.FirstDue : long.MaxValue;
        if (queue.Timer is not null || due != long.MaxValue)
        {
            (queue.Timer ??= new DueTimer(clock, () => onTimer(queue))).Set(due, now);
        }
    }

    private bool AreLettersAwaited(MemoryQueue queue) => !queue.IsDeadLetterQueue && _queues.Find(queue.Letters)?.Waiters.Count > 0;

    private static string Amount(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}");
}
