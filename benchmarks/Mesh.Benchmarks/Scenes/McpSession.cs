using System.IO.Pipelines;
using System.Text.Json;
using Mesh.Benchmarks.Inputs;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Benchmarks.Scenes;

/// <summary>The SDK's client in a session with a server, over pipes in memory, of one revision of the protocol.</summary>
internal sealed class McpSession : IAsyncDisposable
{
    private const string Revision = "2025-11-25";
    private const string ToolName = "weather_forecast";
    private const int WarmUpCalls = 20_000;
    private const int CountedCalls = 20_000;

    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);
    private static readonly Dictionary<string, object?> Arguments =
        FigureInputs.CallArgumentsElement.EnumerateObject().ToDictionary(static each => each.Name, static each => (object?)each.Value);

    private readonly McpClient _client;
    private readonly Pipe _toServer;
    private readonly Task _running;
    private readonly IAsyncDisposable? _owned;

    private McpSession(McpClient client, Pipe toServer, Task running, IAsyncDisposable? owned)
    {
        _client = client;
        _toServer = toServer;
        _running = running;
        _owned = owned;
    }

    /// <summary>A room with the tool.</summary>
    public static async Task<McpSession> ServeForecastAsync()
    {
        var room = await McpRooms.OpenAsync().ConfigureAwait(false);
        return await ConnectAsync(transport => room.Server.RunAsync(transport), room).ConfigureAwait(false);
    }

    /// <summary>A room with 1,000 tools.</summary>
    public static async Task<McpSession> ServeManyAsync()
    {
        var room = await McpRooms.OpenManyAsync().ConfigureAwait(false);
        return await ConnectAsync(transport => room.Server.RunAsync(transport), room).ConfigureAwait(false);
    }

    /// <summary>Reads the arguments, does what the tool does, and writes the result as text and as structured content.</summary>
    public static ValueTask<CallToolResult> HandleForecast(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = request.Params!.Arguments!;
        var forecast = ForecastTool.Forecast(arguments["city"].GetString()!, arguments.TryGetValue("days", out var days) ? days.GetInt32() : 3);
        var json = JsonSerializer.SerializeToElement(forecast, Camel);
        return new(new CallToolResult { Content = [new TextContentBlock { Text = json.GetRawText() }], StructuredContent = json });
    }

    /// <summary>The peer: the SDK's own server with a handler that does the same.</summary>
    public static Task<McpSession> HandleForecastAsync() => ConnectAsync(transport => McpServer.Create(transport, new()
    {
        Handlers = new()
        {
            ListToolsHandler = static (_, _) => new(new ListToolsResult()),
            CallToolHandler = HandleForecast,
        },
    }).RunAsync());

    /// <summary>The peer: a handler that gives the tools that another server lists.</summary>
    public static async Task<McpSession> HandleListOfAsync(McpSession other)
    {
        var tools = (await other._client.ListToolsAsync().ConfigureAwait(false)).Select(static tool => tool.ProtocolTool).ToList();
        return await ConnectAsync(transport => McpServer.Create(transport, new()
        {
            Handlers = new() { ListToolsHandler = (_, _) => new(new ListToolsResult { Tools = tools }) },
        }).RunAsync()).ConfigureAwait(false);
    }

    public Task WarmUpAsync() => CallAsync(WarmUpCalls);

    public async Task CallAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            var result = await _client.CallToolAsync(ToolName, Arguments).ConfigureAwait(false);
            Sink.Take(result.IsError is true ? throw new InvalidOperationException("The call has failed.") : result.StructuredContent!.Value);
        }
    }

    public async Task ListAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            if ((await _client.ListToolsAsync(new ListToolsRequestParams()).ConfigureAwait(false)).Tools.Count != 1_000)
            {
                throw new InvalidOperationException("Not all tools are listed.");
            }
        }
    }

    /// <summary>What one call allocates, wherever: it passes several threads.</summary>
    public async Task<double> AllocatedAsync()
    {
        await WarmUpAsync().ConfigureAwait(false);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await CallAsync(CountedCalls).ConfigureAwait(false);
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / CountedCalls;
    }

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (_owned is not null)
        {
            await _owned.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<McpSession> ConnectAsync(Func<ITransport, Task> run, IAsyncDisposable? owned = null)
    {
        var (up, down) = (new Pipe(), new Pipe());
        var running = run(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()));
        var client = await McpClient.CreateAsync(
            new StreamClientTransport(up.Writer.AsStream(), down.Reader.AsStream()), new() { ProtocolVersion = Revision }).ConfigureAwait(false);
        return new(client, up, running, owned);
    }
}
