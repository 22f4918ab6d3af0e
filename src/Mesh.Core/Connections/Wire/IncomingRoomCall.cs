namespace Mesh;

/// <summary>A call that a client at the far end has made: it enters the call path like any other.</summary>
internal sealed class IncomingRoomCall(WireEnd end, RoomMember caller, WireHeader header, CallRequest request)
    : IncomingCall(end, header.Id, header.HasInput)
{
    /// <summary>Its caller has left, and with that its call has ended: what is left of its stream goes without being asked for.</summary>
    public void LetGo() => OnCredit(WireFlow.Rest);

    protected override Task ServeAsync() => header.Streaming ? StreamAsync() : CallAsync();

    private async Task CallAsync()
    {
        var outcome = await End.Host.Pipeline.Run(NewCall(null, CancellationToken)).ConfigureAwait(false);
        await SendEndAsync(outcome, 1).ConfigureAwait(false);
    }

    private async Task StreamAsync()
    {
        var frames = new CallFrameStream(NewCall, CancellationToken).GetAsyncEnumerator(CancellationToken);
        long sequence = 0;
        CallOutcome? outcome = null;
        CallUsage? usage = null;
        try
        {
            // The call goes on only as far as its reader has asked for it.
            await TakeCreditAsync(CancellationToken).ConfigureAwait(false);
            while (outcome is null && await frames.MoveNextAsync().ConfigureAwait(false))
            {
                sequence = frames.Current.Sequence;
                switch (frames.Current)
                {
                    case ResultFrame result:
                        (outcome, usage) = (CallOutcome.FromResult(result.Response), result.Usage);
                        break;
                    case ErrorFrame error:
                        (outcome, usage) = (CallOutcome.FromError(error.Error), error.Usage);
                        break;
                    case var frame:
                        await End.SendAsync(message => new(WireTypes.Frame) { Id = Id, Frame = frame.ToWire(message) }).ConfigureAwait(false);
                        await TakeCreditAsync(CancellationToken).ConfigureAwait(false);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (CancellationToken.IsCancellationRequested)
        {
            sequence++;
        }

        await frames.DisposeAsync().ConfigureAwait(false);
        await SendEndAsync(outcome ?? CallOutcome.FromError(CallErrors.Cancelled(request.Target)), sequence, usage).ConfigureAwait(false);
    }

    private CallState NewCall(IFrameSink? sink, CancellationToken token) =>
        new(caller, request, request.ParentId.IsEmpty ? null : End.Host.FindLiveCall(request.ParentId), sink, token)
        {
            InputSource = Input,
            IsStreaming = header.Streaming,
        };
}

/// <summary>Events that a client at the far end reads, as far as it has asked for them.</summary>
internal sealed class IncomingEvents(WireEnd end, RoomMember reader, WireHeader header) : IncomingCall(end, header.Id, hasInput: false)
{
    protected override async Task ServeAsync()
    {
        try
        {
            var events = new EventSubscription(reader, EventPosition.FromWire(header.From), CancellationToken).GetAsyncEnumerator(CancellationToken);
            await using (events.ConfigureAwait(false))
            {
                await TakeCreditAsync(CancellationToken).ConfigureAwait(false);
                while (await events.MoveNextAsync().ConfigureAwait(false))
                {
                    var e = events.Current;
                    await End.SendAsync(new WireHeader(WireTypes.Event) { Id = Id, Event = e.ToWire() }).ConfigureAwait(false);
                    await TakeCreditAsync(CancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (CancellationToken.IsCancellationRequested)
        {
            // The reader has stopped.
        }

        await End.SendAsync(new WireHeader(WireTypes.End) { Id = Id }).ConfigureAwait(false);
    }
}
