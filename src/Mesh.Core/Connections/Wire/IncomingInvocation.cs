using System.Collections.Concurrent;
using System.Text.Json;

namespace Mesh;

/// <summary>A call of one of this client's own tools, which the room has already authorised and validated.</summary>
internal sealed class IncomingInvocation(WireEnd end, RoomClient client, WireHeader header, CallRequest request)
    : IncomingCall(end, header.Id, header.HasInput)
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<MeshError?>> _reserving = new();
    private long _lastReservation;
    private volatile bool _hasEnded;

    public override void Cancel()
    {
        // For whoever called it, the call is over: the room has said so, or the connection is gone.
        _hasEnded = true;
        base.Cancel();
    }

    public override void OnReserved(long number, MeshError? error)
    {
        if (_reserving.TryRemove(number, out var waiting))
        {
            // An answer may be the first that tells of the end of the call.
            _hasEnded |= error?.Code == MeshErrorCode.CallEnded;
            waiting.TrySetResult(error);
        }
    }

    /// <summary>Asks the room to reserve money, and waits for its answer, or for the end of the call.</summary>
    private async ValueTask<long> ReserveAsync(decimal estimate)
    {
        long number = Interlocked.Increment(ref _lastReservation);
        var answer = new TaskCompletionSource<MeshError?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _reserving[number] = answer;
        try
        {
            await EmitAsync(new ReserveFrame(number, estimate)).ConfigureAwait(false);
            return await answer.Task.WaitAsync(CancellationToken).ConfigureAwait(false) is { } error ? throw new MeshException(error) : number;
        }
        catch (OperationCanceledException)
        {
            throw new MeshException(CallErrors.CallEnded(request.Target));
        }
        finally
        {
            _reserving.TryRemove(number, out _);
        }
    }

    private async ValueTask EmitAsync(CallFrame frame)
    {
        try
        {
            if (!_hasEnded)
            {
                await TakeCreditAsync(CancellationToken).ConfigureAwait(false);
                if (await End.SendAsync(message => new(WireTypes.Frame) { Id = Id, Frame = frame.ToWire(message) }).ConfigureAwait(false))
                {
                    return;
                }

                // The connection is gone; it is told of that a moment later.
                _hasEnded = true;
            }
        }
        catch (OperationCanceledException)
        {
            // It ended while this frame waited for its turn.
        }

        throw new MeshException(CallErrors.CallEnded(request.Target));
    }

    protected override async Task ServeAsync()
    {
        var outcome = await InvokeAsync().ConfigureAwait(false);
        _hasEnded = true;
        foreach (long number in _reserving.Keys)
        {
            // Whoever asked has not waited for the answer before its handler was done; none will come.
            OnReserved(number, CallErrors.CallEnded(request.Target));
        }

        await SendEndAsync(outcome, 0).ConfigureAwait(false);
    }

    private async Task<CallOutcome> InvokeAsync()
    {
        var activity = FarEnd.Enter(request, client.Name, End.Host);
        var outcome = await RunToolAsync().ConfigureAwait(false);
        FarEnd.Exit(activity, outcome, End.Host);
        return outcome;
    }

    private async Task<CallOutcome> RunToolAsync()
    {
        try
        {
            var registration = header.Registration ?? default;
            if (client.LocalToolkits.FindTool(registration, request.Target.Tool) is not { } tool)
            {
                return CallOutcome.FromError(LocalToolkits.Missing(request.Target, registration));
            }

            using var arguments = JsonDocument.Parse(request.Arguments.ToUtf8());
            var outcome = await ToolRunner.RunAsync(tool, new Context(this, request, header, client), arguments.RootElement).ConfigureAwait(false);
            return outcome.IsResult
                ? CallOutcome.FromResult(await ContentReader.ReadAsync(End.Host, request, outcome.Response, CancellationToken).ConfigureAwait(false))
                : outcome;
        }
        catch (MeshException exception)
        {
            return CallOutcome.FromError(exception.Error);
        }
        catch (OperationCanceledException)
        {
            return CallOutcome.FromError(CallErrors.Cancelled(request.Target));
        }
    }

    /// <summary>The call as its handler sees it, at this end of the connection.</summary>
    private sealed class Context : CallContext
    {
        private readonly IncomingInvocation _call;

        public Context(IncomingInvocation call, CallRequest request, WireHeader header, RoomClient client)
            : base(request, header.Participant!)
        {
            _call = call;
            OnBehalfOf = header.OnBehalfOf;
            Room = client;
        }

        public override Participant? OnBehalfOf { get; }

        public override CancellationToken CancellationToken => _call.CancellationToken;

        public override bool HasEnded => _call._hasEnded;

        public override IAsyncEnumerable<ContentPart> Input => _call.Input ?? EmptyInput.Instance;

        internal override MeshHost Host => _call.End.Host;

        internal override ValueTask EmitAsync(CallFrame frame) => _call.EmitAsync(frame);

        internal override ValueTask<long> ReserveAsync(decimal estimate) => _call.ReserveAsync(estimate);
    }
}
