namespace Mesh;

/// <summary>
/// Queues in memory, bounded: what does not fit is refused and its sender told. They end with their room. Thread-safe.
/// </summary>
/// <remarks>
/// While nobody waits for a message there is no timer: what has become of delays and visibility times is found out by
/// whoever looks at a queue next.
/// </remarks>
public sealed class MemoryQueueStore : IQueueStore, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly HostTimes _times;
    private readonly MemoryQueues _queues;
    private bool _disposed;

    /// <summary>An empty store.</summary>
    /// <param name="clock">The clock of delays and visibility times; give the host's.</param>
    /// <param name="options">How much it holds; null for the defaults.</param>
    public MemoryQueueStore(TimeProvider clock, MemoryQueueStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _times = new HostTimes(clock);
        _queues = new MemoryQueues(clock, options ?? MemoryQueueStoreOptions.Default, _times, OnTimer);
    }

    /// <inheritdoc/>
    public ValueTask<MeshId> SendAsync(string queue, QueueDraft message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        int size = QueueMessage.SizeOf(message.Body, message.Headers, message.Sender);
        lock (_gate)
        {
            return new(_queues.Send(queue, message, size, Now()));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(string queue, QueueRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        QueueWaiter waiter;
        lock (_gate)
        {
            var taken = _queues.Receive(queue, request, Now());
            if (taken.Length > 0 || request.Wait <= TimeSpan.Zero)
            {
                return new(taken);
            }

            waiter = _queues.Wait(queue, request, Now());
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask AcknowledgeAsync(string queue, string token, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _queues.Acknowledge(queue, token, Now());
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask RejectAsync(string queue, string token, string? reason, TimeSpan delay, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _queues.Reject(queue, token, reason, delay, Now());
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask ExtendAsync(string queue, string token, TimeSpan visibility, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _queues.Extend(queue, token, visibility, Now());
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask TakeBackAsync(string queue, IReadOnlyList<QueueMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        lock (_gate)
        {
            _queues.TakeBack(queue, messages, Now());
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<QueueDrain> DrainAsync(string queue, int maxMessages, int maxBytes, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return new(_queues.Drain(queue, maxMessages, maxBytes, Now()));
        }
    }

    /// <inheritdoc/>
    public ValueTask CloseAsync(string queue, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _queues.Close(queue, Now());
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<QueuePage> ListAsync(string prefix, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new(_queues.List(prefix, cursor, limit, Now()));
        }
    }

    /// <summary>Ends what waits and forgets all messages. Afterwards everything fails with <see cref="MeshErrorCode.Closed"/>.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            _queues.Clear();
        }

        return default;
    }

    private async ValueTask<IReadOnlyList<QueueMessage>> WaitAsync(QueueWaiter waiter, CancellationToken cancellationToken)
    {
        // Whichever comes first takes the receiver off the list, under the lock: a message that was taken for it is its own.
        using var cancelled = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                if (TryEnd(waiter))
                {
                    waiter.TrySetCanceled(token);
                }
            },
            null);
        using var timer = _clock.CreateTimer(
            _ =>
            {
                if (TryEnd(waiter))
                {
                    waiter.TrySetResult([]);
                }
            },
            null,
            waiter.Request.Wait < CallLimits.LongestTimer ? waiter.Request.Wait : CallLimits.LongestTimer,
            Timeout.InfiniteTimeSpan);
        return await waiter.Task.ConfigureAwait(false);
    }

    private bool TryEnd(QueueWaiter waiter)
    {
        lock (_gate)
        {
            return !_disposed && _queues.TryEndWait(waiter);
        }
    }

    private void OnTimer(MemoryQueue queue)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _queues.Wake(queue, _clock.GetTimestamp());
            }
        }
    }

    /// <summary>The time, asked for under the lock so that it never goes back from one operation to the next.</summary>
    private long Now() => _disposed ? throw new MeshException(QueueErrors.StoreClosed()) : _clock.GetTimestamp();
}
