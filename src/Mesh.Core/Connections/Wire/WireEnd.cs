using System.Collections.Concurrent;

namespace Mesh;

/// <summary>
/// One end of a connection. Both ends are callers and callees: a client calls its room, and the room calls the client's
/// tools. The loop that receives never runs a handler, never waits for one, and never sends.
/// </summary>
internal abstract class WireEnd(WireLink link, MeshHost host)
{
    private readonly ConcurrentDictionary<long, OutgoingCall> _outgoing = new();
    private readonly ConcurrentDictionary<long, OutgoingEvents> _events = new();
    private readonly ConcurrentDictionary<long, IncomingCall> _incoming = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private Task _loop = Task.CompletedTask;
    private long _lastId;

    public MeshHost Host { get; } = host;

    /// <summary>Completes when the link is closed and everything that this end had begun is over.</summary>
    protected Task Closed => _loop;

    /// <summary>Sends a message; false when the connection is closed.</summary>
    public ValueTask<bool> SendAsync(WireHeader header) => link.SendAsync(new WireMessage(header));

    /// <inheritdoc cref="SendAsync(WireHeader)"/>
    public ValueTask<bool> SendAsync(Func<WireMessage, WireHeader> header) => link.SendAsync(new WireMessage(header));

    /// <summary>Gives an outgoing call a number, so that answers find it.</summary>
    public OutgoingCall Begin(IAsyncEnumerable<ContentPart>? input)
    {
        long id = Interlocked.Increment(ref _lastId);
        var call = new OutgoingCall(this, id, input);
        _outgoing[id] = call;
        return call;
    }

    public OutgoingEvents BeginEvents()
    {
        long id = Interlocked.Increment(ref _lastId);
        var events = new OutgoingEvents(this, id);
        _events[id] = events;
        return events;
    }

    /// <summary>Ends a call that nobody answers any more: the connection is gone.</summary>
    public void Lose(OutgoingCall call) => call.OnEnd(CallOutcome.FromError(Lost(call)), 0);

    public void Forget(OutgoingCall call) => _outgoing.TryRemove(new(call.Id, call));

    public void Forget(OutgoingEvents events) => _events.TryRemove(new(events.Id, events));

    public void Forget(IncomingCall call) => _incoming.TryRemove(new(call.Id, call));

    /// <summary>Runs something for as long as it takes, outside of any call; the end of the connection waits for it.</summary>
    public Task Run(Func<Task> work)
    {
        Task task;
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            task = Task.Run(work);
        }

        _running[task] = true;
        task.ContinueWith(
            static (task, state) => ((ConcurrentDictionary<Task, bool>)state!).TryRemove(task, out _),
            _running,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }

    protected void Start()
    {
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(ReceiveAllAsync);
        }
    }

    protected void Close() => link.Close();

    /// <summary>The calls that the other end waits for now.</summary>
    protected IEnumerable<IncomingCall> Incoming => _incoming.Select(static each => each.Value);

    /// <summary>A message that only this kind of end understands. Must not wait.</summary>
    protected abstract void OnMessage(WireMessage message);

    /// <summary>The link is closed; nothing more will arrive.</summary>
    protected abstract void OnClosed();

    /// <summary>What the calls that this end made end with when the connection is gone.</summary>
    protected abstract MeshError Lost(OutgoingCall call);

    protected void Accept(IncomingCall call)
    {
        _incoming[call.Id] = call;
        call.Running = Run(call.RunAsync);
    }

    private async Task ReceiveAllAsync()
    {
        try
        {
            while (await link.ReceiveAsync().ConfigureAwait(false) is { } message)
            {
                Dispatch(message);
            }
        }
        catch (MeshException exception)
        {
            Host.ReportFault(new(MeshFaultKind.Connection, "A connection was closed: the other side broke the protocol.", exception));
        }

        link.Close();
        foreach (var call in _incoming.Values)
        {
            call.Cancel();
        }

        OnClosed();
        foreach (var call in _outgoing.Values)
        {
            Lose(call);
        }

        foreach (var events in _events.Values)
        {
            events.OnEnd();
        }
    }

    private void Dispatch(WireMessage message)
    {
        var header = message.Header;
        switch (header.Type)
        {
            case WireTypes.Frame when header.Frame is { } frame && _outgoing.TryGetValue(header.Id, out var call):
                call.OnFrame(frame.FromWire(message));
                break;
            case WireTypes.End when header.Outcome is { } outcome && _outgoing.TryGetValue(header.Id, out var call):
                call.OnEnd(outcome.FromWire(message), outcome.Sequence, outcome.Usage);
                break;
            case WireTypes.InputCredit when _outgoing.TryGetValue(header.Id, out var call):
                call.OnInputCredit(header.Credit);
                break;
            case WireTypes.Event when header.Event is { } e && _events.TryGetValue(header.Id, out var events):
                events.OnEvent(e.FromWire());
                break;
            case WireTypes.End when _events.TryGetValue(header.Id, out var events):
                events.OnEnd();
                break;
            case WireTypes.Credit when _incoming.TryGetValue(header.Id, out var call):
                call.OnCredit(header.Credit);
                break;
            case WireTypes.Reserved when header.Reservation is { } number && _incoming.TryGetValue(header.Id, out var call):
                call.OnReserved(number, header.Error);
                break;
            case WireTypes.Input when header.Part is { } part && _incoming.TryGetValue(header.Id, out var call):
                call.OnInput(part.FromWire(message));
                break;
            case WireTypes.InputEnd when _incoming.TryGetValue(header.Id, out var call):
                call.OnInputEnd(header.Error);
                break;
            case WireTypes.Cancel when _incoming.TryGetValue(header.Id, out var call):
                call.Cancel();
                break;
            default:
                OnMessage(message);
                break;
        }
    }
}
