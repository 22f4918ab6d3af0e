namespace Mesh;

/// <summary>The room's end of a connection: the far client's calls come in, and calls of its tools go out.</summary>
internal sealed class RoomEnd : WireEnd, ICallReceiver
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);
    private readonly Room _room;
    private RoomMember _member = null!;
    private Task _leftSent = Task.CompletedTask;
    private bool _clientLeaves;

    public RoomEnd(WireLink link, Room room)
        : base(link, room.Host) =>
        _room = room;

    /// <summary>Takes up the connection for a participant that has joined, and tells the client who it is.</summary>
    public async ValueTask OpenAsync(RoomMember member)
    {
        _member = member;
        await SendAsync(new WireHeader(WireTypes.Welcome) { Participant = member.Snapshot, Session = _room.Session }).ConfigureAwait(false);
        Start();
    }

    public ToolInvoker GetInvoker(MeshId registrationId, string toolName) => new RemoteToolInvoker(this, registrationId);

    public void OnLeft(LeaveReason reason)
    {
        _leftSent = SendAsync(new WireHeader(WireTypes.Left) { Reason = reason }).AsTask();
        if (!_clientLeaves)
        {
            Run(CloseAsync);
        }
    }

    protected override void OnMessage(WireMessage message)
    {
        var header = message.Header;
        switch (header.Type)
        {
            case WireTypes.Call when header.Request is { } request:
                Accept(new IncomingRoomCall(this, _member, header, request.FromWire(message)));
                break;
            case WireTypes.Events:
                Accept(new IncomingEvents(this, _member, header));
                break;
            case WireTypes.Leave:
                _clientLeaves = true;
                Run(() => LeaveAsync(header));
                break;
        }
    }

    protected override void OnClosed() => Run(() => _room.LeaveAsync(_member, LeaveReason.Disconnected).AsTask());

    protected override MeshError Lost(OutgoingCall call) => call.Lost?.Invoke() ??
        new(MeshErrorCode.Unavailable, $"The connection of '{_member.Snapshot.Name}' is closed.");

    private async Task LeaveAsync(WireHeader header)
    {
        TraceParent.TryParse(header.TraceParent, header.TraceState, out var trace);
        await _room.LeaveAsync(_member, LeaveReason.Left, trace).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        await _leftSent.ConfigureAwait(false);
        var ending = Incoming.OfType<IncomingRoomCall>().ToArray();
        foreach (var call in ending)
        {
            call.LetGo();
        }

        try
        {
            // Its calls have ended, but their ends may still be on their way to it. A handler that blocks is not waited for.
            await Task.WhenAll(ending.Select(call => call.Running)).WaitAsync(AnswerTimeout, Host.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Whoever waits for such a call is told by its own end that the connection is gone.
        }

        Close();
    }
}

/// <summary>Reaches a tool at the far end of a connection.</summary>
internal sealed class RemoteToolInvoker(RoomEnd end, MeshId registrationId) : ToolInvoker
{
    public override CallEnd Invoke(CallState call) => CallEnd.Of(InvokeAsync(call));

    private async ValueTask<CallOutcome> InvokeAsync(CallState call)
    {
        call.Host.PublishCall(call);
        var invocation = end.Begin(call.InputSource is null ? null : call.Input);
        call.EndAfterFrames = error => invocation.OnEnd(CallOutcome.FromError(error), 0);

        // A call that has only just been sent is not tied to its provider yet when that leaves, and then learns of it here: in
        // the same words, since nobody knows how far it came.
        invocation.Lost = () => CallErrors.ProviderLeft(call);
        await invocation.StartAsync(message => new(WireTypes.Invoke)
        {
            Registration = registrationId,
            Request = Request(call).ToWire(message),
            Participant = call.Caller,
            OnBehalfOf = call.OnBehalfOf,
            Streaming = true,
        }).ConfigureAwait(false);

        // Afterwards: a cancellation that overtook its call would find nothing at the far end, and the handler would never hear of it.
        using var stop = call.CancellationToken.UnsafeRegister(
            static state =>
            {
                var (invocation, call) = ((OutgoingCall, CallState))state!;
                invocation.Cancel();
                if (call.Instance is { Gate: null, IsDrained: false })
                {
                    // Where there is a limit, the handler has its place until it is done, and an agent is waited for when it is withdrawn.
                    invocation.OnEnd(CallOutcome.FromError(CallErrors.Cancelled(call.Request.Target)), 0);
                }
            },
            (invocation, call));
        await ForwardAsync(call, invocation).ConfigureAwait(false);
        return await invocation.Outcome.ConfigureAwait(false);
    }

    private static CallRequest Request(CallState call) => TraceParent.ToFarEnd(call.Request) with
    {
        Arguments = JsonPayload.FromElement(call.Arguments),
        Timeout = call.EffectiveDeadline == long.MaxValue
            ? null
            : call.Host.Clock.GetElapsedTime(call.Host.Clock.GetTimestamp(), call.EffectiveDeadline),
    };

    /// <summary>Hands frames on as the caller takes them, which is what gives the provider leave to send more.</summary>
    private async Task ForwardAsync(CallState call, OutgoingCall invocation)
    {
        try
        {
            await foreach (var frame in invocation.Frames.ReadAllAsync().ConfigureAwait(false))
            {
                if (frame is ReserveFrame reserve)
                {
                    var error = call.TryReserve(reserve);
                    await end.SendAsync(new WireHeader(WireTypes.Reserved) { Id = invocation.Id, Reservation = reserve.Reservation, Error = error }).ConfigureAwait(false);
                }
                else
                {
                    await call.EmitAsync(frame).ConfigureAwait(false);
                }

                await invocation.AcknowledgeAsync().ConfigureAwait(false);
            }
        }
        catch (MeshException)
        {
            // The call is over for its caller; what ended it has cancelled the invocation too.
        }
    }
}
