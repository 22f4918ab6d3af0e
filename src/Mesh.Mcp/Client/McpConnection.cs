using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>One connection to a server, from its greeting until it is lost or given up.</summary>
internal sealed class McpConnection : IAsyncDisposable
{
    private readonly TaskCompletionSource<MeshError> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly AsyncSignal _toolsChanged = new();
    private McpClient? _client;
    private RequestMeta _meta = RequestMeta.None;
    private Task _watching = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;

    private McpConnection(string name, McpToolkitOptions options)
    {
        Name = name;
        Options = options;
        Gate = new(name);
        Gate.OnToolsChanged = _toolsChanged.Set;
    }

    public string Name { get; }

    public McpToolkitOptions Options { get; }

    public MessageGate Gate { get; }

    public McpClient Client => _client ?? throw new InvalidOperationException("The connection is not made yet.");

    /// <summary>Where calls are written; null where they go through the SDK's client.</summary>
    public ITransport? Wire { get; private set; }

    /// <summary>What is said with every request.</summary>
    public RequestMeta Meta => _meta;

    /// <summary>Completes with the reason when the connection is lost.</summary>
    public Task<MeshError> Ended => _ended.Task;

    /// <summary>Connects, and follows the server's changes from then on.</summary>
    /// <exception cref="MeshException">The server did not answer in time, or not as one does.</exception>
    public static async Task<McpConnection> ConnectAsync(
        string name, IClientTransport transport, McpToolkitOptions options, ServerRequests requests, CancellationToken cancellationToken)
    {
        var connection = new McpConnection(name, options);
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var gated = new GatedClientTransport(transport, connection.Gate, options);
            var clientOptions = requests.ClientOptions(connection);
            connection._client = await McpClient.CreateAsync(gated, clientOptions, cancellationToken: either.Token).ConfigureAwait(false);
            connection._meta = RequestMeta.For(connection._client, clientOptions);
            connection.Wire = gated.Wire;
            connection._watching = connection.WatchAsync();
            await connection.ListenAsync().ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new MeshException(
                connection.Gate.Unusable
                    ?? (timeout.IsCancellationRequested || exception is TimeoutException ? McpClientErrors.ConnectTimeout(name, options.ConnectTimeout) : McpClientErrors.NotConnected(name, exception)),
                exception);
        }
    }

    /// <summary>Serves a call of one of the server's tools.</summary>
    /// <exception cref="ToolException">The server has refused it, failed in it, or was lost.</exception>
    public async ValueTask<ToolResponse> CallAsync(ImportedTool tool, JsonElement arguments, CallContext context)
    {
        var call = new RunningCall(this, tool, context);
        try
        {
            var result = await call.SendAsync(tool.Method, tool.WriteParameters(arguments)).ConfigureAwait(false);

            // What the server sent before its answer comes before it.
            await call.FinishAsync().ConfigureAwait(false);
            return await tool.ReadAsync(result, context).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (MeshException or OutOfMemoryException))
        {
            throw Translate(call, exception);
        }
        finally
        {
            await call.FinishAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the server says that its tools have changed.</summary>
    public Task ToolsChangedAsync(CancellationToken cancellationToken) => _toolsChanged.WaitAsync(cancellationToken);

    /// <summary>What is announced until now is known.</summary>
    public void ForgetChanges() => _toolsChanged.Reset();

    /// <summary>Gives the connection up: it is of no use any more, although it has not ended by itself.</summary>
    public void Break(MeshError error) => _ended.TrySetResult(error);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_client is { } client)
        {
            try
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // A transport that cannot be closed in order has closed all the same.
                Break(McpClientErrors.Lost(Name, exception));
            }
        }

        await _watching.ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        _ended.TrySetResult(McpClientErrors.Closed(Name));
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        var details = await Client.Completion.ConfigureAwait(false);
        _ended.TrySetResult(McpClientErrors.Ended(Name, details));
    }

    /// <summary>Since 2026-07-28 a server tells of changes only on a request that stays open for it.</summary>
    private async Task ListenAsync()
    {
        if (Client.ServerCapabilities.Tools?.ListChanged == true && string.CompareOrdinal(Client.NegotiatedProtocolVersion, ChangeListener.Since) >= 0)
        {
            var listener = new ChangeListener(this);
            _listening = listener.RunAsync(_stop.Token);
            await listener.ReadyAsync().ConfigureAwait(false);
        }
    }

    private Exception Translate(RunningCall call, Exception exception)
    {
        if (call.Failure is { } failure)
        {
            return new ToolException(failure, exception);
        }

        if (call.Context.CancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(call.Context.CancellationToken);
        }

        if (McpClientErrors.Find<ResponseTooLargeException>(exception) is not null)
        {
            return new ToolException(McpClientErrors.TooLarge(McpClientErrors.ServerOf(call), Options.MaxMessageBytes), exception);
        }

        switch (exception)
        {
            case McpProtocolException refused:
                return new ToolException(McpClientErrors.Refused(call.Tool, refused), exception);
            case McpException or JsonException or ArgumentException or FormatException or InvalidOperationException and not ObjectDisposedException:
                return new ToolException(McpClientErrors.Unreadable(call.Tool, exception), exception);
            case HttpRequestException { StatusCode: { } status } when status != System.Net.HttpStatusCode.NotFound:
                return new ToolException(McpClientErrors.HttpRefused(call, status), exception);
            default:
                var lost = McpClientErrors.Lost(Name, exception, Client.Completion);
                if (exception is HttpRequestException)
                {
                    Break(lost);
                }

                return new ToolException(McpClientErrors.LostInCall(call, lost), exception);
        }
    }
}
