using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Mesh;

/// <summary>
/// A call, or a stream of events, that the other end of a connection has asked this one for. What it runs differs; how it
/// is cancelled, held back and fed does not.
/// </summary>
internal abstract class IncomingCall(WireEnd end, long id, bool hasInput) : IDisposable
{
    // Not bounded by itself: the caller sends no more than it was given credit for.
    private readonly Channel<ContentPart> _input = Channel.CreateUnbounded<ContentPart>(new() { SingleReader = true });
    private readonly CancellationTokenSource _cancellation = new();
    private readonly SemaphoreSlim _credit = new(WireFlow.Window);

    public long Id { get; } = id;

    public CancellationToken CancellationToken => _cancellation.Token;

    /// <summary>Completes when its end has been sent.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    protected WireEnd End { get; } = end;

    /// <summary>The input stream as the caller sends it; null when it sends none.</summary>
    protected IAsyncEnumerable<ContentPart>? Input => hasInput ? ReadInputAsync() : null;

    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whoever waits at the other end must learn that nothing will come.
            End.Host.ReportFault(new(MeshFaultKind.Connection, "An answer could not be sent over a connection.", exception));
            await SendEndAsync(CallOutcome.FromError(new(MeshErrorCode.HandlerFailed, "The answer could not be sent over the connection.")), 0).ConfigureAwait(false);
        }

        End.Forget(this);
        Dispose();
    }

    /// <summary>
    /// Ends what it waits for. Neither the token's source nor the semaphore is disposed: the loop that receives may hold
    /// the call still, and without timers and wait handles they hold nothing.
    /// </summary>
    public void Dispose() => _input.Writer.TryComplete();

    public virtual void Cancel() => _ = _cancellation.CancelAsync();

    public void OnCredit(int count)
    {
        if (count > 0)
        {
            _credit.Release(count);
        }
    }

    /// <summary>Money that it has asked for is reserved, or is not.</summary>
    public virtual void OnReserved(long number, MeshError? error)
    {
    }

    public void OnInput(ContentPart part) => _input.Writer.TryWrite(part);

    public void OnInputEnd(MeshError? error) => _input.Writer.TryComplete(error is null ? null : new MeshException(error));

    /// <summary>Serves the call and sends its end.</summary>
    protected abstract Task ServeAsync();

    /// <summary>Waits until the reader has room for one more.</summary>
    protected Task TakeCreditAsync(CancellationToken cancellationToken) => _credit.WaitAsync(cancellationToken);

    protected async ValueTask SendEndAsync(CallOutcome outcome, long sequence, CallUsage? usage = null) =>
        await End.SendAsync(message => new(WireTypes.End) { Id = Id, Outcome = outcome.ToWire(sequence, message) with { Usage = usage } }).ConfigureAwait(false);

    private async IAsyncEnumerable<ContentPart> ReadInputAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int read = 0;
        await foreach (var part in _input.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return part;
            if (++read % WireFlow.Batch == 0)
            {
                await End.SendAsync(new WireHeader(WireTypes.InputCredit) { Id = Id, Credit = WireFlow.Batch }).ConfigureAwait(false);
            }
        }
    }
}
