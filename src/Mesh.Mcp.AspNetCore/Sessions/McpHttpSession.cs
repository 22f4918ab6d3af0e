using ModelContextProtocol.Server;

namespace Mesh.Mcp.AspNetCore;

/// <summary>A session of a client of a revision before 2026-07-28.</summary>
internal sealed class McpHttpSession : IAsyncDisposable
{
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly McpHttpSessions _owner;
    private readonly CancellationTokenSource _end = new();
    private bool _isListening;

    public McpHttpSession(McpHttpSessions owner, string id, TimeProvider clock, TimeSpan patience)
    {
        _owner = owner;
        Id = id;

        // Each call is of the request that it came with, and not of the one that began the session.
        Transport = new() { SessionId = id, FlowExecutionContextFromRequests = true };
        Lease = new(clock, patience, End);
        Ended = _end.Token;
    }

    public string Id { get; }

    public StreamableHttpServerTransport Transport { get; }

    /// <summary>Counts the requests and the open stream of the session.</summary>
    public IdleLease Lease { get; }

    /// <summary>Cancelled when the session is over.</summary>
    public CancellationToken Ended { get; }

    /// <summary>The session itself, while it runs.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Starts it: it goes on until it is ended, or its participant leaves.</summary>
    public void Start(RoomMcpServer server)
    {
        // The request that begins the session neither waits for it, nor leaves anything of its own in it.
        using (ExecutionContext.SuppressFlow())
        {
            Running = Task.Run(() => RunAsync(server), CancellationToken.None);
        }
    }

    /// <summary>Opens the one stream on which the client hears of what it has not asked for; the SDK has one for each session.</summary>
    public bool TryListen() => !Interlocked.Exchange(ref _isListening, true);

    /// <summary>The stream is open: what has changed before is told now.</summary>
    public void OnListening() => _listening.TrySetResult();

    /// <summary>Ends it; calling it again does nothing. Its task tells when it is over.</summary>
    public void End()
    {
        Lease.TryEnd();
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    /// <summary>Ends it, and waits until it is over.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await Running.ConfigureAwait(false);
    }

    private async Task RunAsync(RoomMcpServer server)
    {
        try
        {
            await server.RunAsync(Transport, _listening.Task, _end.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The participant has left before it began.
        }
        catch (Exception exception)
        {
            _owner.Report(exception);
        }
        finally
        {
            End();
            _owner.Forget(this);
            await Transport.DisposeAsync().ConfigureAwait(false);
            _end.Dispose();
        }
    }
}
