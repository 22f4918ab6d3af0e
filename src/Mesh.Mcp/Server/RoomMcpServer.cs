using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>
/// Serves a room to MCP clients as one of its participants sees it: the tools and agents that it may use are the server's
/// tools, and a client's call is a call of that participant, with its grants, budgets, approvals and journal. One instance
/// serves any number of sessions at once, of every revision of the protocol. Thread-safe.
/// </summary>
/// <remarks>
/// Disposing it ends its sessions and leaves the room as it is: who has joined the participant disposes that.
/// </remarks>
/// <example><code>
/// await using var mesh = new MeshHost();
/// await using var room = await mesh.JoinAsync("support", "claude");
/// await using var server = await RoomMcpServer.CreateAsync(room);
/// await server.RunAsync(new StdioServerTransport("support"));
/// </code></example>
public sealed class RoomMcpServer : IAsyncDisposable
{
    private readonly RoomMcpServerOptions _options;
    private readonly ToolCatalogue _catalogue;
    private readonly ToolCalls _calls;
    private readonly CancellationTokenSource _closed = new();
    private string? _rules;
    private bool _disposed;

    private RoomMcpServer(RoomClient room, RoomMcpServerOptions options)
    {
        Room = room;
        _options = options;
        _catalogue = new(room, Skip);
        _calls = new(room, _catalogue, options);
    }

    /// <summary>The room as the participant that is served sees it.</summary>
    public RoomClient Room { get; }

    /// <summary>Serves a room.</summary>
    /// <param name="room">The room as the participant sees it. It must stay joined for as long as it is served.</param>
    /// <param name="options">How it is served; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the looking at the room.</param>
    /// <returns>The server; it does nothing until a session is run.</returns>
    /// <exception cref="MeshException">The participant has left the room (<see cref="MeshErrorCode.Closed"/>).</exception>
    public static async ValueTask<RoomMcpServer> CreateAsync(
        RoomClient room, RoomMcpServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(room);
        var server = new RoomMcpServer(room, options ?? RoomMcpServerOptions.Default);
        try
        {
            server._rules = (await server._catalogue.GetAsync(cancellationToken).ConfigureAwait(false)).Rules;
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Serves one session until its transport ends, the token is cancelled, this server is disposed or the participant leaves.
    /// What its client has called and has not ended is cancelled then.
    /// </summary>
    /// <param name="transport">The session's transport, such as <c>new StdioServerTransport("support")</c>; disposed at the end.</param>
    /// <param name="cancellationToken">Ends the session. That is not an error: the method returns.</param>
    public async Task RunAsync(ITransport transport, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        await using var disposeTransport = transport.ConfigureAwait(false);
        var session = McpServer.Create(transport, CreateOptions());
        await using (session.ConfigureAwait(false))
        {
            var leaving = StopWhenLeftAsync(stop);
            await session.RunAsync(stop.Token).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            await leaving.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The options of one session, or of one request on a transport without sessions, for a host that makes the SDK's
    /// <see cref="McpServer"/> itself. Make new ones for each: a host may change what it is given.
    /// </summary>
    public McpServerOptions CreateOptions() => new()
    {
        ServerInfo = _options.ServerInfo ?? new Implementation { Name = Room.Name, Version = typeof(RoomClient).Assembly.GetName().Version!.ToString(3) },
        ServerInstructions = Instructions,
        Capabilities = new() { Tools = new() { ListChanged = true } },
        Handlers = new()
        {
            ListToolsHandler = _calls.ListAsync,
            CallToolHandler = _calls.CallAsync,
        },
    };

    private string? Instructions => _options.Instructions is { } own && _rules is { } rules ? $"{own}\n\n{rules}" : _options.Instructions ?? _rules;

    /// <summary>Ends every session. Calling it again does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _closed.CancelAsync().ConfigureAwait(false);
        await _catalogue.DisposeAsync().ConfigureAwait(false);
    }

    private void Skip(MeshError error) => _options.OnSkipped?.Invoke(error);

    private async Task StopWhenLeftAsync(CancellationTokenSource stop)
    {
        await ((Task)Room.Completion).WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync().ConfigureAwait(false);
    }
}
