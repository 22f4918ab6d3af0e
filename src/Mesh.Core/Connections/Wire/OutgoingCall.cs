using System.Threading.Channels;

namespace Mesh;

/// <summary>A call that this end of a connection has made: what has come of it, and what it still sends.</summary>
internal sealed class OutgoingCall(WireEnd end, long id, IAsyncEnumerable<ContentPart>? input) : IDisposable
{
    // Not bounded by itself: the callee sends no more than it was given credit for.
    private readonly Channel<CallFrame> _frames = Channel.CreateUnbounded<CallFrame>(new() { SingleReader = true });
    private readonly TaskCompletionSource<CallOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _inputCredit = new(WireFlow.Window);
    private readonly CancellationTokenSource _inputStop = new();
    private int _unacknowledged;

    public long Id { get; } = id;

    /// <summary>What it ends with when the connection is gone, where whoever made it knows better than its end of the connection; else null.</summary>
    public Func<MeshError>? Lost { get; set; }

    /// <summary>The frames as they come; complete when the call has ended.</summary>
    public ChannelReader<CallFrame> Frames => _frames.Reader;

    public Task<CallOutcome> Outcome => _outcome.Task;

    /// <summary>The number of the frame that the outcome is.</summary>
    public long LastSequence { get; private set; }

    /// <summary>What a streaming call has used; null for nothing.</summary>
    public CallUsage? Usage { get; private set; }

    /// <summary>Sends the message that begins the call, and then its input as the callee asks for it.</summary>
    public async ValueTask StartAsync(Func<WireMessage, WireHeader> header)
    {
        if (!await end.SendAsync(message => header(message) with { Id = Id, HasInput = input is not null }).ConfigureAwait(false))
        {
            // The connection was closed meanwhile, and its end may have passed over a call that had only just begun.
            end.Lose(this);
        }
        else if (input is not null)
        {
            _ = end.Run(() => SendInputAsync(input));
        }
    }

    public void OnFrame(CallFrame frame) => _frames.Writer.TryWrite(frame);

    public void OnInputCredit(int count)
    {
        if (count > 0)
        {
            _inputCredit.Release(count);
        }
    }

    public void OnEnd(CallOutcome outcome, long sequence, CallUsage? usage = null)
    {
        end.Forget(this);
        (LastSequence, Usage) = (sequence, usage);
        _outcome.TrySetResult(outcome);
        Dispose();
    }

    /// <summary>
    /// Ends the streams in both directions. The semaphore and the token's source are not disposed: the loop that receives
    /// may hold the call still, and without timers and wait handles they hold nothing.
    /// </summary>
    public void Dispose()
    {
        _frames.Writer.TryComplete();
        _ = _inputStop.CancelAsync();
    }

    /// <summary>Tells the callee, now and then, that frames were read.</summary>
    public ValueTask AcknowledgeAsync()
    {
        if (++_unacknowledged < WireFlow.Batch)
        {
            return default;
        }

        _unacknowledged = 0;
        return Ignore(end.SendAsync(new WireHeader(WireTypes.Credit) { Id = Id, Credit = WireFlow.Batch }));
    }

    /// <summary>Asks the callee to stop. The outcome still comes.</summary>
    public void Cancel() => end.Run(() => end.SendAsync(new WireHeader(WireTypes.Cancel) { Id = Id }).AsTask());

    private static async ValueTask Ignore(ValueTask<bool> sending) => await sending.ConfigureAwait(false);

    private async Task SendInputAsync(IAsyncEnumerable<ContentPart> items)
    {
        MeshError? error = null;
        try
        {
            await foreach (var item in items.WithCancellation(_inputStop.Token).ConfigureAwait(false))
            {
                await _inputCredit.WaitAsync(_inputStop.Token).ConfigureAwait(false);
                await end.SendAsync(message => new(WireTypes.Input) { Id = Id, Part = item.ToWire(message) }).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_inputStop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            error = CallInput.Failed(end.Host, exception);
        }

        await end.SendAsync(new WireHeader(WireTypes.InputEnd) { Id = Id, Error = error }).ConfigureAwait(false);
    }
}
