using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// The work of one start of a <see cref="QueueWorker"/>: the loop that receives, and the messages that are being processed,
/// which go on when the loop is interrupted and are waited for when the worker stops.
/// </summary>
internal sealed class QueueWork(QueueWorker worker, RoomClient room) : IAsyncDisposable
{
    public const string ToolName = "process";
    public const string Body = "body";
    private const string Id = "id";
    private const string Delivery = "delivery";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(QueueLimits.MaxWait);

    private readonly ConcurrentDictionary<(MeshId Id, int Delivery), QueueDelivery> _deliveries = new();
    private readonly HashSet<Task> _running = [];
    private readonly SemaphoreSlim _places = new(worker.MaxConcurrency);
    private readonly CancellationTokenSource _stop = new();
    private readonly ToolAddress _tool = ToolAddress.OfPath($"{worker.Name}/{ToolName}", room.Self.Name);
    private MeshError? _refusal;

    /// <summary>The schema of the arguments of a call that processes a message.</summary>
    /// <remarks>The schema of the body is a resource of its own, so that what it refers to within itself is found.</remarks>
    public static JsonElement SchemaOf(JsonElement? body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "object");
            json.WriteStartObject("properties");
            json.WritePropertyName(Id);
            json.WriteRawValue("""{"type":"string"}"""u8);
            json.WritePropertyName(Delivery);
            json.WriteRawValue("""{"type":"integer","minimum":1}"""u8);
            json.WritePropertyName(Body);
            if (body is { ValueKind: JsonValueKind.Object } schema && !schema.TryGetProperty("$id", out _))
            {
                json.WriteStartObject();
                json.WriteString("$id", "urn:mesh:message");
                foreach (var member in schema.EnumerateObject())
                {
                    member.WriteTo(json);
                }

                json.WriteEndObject();
            }
            else if (body is { } other)
            {
                other.WriteTo(json);
            }
            else
            {
                json.WriteBooleanValue(true);
            }

            json.WriteEndObject();
            json.WritePropertyName("required");
            json.WriteRawValue("""["id","delivery","body"]"""u8);
            json.WriteBoolean("additionalProperties", false);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>Makes sure that the worker may do what it is there for, so that no message fails for want of it.</summary>
    /// <exception cref="MeshException">It may not receive from the queue, or not call its own tool
    /// (<see cref="MeshErrorCode.NotGranted"/>), or the queue's name is malformed (<see cref="MeshErrorCode.InvalidArguments"/>).</exception>
    public async ValueTask CheckRightsAsync(CancellationToken cancellationToken)
    {
        var receive = JsonPayload.From(new QueueReceiveArguments(worker.Queue), MeshJsonContext.Default.QueueReceiveArguments);
        var (receiving, processing) = (
            await room.Toolkits.ExplainAsync("queues/receive", receive, cancellationToken).ConfigureAwait(false),
            await room.Toolkits.ExplainAsync(_tool, default, cancellationToken).ConfigureAwait(false));
        var refusal = receiving is { Granted: true, Valid: true } ? null : receiving.Error;
        if ((refusal ?? (processing.Granted ? null : processing.Error)) is { } error)
        {
            throw new MeshException(error with { Message = $"Agent '{worker.Name}' cannot work on queue '{worker.Queue}': {error.Message}" });
        }
    }

    /// <summary>Receives messages, as many as there are places for, and lets each be processed.</summary>
    /// <exception cref="MeshException">Receiving failed, or the worker's own calls are refused. What runs goes on.</exception>
    public async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int places = await TakePlacesAsync(cancellationToken).ConfigureAwait(false);
            IReadOnlyList<QueueMessage> messages = [];
            try
            {
                if (Interlocked.Exchange(ref _refusal, null) is { } refusal)
                {
                    throw new MeshException(refusal);
                }

                var options = new QueueReceiveOptions { MaxMessages = places, Wait = LongestWait, Visibility = worker.Visibility, ReleaseOnLeave = true };
                messages = await room.Queues.ReceiveAsync(worker.Queue, options, cancellationToken).ConfigureAwait(false);
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.QueueClosed)
            {
                StopLater();
                return;
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.Closed || exception.Code == MeshErrorCode.Cancelled)
            {
                // The room is being retired, or the participant has left; the agent ends with them.
                return;
            }
            finally
            {
                if (places > messages.Count)
                {
                    _places.Release(places - messages.Count);
                }
            }

            foreach (var message in messages)
            {
                Start(message);
            }
        }
    }

    /// <summary>Serves a call that processes a message.</summary>
    public async ValueTask<ToolResponse> ServeAsync(JsonElement arguments, CallContext call, JsonSerializerOptions? json)
    {
        if (!MeshId.TryParse(arguments.GetProperty(Id).GetString(), out var id)
            || !_deliveries.TryGetValue((id, arguments.GetProperty(Delivery).GetInt32()), out var delivery)
            || !delivery.TryBegin())
        {
            throw new ToolException(new MeshError(MeshErrorCode.NotFound, $"Agent '{worker.Name}' has received no such message, or deals with it already.")
            {
                Remedy = $"Send to queue '{worker.Queue}'; only the worker itself calls this tool.",
            });
        }

        try
        {
            await worker.HandleAsync(new AgentCallContext(worker, call, json), delivery.Message, arguments.GetProperty(Body)).ConfigureAwait(false);

            // Within the call: a room that is being retired takes nothing from the worker any more but what belongs to a running call.
            await room.Queues.AcknowledgeAsync(delivery.Message).ConfigureAwait(false);
            delivery.Acknowledge();
            return EmptyResponse.Instance;
        }
        catch (Exception exception)
        {
            delivery.Fail(exception);
            throw;
        }
        finally
        {
            delivery.End();
        }
    }

    /// <summary>
    /// Waits for the messages that are being processed, up to the host's limit, and gives the others back. Inside a call it
    /// does not wait, and they go on.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        bool waits = !AgentWork.IsCurrent;
        var ending = EndAsync();
        if (waits)
        {
            await ending.ConfigureAwait(false);
        }
        else
        {
            room.Agents.Work.Track(ending);
        }
    }

    private async Task EndAsync()
    {
        CallContext.Leave();
        Task running;
        lock (_running)
        {
            running = Task.WhenAll(_running);
        }

        var limit = room.Host.Options.DrainTimeout;
        if (!running.IsCompleted && limit > TimeSpan.Zero && !room.Completion.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(limit, room.Host.Clock, _stop.Token)).ConfigureAwait(false);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    /// <summary>The queue is closed and has nothing any more: neither has the worker.</summary>
    private void StopLater()
    {
        // Outside of the work that it ends, which it would not wait for within it.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            room.Agents.Work.Track(Task.Run(() => worker.StopAsync()));
        }
    }

    private async Task<int> TakePlacesAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        int places = 1;
        while (places < QueueLimits.MaxMessages && _places.Wait(0, CancellationToken.None))
        {
            places++;
        }

        return places;
    }

    private void Start(QueueMessage message)
    {
        // On the pool, each for itself: what blocks its thread holds up neither the loop nor another message.
        var running = Task.Run(() => RunAsync(message));
        lock (_running)
        {
            _running.Add(running);
        }

        _ = running.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (_stop.IsCancellationRequested)
        {
            // It came as the worker stopped, and only goes back; whoever stopped it may not have seen it.
            room.Agents.Work.Track(running);
        }
    }

    private void Forget(Task running)
    {
        lock (_running)
        {
            _running.Remove(running);
        }
    }

    private async Task RunAsync(QueueMessage message)
    {
        var delivery = new QueueDelivery(message);
        var key = (message.Id, message.Deliveries);
        _deliveries[key] = delivery;
        try
        {
            var outcome = await CallAsync(delivery).ConfigureAwait(false);
            if (!delivery.IsAcknowledged && !delivery.IsLost)
            {
                await RejectAsync(delivery, outcome).ConfigureAwait(false);
            }

            if (delivery is { HasBegun: true, Handled.IsCompleted: false } && !_stop.IsCancellationRequested)
            {
                room.Host.ReportFault(new(MeshFaultKind.Agent, $"Agent '{worker.Name}' goes on with message '{message.Id}' of queue '{worker.Queue}' after its call has ended, and keeps its place for it.", null));
                await delivery.Handled.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // A worker that stops does not wait for what listens to nothing.
        }
        finally
        {
            _deliveries.TryRemove(key, out _);
            _places.Release();
        }
    }

    /// <summary>Calls the worker's own tool, and keeps the message for as long as that takes.</summary>
    private async Task<CallOutcome> CallAsync(QueueDelivery delivery)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var called = new CancellationTokenSource();
        var options = new CallOptions { NewTree = true, Timeout = worker.MessageTimeout };
        var calling = room.Call(_tool, ArgumentsOf(delivery.Message), options, ends.Token).AsValueTask();
        if (calling.IsCompleted)
        {
            return await calling.ConfigureAwait(false);
        }

        var keeping = KeepAsync(delivery, ends, called.Token);
        try
        {
            return await calling.ConfigureAwait(false);
        }
        finally
        {
            await called.CancelAsync().ConfigureAwait(false);
            await keeping.ConfigureAwait(false);
        }
    }

    /// <summary>Extends a delivery while its call goes on; the call ends when the message is somebody else's.</summary>
    private async Task KeepAsync(QueueDelivery delivery, CancellationTokenSource ends, CancellationToken called)
    {
        try
        {
            while (true)
            {
                // At each third, so that one attempt may fail.
                await Task.Delay(worker.Visibility / 3, room.Host.Clock, called).ConfigureAwait(false);
                try
                {
                    await room.Queues.ExtendAsync(delivery.Message, worker.Visibility, called).ConfigureAwait(false);
                }
                catch (MeshException exception) when (exception.Code == MeshErrorCode.DeliveryEnded)
                {
                    if (!delivery.IsAcknowledged)
                    {
                        delivery.Lose();
                        await ends.CancelAsync().ConfigureAwait(false);
                    }

                    return;
                }
                catch (MeshException)
                {
                    // Tried again; what lasts ends the delivery, and that is seen.
                }
            }
        }
        catch (OperationCanceledException) when (called.IsCancellationRequested)
        {
            // The call is over.
        }
    }

    private async Task RejectAsync(QueueDelivery delivery, CallOutcome outcome)
    {
        var message = delivery.Message;
        bool isStopped = _stop.IsCancellationRequested;
        if (!delivery.HasBegun && outcome.Error is { } error && IsNoFaultOfTheMessage(error.Code))
        {
            Volatile.Write(ref _refusal, error);
        }

        try
        {
            await room.Queues.RejectAsync(
                message, QueueFailure.ReasonOf(delivery, outcome, isStopped), isStopped ? TimeSpan.Zero : worker.DelayAfter(message.Deliveries)).ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.DeliveryEnded || exception.Code == MeshErrorCode.Closed || exception.Code == MeshErrorCode.Cancelled)
        {
            // It was acknowledged as its call ended, or the participant has left, and the room has released it.
        }
        catch (Exception exception)
        {
            room.Host.ReportFault(new(MeshFaultKind.Agent, $"Agent '{worker.Name}' could not give message '{message.Id}' back to queue '{worker.Queue}'; it comes again when its visibility time has passed.", exception));
        }
    }

    /// <summary>Whether the next message would be refused as well, so that the worker had better pause.</summary>
    private static bool IsNoFaultOfTheMessage(MeshErrorCode code) =>
        code == MeshErrorCode.NotGranted || code == MeshErrorCode.BudgetExceeded || code == MeshErrorCode.Overloaded || code == MeshErrorCode.NotFound;

    private static JsonPayload ArgumentsOf(QueueMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(Id, message.Id.ToString());
            json.WriteNumber(Delivery, message.Deliveries);
            json.WritePropertyName(Body);
            message.Body.WriteTo(json);
            json.WriteEndObject();
        }

        return JsonPayload.FromUtf8(buffer.WrittenMemory);
    }
}
