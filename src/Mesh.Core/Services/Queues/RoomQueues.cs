using System.Collections.ObjectModel;

namespace Mesh;

/// <summary>The queues of one room session: what its tools do with the store.</summary>
internal sealed class RoomQueues(Room room, IQueueStore store) : IAsyncDisposable
{
    // What rejections may add to a message, here and before it became a dead letter, with six bytes for each character: it must still
    // fit into a response.
    private const int RoomForReasons = 2 * 6 * QueueLimits.MaxReasonLength;

    private readonly CancellationTokenSource _retiring = new();
    private readonly HashSet<Task> _givingBack = [];
    private readonly HeldDeliveries _held = new(room.Host.Clock);

    public ValueTask<MeshId> SendAsync(CallState call, QueueSendArguments arguments)
    {
        var headers = arguments.Headers is { Count: > 0 } given ? given : QueueMessage.NoHeaders;
        // Kept as text: an element's document holds several times what it was made from.
        var body = arguments.Body.IsElement ? JsonPayload.FromUtf8(arguments.Body.ToUtf8()) : arguments.Body;
        int limit = room.Host.Options.MaxResponseBytes - RoomForReasons;
        if (QueueMessage.SizeOf(body, headers, call.Caller.Name) is var size && size > limit)
        {
            throw new MeshException(QueueErrors.TooLarge(arguments.Queue, size, limit));
        }

        var draft = new QueueDraft
        {
            Id = room.Host.Ids.NewId(),
            Body = body,
            Headers = headers is ReadOnlyDictionary<string, string> ? headers : headers.ToDictionary(StringComparer.Ordinal).AsReadOnly(),
            Sender = call.Caller.Name,
            Delay = TimeSpan.FromSeconds(arguments.DelaySeconds),
            Key = arguments.Key,
            Fingerprint = arguments.Key is null ? null : QueueFingerprint.Of(body, headers),
        };
        return store.SendAsync(arguments.Queue, draft, TokenOf(call));
    }

    public ValueTask<IReadOnlyList<QueueMessage>> ReceiveAsync(CallState call, QueueReceiveArguments arguments)
    {
        var request = new QueueRequest
        {
            MaxMessages = arguments.MaxMessages,
            MaxBytes = room.Host.Options.MaxResponseBytes,
            Visibility = TimeSpan.FromSeconds(arguments.VisibilitySeconds),
        };
        var received = store.ReceiveAsync(arguments.Queue, request, TokenOf(call));
        if (!received.IsCompletedSuccessfully)
        {
            return WaitAsync(call, arguments, request, received);
        }

        var messages = received.Result;
        return messages.Count > 0 || arguments.WaitSeconds == 0
            ? new(HandOut(call, arguments, messages))
            : WaitAsync(call, arguments, request, new(messages));
    }

    public ValueTask<NoResult> AcknowledgeAsync(CallState call, QueueAcknowledgeArguments arguments)
    {
        _held.Remove(arguments.Queue, arguments.Token);
        return NoResult.After(store.AcknowledgeAsync(arguments.Queue, arguments.Token, TokenOf(call)));
    }

    public ValueTask<NoResult> RejectAsync(CallState call, QueueRejectArguments arguments)
    {
        _held.Remove(arguments.Queue, arguments.Token);
        return NoResult.After(store.RejectAsync(arguments.Queue, arguments.Token, arguments.Reason, TimeSpan.FromSeconds(arguments.DelaySeconds), TokenOf(call)));
    }

    public ValueTask<NoResult> ExtendAsync(CallState call, QueueExtendArguments arguments)
    {
        var visibility = TimeSpan.FromSeconds(arguments.VisibilitySeconds);
        _held.Extend(arguments.Queue, arguments.Token, visibility);
        return NoResult.After(store.ExtendAsync(arguments.Queue, arguments.Token, visibility, TokenOf(call)));
    }

    public async ValueTask<QueueDrain> DrainAsync(CallState call, QueueDrainArguments arguments)
    {
        var drain = await store.DrainAsync(arguments.Queue, arguments.MaxMessages, room.Host.Options.MaxResponseBytes, TokenOf(call)).ConfigureAwait(false);
        return drain with { Messages = HandOut(call, arguments.Queue, drain.Messages) };
    }

    public ValueTask<NoResult> CloseAsync(CallState call, QueueCloseArguments arguments) =>
        NoResult.After(store.CloseAsync(arguments.Queue, TokenOf(call)));

    public ValueTask<QueuePage> ListAsync(CallState call, QueueListArguments arguments) =>
        store.ListAsync(arguments.Prefix, arguments.Cursor, arguments.Limit, TokenOf(call));

    /// <summary>Ends receives that wait: the room is being retired, and would have to wait for them.</summary>
    public void EndWaits() => _ = _retiring.CancelAsync();

    /// <summary>
    /// Waits for what is to be taken back: the store must be there for it. The token's source is not disposed: a handler that is
    /// left behind may still ask for it, and without a timer it holds nothing.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        EndWaits();
        Task[] givingBack;
        lock (_givingBack)
        {
            givingBack = [.. _givingBack];
        }

        await Task.WhenAll(givingBack).ConfigureAwait(false);
    }

    /// <summary>Takes messages back that were taken for a caller that was gone before it had them.</summary>
    public void TakeBack(string queue, IReadOnlyList<QueueMessage> messages)
    {
        foreach (var message in messages)
        {
            _held.Remove(queue, message.Token);
        }

        GiveBack(() => store.TakeBackAsync(queue, messages), queue);
    }

    /// <summary>Rejects what a receiver that has left still has, where it asked for that.</summary>
    /// <remarks>Not taken back as if it had never been handed out: what makes each of its receivers go away is a dead letter at last.</remarks>
    public void Release(RoomMember member)
    {
        foreach (var (queue, token) in _held.Take(member))
        {
            GiveBack(() => store.RejectAsync(queue, token, "Its receiver has left the room.", TimeSpan.Zero), queue);
        }
    }

    /// <summary>Lets something go back that nobody waits for, but for the end of the room.</summary>
    private void GiveBack(Func<ValueTask> givingBack, string queue)
    {
        var running = GiveBackAsync(givingBack, queue);
        if (running.IsCompleted)
        {
            return;
        }

        lock (_givingBack)
        {
            _givingBack.Add(running);
        }

        _ = ForgetAsync(running);
    }

    private async Task ForgetAsync(Task running)
    {
        await running.ConfigureAwait(false);
        lock (_givingBack)
        {
            _givingBack.Remove(running);
        }
    }

    private async Task GiveBackAsync(Func<ValueTask> givingBack, string queue)
    {
        try
        {
            await givingBack().ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.Closed || exception.Code == MeshErrorCode.DeliveryEnded)
        {
            // The room is retired, and its queues with it; or the message is nobody's any more.
        }
        catch (Exception exception)
        {
            room.Host.ReportFault(new(MeshFaultKind.Service, $"Queue '{queue}' of room '{room.Name}' did not take messages back whose receiver had gone.", exception));
        }
    }

    private async ValueTask<IReadOnlyList<QueueMessage>> WaitAsync(
        CallState call, QueueReceiveArguments arguments, QueueRequest request, ValueTask<IReadOnlyList<QueueMessage>> first)
    {
        var messages = await first.ConfigureAwait(false);
        if (messages.Count == 0 && arguments.WaitSeconds > 0)
        {
            var called = call.CancellationToken;
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(called, _retiring.Token);
            try
            {
                messages = await store.ReceiveAsync(arguments.Queue, request with { Wait = TimeSpan.FromSeconds(arguments.WaitSeconds) }, ends.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_retiring.IsCancellationRequested && !called.IsCancellationRequested)
            {
                throw new MeshException(CallErrors.RoomClosed(call.Request.Target, room));
            }
        }

        return HandOut(call, arguments, messages);
    }

    private QueueBatch HandOut(CallState call, QueueReceiveArguments arguments, IReadOnlyList<QueueMessage> messages)
    {
        var batch = HandOut(call, arguments.Queue, messages);
        if (arguments.ReleaseOnLeave && messages.Count > 0)
        {
            _held.Add(call.Member, messages, TimeSpan.FromSeconds(arguments.VisibilitySeconds));
            if (call.Member.HasLeft)
            {
                // It left between the two: whoever released what it had did not see these.
                Release(call.Member);
            }
        }

        return batch;
    }

    /// <summary>Makes what was taken go back by itself, should the call end without its caller getting it.</summary>
    private QueueBatch HandOut(CallState call, string queue, IReadOnlyList<QueueMessage> messages)
    {
        var batch = new QueueBatch(this, queue, messages);
        if (messages.Count > 0 && call.Request.Arguments.Passed is null)
        {
            call.EnsureLife().HandedOut = batch;
        }

        return batch;
    }

    /// <summary>The token for a store that may take time; asking for it costs a call that ends at once too much.</summary>
    private CancellationToken TokenOf(CallState call) => store is MemoryQueueStore ? default : call.CancellationToken;
}
