using System.IO.Pipelines;
using System.Text.Json;
using Mesh.Mcp;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using McpTool = ModelContextProtocol.Protocol.Tool;

namespace Mesh.Benchmarks.Scenes;

/// <summary>
/// Two MCP servers of the SDK's with a low-level handler, each over pipes in memory: the tool of one is called from a room,
/// that of the other by the SDK's client.
/// </summary>
internal sealed class ImportedServer : IAsyncDisposable
{
    /// <summary>Eras differ a lot in what a call costs: both sides speak this one.</summary>
    private const string Revision = "2025-11-25";

    private const int WarmUpCalls = 20_000;

    private static readonly JsonElement Arguments = JsonElement.Parse("""{"city":"Oslo","days":3}""");
    private static readonly Dictionary<string, object?> PeerArguments = new() { ["city"] = "Oslo", ["days"] = 3 };

    private readonly MeshHost _host = new();
    private readonly List<McpServer> _servers = [];
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private McpToolkit? _toolkit;
    private McpClient? _client;
    private RoomClient? _room;

    public static async Task<ImportedServer> OpenAsync()
    {
        var scene = new ImportedServer();
        var (toServer, fromServer) = scene.Serve();
        scene._toolkit = await McpToolkit.ConnectAsync("weather", McpTransport.Streams(toServer, fromServer), new() { ProtocolVersion = Revision }).ConfigureAwait(false);
        await scene._toolkit.RegisterAsync(await scene._host.JoinAsync("figures", "bridge", Grants.Full).ConfigureAwait(false)).ConfigureAwait(false);
        scene._room = await scene._host.JoinAsync("figures", "caller", Grants.AgentDefault).ConfigureAwait(false);
        (toServer, fromServer) = scene.Serve();
        scene._client = await McpClient.CreateAsync(new StreamClientTransport(toServer, fromServer), new() { ProtocolVersion = Revision }).ConfigureAwait(false);
        await scene.CallAsync(WarmUpCalls).ConfigureAwait(false);
        await scene.CallPeerAsync(WarmUpCalls).ConfigureAwait(false);
        return scene;
    }

    /// <summary>Calls the tool from the room.</summary>
    public async Task CallAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await _room!.Toolkits.InvokeAsync("weather/forecast", Arguments).ConfigureAwait(false);
        }
    }

    /// <summary>Calls it with the SDK's client.</summary>
    public async Task CallPeerAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await _client!.CallToolAsync("forecast", PeerArguments).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        await _toolkit!.DisposeAsync().ConfigureAwait(false);
        await _client!.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var server in _servers)
        {
            await server.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private (Stream ToServer, Stream FromServer) Serve()
    {
        var (up, down) = (new Pipe(), new Pipe());
        var answer = new CallToolResult { Content = [new TextContentBlock { Text = "sun" }] };
        var server = McpServer.Create(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()), new()
        {
            ServerInfo = new() { Name = "weather", Version = "1" },
            Capabilities = new() { Tools = new() },
            Handlers = new()
            {
                ListToolsHandler = static (_, _) => new(new ListToolsResult
                {
                    Tools =
                    [
                        new McpTool
                        {
                            Name = "forecast",
                            InputSchema = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}"""),
                        },
                    ],
                }),
                CallToolHandler = (_, _) => new(answer),
            },
        });
        _servers.Add(server);
        _running.Add(Task.Run(() => server.RunAsync(_stop.Token)));
        return (up.Writer.AsStream(), down.Reader.AsStream());
    }
}
