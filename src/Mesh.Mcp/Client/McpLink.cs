using ModelContextProtocol.Client;

namespace Mesh.Mcp;

/// <summary>
/// Keeps up the connection to one server: connects again when it is lost, lists the tools again when they have changed,
/// and hands calls to the connection that there is.
/// </summary>
internal sealed class McpLink(string name, IClientTransport transport, McpToolkitOptions options, ServerRequests requests) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile McpConnection? _connection;
    private volatile McpToolkitStatus _status = new() { State = McpToolkitState.Reconnecting };
    private Task _running = Task.CompletedTask;
    private TimeSpan _nextDelay;
    private long _dropped;

    public string Name => name;

    public McpToolkitOptions Options => options;

    public McpToolkitStatus Status => _status;

    /// <summary>How many messages of the server were dropped, over all connections.</summary>
    public long Dropped => Interlocked.Read(ref _dropped) + (_connection?.Gate.Dropped ?? 0);

    /// <summary>Completes when the server is given up for good.</summary>
    public Task Completion => _running;

    /// <summary>Connects for the first time.</summary>
    /// <param name="onTools">Is given the tools whenever they are listed, also for the first time.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="MeshException">The server could not be connected to, or did not list its tools.</exception>
    public async Task StartAsync(Func<McpConnection, ToolListing, Task> onTools, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(onTools, cancellationToken).ConfigureAwait(false);
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.Run(() => RunAsync(connection, onTools, _stop.Token), CancellationToken.None);
        }
    }

    /// <summary>The connection for a call.</summary>
    /// <exception cref="ToolException">There is none now (<see cref="MeshErrorCode.Unavailable"/>).</exception>
    public McpConnection Connection(ImportedTool tool)
    {
        if (_connection is { } connection)
        {
            return connection;
        }

        var status = _status;
        throw new ToolException(McpClientErrors.NotThere(tool, status.Error, status.State == McpToolkitState.Closed ? null : _nextDelay));
    }

    /// <summary>Ends the connection, and waits for its end. Calling it again waits too.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private async Task<McpConnection> OpenAsync(Func<McpConnection, ToolListing, Task> onTools, CancellationToken cancellationToken)
    {
        var connection = await McpConnection.ConnectAsync(name, transport, options, requests, cancellationToken).ConfigureAwait(false);
        try
        {
            connection.ForgetChanges();
            await ListAsync(connection, onTools, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw exception as MeshException ?? new MeshException(McpClientErrors.NotConnected(name, exception), exception);
        }
    }

    private async Task ListAsync(McpConnection connection, Func<McpConnection, ToolListing, Task> onTools, CancellationToken cancellationToken)
    {
        var listing = await ToolListing.ReadAsync(this, connection, cancellationToken).ConfigureAwait(false);
        _connection = connection;
        Tell(_status with
        {
            State = McpToolkitState.Connected,
            ProtocolVersion = connection.Client.NegotiatedProtocolVersion,
            Server = ServerIdentity.Of(connection.Client)?.Label,
            Tools = listing.Tools.Count,
            Skipped = listing.Skipped,
            FailedAttempts = 0,
        });
        await onTools(connection, listing).ConfigureAwait(false);
    }

    private async Task RunAsync(McpConnection connection, Func<McpConnection, ToolListing, Task> onTools, CancellationToken cancellationToken)
    {
        for (McpConnection? current = connection; current is not null; current = await ReconnectAsync(onTools, cancellationToken).ConfigureAwait(false))
        {
            var reason = await FollowAsync(current, onTools, cancellationToken).ConfigureAwait(false);
            bool stays = options.Reconnect is null || cancellationToken.IsCancellationRequested;
            _nextDelay = options.Reconnect?.FirstDelay ?? default;
            Interlocked.Add(ref _dropped, current.Gate.Dropped);
            _connection = null;
            Tell(_status with
            {
                State = stays ? McpToolkitState.Closed : McpToolkitState.Reconnecting,
                Error = cancellationToken.IsCancellationRequested ? _status.Error : reason,
            });
            await current.DisposeAsync().ConfigureAwait(false);
            if (stays)
            {
                return;
            }
        }
    }

    /// <summary>Lists the tools again whenever they change, until the connection is lost; gives the reason.</summary>
    private async Task<MeshError> FollowAsync(McpConnection connection, Func<McpConnection, ToolListing, Task> onTools, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var changed = connection.ToolsChangedAsync(lost.Token);
            await Task.WhenAny(connection.Ended, changed).ConfigureAwait(false);
            await lost.CancelAsync().ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                return McpClientErrors.Closed(name);
            }

            if (connection.Ended.IsCompleted)
            {
                return await connection.Ended.ConfigureAwait(false);
            }

            try
            {
                connection.ForgetChanges();
                await ListAsync(connection, onTools, cancellationToken).ConfigureAwait(false);
                await Task.Delay(options.RefreshInterval, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Tools that cannot be listed may no longer be what they are offered as.
                return connection.Ended.IsCompleted ? await connection.Ended.ConfigureAwait(false)
                    : exception is MeshException { Error: var error } ? error
                    : McpClientErrors.Lost(name, exception);
            }
        }
    }

    private async Task<McpConnection?> ReconnectAsync(Func<McpConnection, ToolListing, Task> onTools, CancellationToken cancellationToken)
    {
        var pace = options.Reconnect!;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _nextDelay = pace.DelayBefore(attempt, options.NextRandom());
                await Task.Delay(_nextDelay, options.TimeProvider, cancellationToken).ConfigureAwait(false);
                return await OpenAsync(onTools, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Tell(_status with { State = McpToolkitState.Closed });
                return null;
            }
            catch (MeshException exception)
            {
                bool gaveUp = attempt >= pace.MaxAttempts || exception.Code == MeshErrorCode.Closed;
                _connection = null;
                Tell(_status with { State = gaveUp ? McpToolkitState.Closed : McpToolkitState.Reconnecting, Error = exception.Error, FailedAttempts = attempt });
                if (gaveUp)
                {
                    return null;
                }
            }
        }
    }

    private void Tell(McpToolkitStatus status)
    {
        _status = status;
        try
        {
            options.OnStatus?.Invoke(status);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A listener that fails keeps nobody from being connected.
        }
    }
}
