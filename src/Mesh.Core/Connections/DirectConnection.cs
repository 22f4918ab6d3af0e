namespace Mesh;

/// <summary>The connection of a participant in its room's own process: calls go straight into the call path.</summary>
internal sealed class DirectConnection : IRoomConnection, ICallReceiver
{
    private readonly RoomMember _member;
    private readonly RoomClient _client;
    private TaskCompletionSource<LeaveReason>? _completion;
    private LeaveReason? _left;

    public DirectConnection(RoomMember member, RoomClient client)
    {
        _member = member;
        _client = client;
        Self = member.Snapshot;
    }

    public Participant Self { get; }

    public MeshId Session => _member.Room.Session;

    public Task<LeaveReason> Completion
    {
        get
        {
            lock (_member)
            {
                _completion ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_left is { } reason)
                {
                    _completion.TrySetResult(reason);
                }

                return _completion.Task;
            }
        }
    }

    public bool IsLeaving => _member.HasLeft;

    public CallEnd Call(CallRequest request, CallContext? within, IAsyncEnumerable<ContentPart>? input, CancellationToken cancellationToken) =>
        _member.Room.Host.Pipeline.Run(new CallState(_member, request, FindParent(request, within), null, cancellationToken) { InputSource = CallerInput.Of(input) });

    public IAsyncEnumerable<CallFrame> StreamAsync(Func<CallRequest> newRequest, IAsyncEnumerable<ContentPart>? input, CancellationToken cancellationToken) =>
        new CallFrameStream(
            (sink, token) =>
            {
                var request = newRequest();
                return new CallState(_member, request, FindParent(request), sink, token) { InputSource = CallerInput.Of(input), IsStreaming = true };
            },
            cancellationToken);

    public string? WhyJson(ToolAddress target, PassedCall values)
    {
        var request = _client.NewRequest(target, JsonPayload.FromPassed(values), null);
        return CallPassing.WhyJson(new CallState(_member, request, FindParent(request), null, default), values.Passages);
    }

    public IAsyncEnumerable<RoomEvent> ReadEventsAsync(EventPosition from, CancellationToken cancellationToken) =>
        new EventSubscription(_member, from, cancellationToken);

    public ValueTask CloseAsync() => _member.Room.LeaveAsync(_member, LeaveReason.Left);

    public ToolInvoker GetInvoker(MeshId registrationId, string toolName) => _client.LocalToolkits.FindTool(registrationId, toolName) is { } tool
        ? new DirectToolInvoker(tool, _client)
        : new MissingToolInvoker(registrationId);

    public void OnLeft(LeaveReason reason)
    {
        lock (_member)
        {
            _left = reason;
            _completion?.TrySetResult(reason);
        }
    }

    /// <summary>
    /// The call in whose handler this one is made: the ambient one where it runs in the room's process, else one whose
    /// handler is at the far end of some connection in this process.
    /// </summary>
    private CallState? FindParent(CallRequest request) => FindParent(request, CallContext.Current);

    private CallState? FindParent(CallRequest request, CallContext? within) =>
        request.ParentId.IsEmpty ? null
        : within is CallState ambient && ambient.Request.Id == request.ParentId ? ambient
        : _member.Room.Host.FindLiveCall(request.ParentId);
}

/// <summary>A stream of events that takes its position when it is read.</summary>
internal sealed class EventSubscription(RoomMember member, EventPosition from, CancellationToken cancellationToken) : IAsyncEnumerable<RoomEvent>
{
    public IAsyncEnumerator<RoomEvent> GetAsyncEnumerator(CancellationToken readerToken = default)
    {
        var ring = member.Room.Events;
        long position = from.Value switch
        {
            0 => member.JoinedAt,
            < 0 => ring.Head + 1,
            _ => from.Value,
        };
        return new EventCursor(ring, member, position, readerToken, cancellationToken);
    }
}
