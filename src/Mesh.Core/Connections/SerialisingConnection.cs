using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// A connection whose two ends share no object: requests, frames, events, cancellation, credits and errors cross it as
/// bytes. Here the bytes stay in memory; the messages are those that a network will carry.
/// </summary>
internal sealed class SerialisingConnection : WireEnd, IRoomConnection
{
    private readonly RoomClient _client;
    private readonly TaskCompletionSource<LeaveReason> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closing;

    private SerialisingConnection(WireLink link, MeshHost host, RoomClient client, WireHeader welcome)
        : base(link, host)
    {
        _client = client;
        Self = welcome.Participant ?? throw WireMessage.Malformed("the welcome names no participant");
        Session = welcome.Session ?? default;
        Start();
    }

    public Participant Self { get; }

    public MeshId Session { get; }

    public Task<LeaveReason> Completion => _completion.Task;

    public static ValueTask<RoomClient> JoinAsync(
        Room room, string name, Grants grants, JoinOptions options, CancellationToken cancellationToken)
    {
        var (clientLink, roomLink) = WireLink.CreatePair();
        return JoinAsync(room, name, grants, options, clientLink, roomLink, cancellationToken);
    }

    /// <summary>The same over a given link, which its giver may cut.</summary>
    public static async ValueTask<RoomClient> JoinAsync(
        Room room, string name, Grants grants, JoinOptions options, WireLink clientLink, WireLink roomLink, CancellationToken cancellationToken)
    {
        var roomEnd = new RoomEnd(roomLink, room);
        var member = room.Join(name, options.Role, grants, options.OwnAttributes(), isService: false, member =>
        {
            member.Approver = options.Approver;
            return roomEnd;
        });
        await roomEnd.OpenAsync(member).ConfigureAwait(false);
        try
        {
            var welcome = await clientLink.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            return new RoomClient(room.Host, room.Name, client =>
                new SerialisingConnection(clientLink, room.Host, client, welcome?.Header ?? throw WireMessage.Malformed("there is no welcome")));
        }
        catch
        {
            clientLink.Close();
            throw;
        }
    }

    public CallEnd Call(CallRequest request, CallContext? within, IAsyncEnumerable<ContentPart>? input, CancellationToken cancellationToken) =>
        CallEnd.Of(CallAsync(request, input, cancellationToken));

    private async ValueTask<CallOutcome> CallAsync(CallRequest request, IAsyncEnumerable<ContentPart>? input, CancellationToken cancellationToken)
    {
        if ((Refuse(request, cancellationToken) ?? CallPassing.Write(ref request)) is { } refusal)
        {
            return CallOutcome.FromError(refusal);
        }

        var call = Begin(CallerInput.Of(input));
        await StartAsync(call, request, streaming: false).ConfigureAwait(false);
        using var registration = cancellationToken.UnsafeRegister(static state => ((OutgoingCall)state!).Cancel(), call);
        return await call.Outcome.ConfigureAwait(false);
    }

    public async IAsyncEnumerable<CallFrame> StreamAsync(
        Func<CallRequest> newRequest, IAsyncEnumerable<ContentPart>? input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = newRequest();
        if (Refuse(request, cancellationToken) is { } refusal)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ErrorFrame(refusal) { Sequence = 1 };
            yield break;
        }

        var call = Begin(CallerInput.Of(input));
        await StartAsync(call, request, streaming: true).ConfigureAwait(false);
        using var registration = cancellationToken.UnsafeRegister(static state => ((OutgoingCall)state!).Cancel(), call);
        long sequence = 0;
        try
        {
            while (await call.Frames.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (call.Frames.TryRead(out var frame))
                {
                    frame.Sequence = ++sequence;
                    yield return frame;
                    await call.AcknowledgeAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (!call.Outcome.IsCompleted)
            {
                call.Cancel();
                await call.Outcome.ConfigureAwait(false);
            }
        }

        var outcome = await call.Outcome.ConfigureAwait(false);
        if (outcome.Status == CallStatus.Cancelled)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        yield return outcome.IsResult
            ? new ResultFrame(outcome.Response) { Sequence = sequence + 1, Usage = call.Usage }
            : new ErrorFrame(outcome.Error!) { Sequence = sequence + 1, Usage = call.Usage };
    }

    public bool IsLeaving => Volatile.Read(ref _closing) || _completion.Task.IsCompleted;

    public string? WhyJson(ToolAddress target, PassedCall values) => "The room is at the other end of a connection, which carries JSON.";

    public IAsyncEnumerable<RoomEvent> ReadEventsAsync(EventPosition from, CancellationToken cancellationToken) => ReadEventsCoreAsync(from, cancellationToken);

    public async ValueTask CloseAsync()
    {
        if (!Interlocked.Exchange(ref _closing, true))
        {
            var activity = Activity.Current;
            await SendAsync(new WireHeader(WireTypes.Leave) { TraceParent = TraceParent.Of(activity), TraceState = activity?.TraceStateString }).ConfigureAwait(false);
        }

        // The link is closed when the room is done with this participant; who leaves inside a call cannot wait for that.
        await (CallContext.Current is null ? Closed : Completion).ConfigureAwait(false);
    }

    protected override void OnMessage(WireMessage message)
    {
        var header = message.Header;
        switch (header.Type)
        {
            case WireTypes.Invoke when header is { Request: { } request, Participant: not null }:
                Accept(new IncomingInvocation(this, _client, header, request.FromWire(message)));
                break;
            case WireTypes.Left:
                _completion.TrySetResult(header.Reason ?? LeaveReason.Left);
                break;
        }
    }

    protected override void OnClosed() => _completion.TrySetResult(LeaveReason.Disconnected);

    protected override MeshError Lost(OutgoingCall call) => _completion.Task is { IsCompletedSuccessfully: true, Result: LeaveReason.Disconnected }
        ? new(MeshErrorCode.ProviderLost, $"The connection of '{Self.Name}' to room '{_client.Name}' broke in the middle of a call; whether it had its effect is unknown.")
        {
            Remedy = "Join again, and find out before you call again.",
        }
        : new(MeshErrorCode.Cancelled, $"A call was cancelled: its caller '{Self.Name}' has left the room.");

    private async IAsyncEnumerable<RoomEvent> ReadEventsCoreAsync(
        EventPosition from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_completion.Task.IsCompleted)
        {
            yield break;
        }

        await foreach (var e in BeginEvents().ReadAsync(from, cancellationToken).ConfigureAwait(false))
        {
            yield return e;
        }
    }

    /// <summary>What the room would say, where it cannot be asked.</summary>
    private MeshError? Refuse(CallRequest request, CancellationToken cancellationToken) =>
        _completion.Task.IsCompleted ? CallErrors.ClientClosed(request.Target, Self.Name, _client.Name)
        : cancellationToken.IsCancellationRequested ? CallErrors.Cancelled(request.Target)
        : null;

    private static async ValueTask StartAsync(OutgoingCall call, CallRequest request, bool streaming)
    {
        // A handler in the room's own process may use a client whose connection knows calls by their id alone.
        if (CallContext.Current is CallState ambient && ambient.Request.Id == request.ParentId && !ambient.HasEnded)
        {
            ambient.Host.PublishCall(ambient);
        }

        await call.StartAsync(message => new(WireTypes.Call) { Request = request.ToWire(message), Streaming = streaming }).ConfigureAwait(false);
    }
}
