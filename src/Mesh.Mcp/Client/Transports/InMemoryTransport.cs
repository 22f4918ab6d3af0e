using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>MCP with a server in this process, by messages as objects; a new session for each connection.</summary>
internal sealed class InMemoryTransport(Func<ITransport, CancellationToken, Task> serve, string name) : IGatedTransport
{
    public string Name => name;

    public Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default) => ConnectAsync(null, cancellationToken);

    public Task<ITransport> ConnectAsync(MessageGate gate, McpToolkitOptions limits, CancellationToken cancellationToken) => ConnectAsync(gate, cancellationToken);

    private Task<ITransport> ConnectAsync(MessageGate? gate, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<ITransport>(new InMemorySession(serve, gate, name).Client);
    }
}

/// <summary>
/// One session between a client and a server in one process. What one side sends is copied before the other side gets it, so
/// that each may do with its messages what it wants.
/// </summary>
internal sealed class InMemorySession : IAsyncDisposable
{
    /// <summary>How long the server may take to end after its client is gone. It lives in real time, whatever clock the host has.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly InMemoryEnd _client;
    private readonly InMemoryEnd _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public InMemorySession(Func<ITransport, CancellationToken, Task> serve, MessageGate? gate, string name)
    {
        _name = name;
        _client = new InMemoryEnd(gate, DisposeAsync);
        _server = new InMemoryEnd(gate: null, EndAsync);
        _client.Other = _server;
        _server.Other = _client;

        // The server belongs to nobody's call, although one may have caused it to be connected to.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _serving = Task.Run(() => ServeAsync(serve));
        }
    }

    public ITransport Client => _client;

    /// <summary>The client has gone: the server is told by the end of its messages, then by its token. It is not disposed, since a server that does not end may look at it still.</summary>
    public async ValueTask DisposeAsync()
    {
        End(null);
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _serving.WaitAsync(EndTimeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is cut off already, and may itself be what disposes the client.
        }
    }

    private async Task ServeAsync(Func<ITransport, CancellationToken, Task> serve)
    {
        Exception? reason = null;
        try
        {
            await serve(_server, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            reason = _stop.IsCancellationRequested ? null : Failed(exception);
        }

        End(reason);
    }

    /// <summary>What the client is told. Why it has failed is the server's own matter.</summary>
    private ClientTransportClosedException Failed(Exception exception) =>
        new(new() { Exception = new MeshException(new MeshError(MeshErrorCode.Unavailable, $"MCP server '{_name}' has failed.") { Retryable = true }, exception) });

    /// <summary>The server takes and gives nothing any more.</summary>
    private ValueTask EndAsync()
    {
        End(null);
        return default;
    }

    private void End(Exception? reason)
    {
        _server.Complete(null);
        _client.Complete(reason);
    }
}
