using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using McpTool = ModelContextProtocol.Protocol.Tool;

namespace Mesh.Mcp.Tests.Client;

/// <summary>
/// An MCP server of the SDK's, with low-level handlers, at the other end of pipes. It may be connected to again and again:
/// each time there is a new session over new pipes.
/// </summary>
internal sealed class TestServer : IClientTransport, IAsyncDisposable
{
    private readonly List<Session> _sessions = [];
    private readonly ConcurrentDictionary<RequestId, McpServer> _listeners = new();

    public string Name => "test";

    /// <summary>The tools as they are listed now, each as JSON.</summary>
    public List<McpTool> Tools { get; set; } = [];

    /// <summary>Serves the calls.</summary>
    public Func<RequestContext<CallToolRequestParams>, CancellationToken, ValueTask<CallToolResult>> OnCall { get; set; } =
        static (request, _) => new(Text($"{request.Params!.Name} {JsonSerializer.Serialize(request.Params.Arguments)}"));

    /// <summary>The last word on the options of a session.</summary>
    public Action<McpServerOptions> Configure { get; set; } = static _ => { };

    /// <summary>Whether the SDK's own transport is used, instead of Mesh's.</summary>
    public bool UsesSdkTransport { get; set; }

    /// <summary>Whether connecting fails.</summary>
    public bool IsDown { get; set; }

    public int Connections => _sessions.Count;

    public int Listings { get; private set; }

    public McpServer Server => _sessions[^1].Server;

    public static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };

    public static McpTool Tool(string name, string input = """{"type":"object"}""", string? output = null) => new()
    {
        Name = name,
        InputSchema = JsonElement.Parse(input),
        OutputSchema = output is null ? null : JsonElement.Parse(output),
    };

    /// <summary>A transport of Mesh's to this server, for one connection.</summary>
    public IClientTransport Streams()
    {
        var (toServer, fromServer) = Open();
        return McpTransport.Streams(toServer, fromServer);
    }

    public async Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default)
    {
        if (IsDown)
        {
            throw new IOException("The server is down.");
        }

        var (toServer, fromServer) = Open();
        return await new StreamClientTransport(toServer, fromServer).ConnectAsync(cancellationToken);
    }

    /// <summary>Tells the client that the tools have changed: as a notification, or on its open subscriptions.</summary>
    public async Task AnnounceChangeAsync()
    {
        if (_listeners.IsEmpty)
        {
            await Server.SendNotificationAsync(NotificationMethods.ToolListChangedNotification);
        }

        foreach (var (id, server) in _listeners)
        {
            await server.SendMessageAsync(new JsonRpcNotification
            {
                Method = NotificationMethods.ToolListChangedNotification,
                Params = new JsonObject { ["_meta"] = Subscription(id) },
            });
        }
    }

    /// <summary>Ends the session as a crash would: both pipes break.</summary>
    public Task CrashAsync() => _sessions[^1].DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }
    }

    /// <summary>New pipes with a new session at their other end.</summary>
    public (Stream ToServer, Stream FromServer) Open()
    {
        var (up, down) = (new Pipe(), new Pipe());
        var options = new McpServerOptions
        {
            ServerInfo = new() { Name = "test-server", Version = "1.2", Title = "Test server" },
            ServerInstructions = "Be careful.",
            Capabilities = new() { Tools = new() { ListChanged = true } },
            Handlers = new()
            {
                ListToolsHandler = (_, _) =>
                {
                    Listings++;
                    return new(new ListToolsResult { Tools = [.. Tools] });
                },
                CallToolHandler = (request, token) => OnCall(request, token),
                SubscriptionsListenHandler = ListenAsync,
            },
        };
        Configure(options);
        var server = McpServer.Create(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()), options);
        _sessions.Add(new(server, up, down));
        return (up.Writer.AsStream(), down.Reader.AsStream());
    }

    private static JsonObject Subscription(RequestId id) => new() { [MetaKeys.SubscriptionId] = id.Id is long number ? number : id.ToString() };

    private async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        var id = request.JsonRpcRequest.Id;
        await request.Server.SendMessageAsync(
            new JsonRpcNotification
            {
                Method = NotificationMethods.SubscriptionsAcknowledgedNotification,
                Params = new JsonObject { ["_meta"] = Subscription(id), ["notifications"] = new JsonObject { ["toolsListChanged"] = true } },
            },
            cancellationToken);
        _listeners[id] = request.Server;
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        finally
        {
            _listeners.TryRemove(id, out _);
        }

        return new();
    }

    private sealed class Session : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private readonly Pipe _up;
        private readonly Pipe _down;

        public Session(McpServer server, Pipe up, Pipe down)
        {
            (Server, _up, _down) = (server, up, down);
            _running = Task.Run(() => server.RunAsync(_stop.Token));
        }

        public McpServer Server { get; }

        public async ValueTask DisposeAsync()
        {
            await _down.Writer.CompleteAsync();
            await _up.Reader.CompleteAsync();
            await _stop.CancelAsync();
            try
            {
                await _running;
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
            {
                // It was broken off, as it is meant to be.
            }
        }
    }
}
