using System.Globalization;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

// An MCP server over stdio for tests that need a process of its own: one that can be killed, and that writes to its standard error.
if (args is ["fail", ..])
{
    await Console.Error.WriteLineAsync("no configuration");
    return 7;
}

string[] names = ["echo", "pid", "hold", "exit", "stderr", "big", "noise"];
using var output = Console.OpenStandardOutput();
var options = new McpServerOptions
{
    ServerInfo = new() { Name = "test-process", Version = "1" },
    Capabilities = new() { Tools = new() },
    Handlers = new()
    {
        ListToolsHandler = (_, _) => new(new ListToolsResult
        {
            Tools = [.. names.Select(name => new Tool { Name = name, InputSchema = JsonElement.Parse("""{"type":"object"}"""), Annotations = new() { ReadOnlyHint = name == "pid" } })],
        }),
        CallToolHandler = async (request, cancellationToken) => Text(await RunAsync(request.Server, request, cancellationToken)),
    },
};
await using var process = McpServer.Create(new StdioServerTransport("test-process"), options);
await process.RunAsync();
return 0;

async Task<string> RunAsync(McpServer server, RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
{
    switch (request.Params!.Name)
    {
        case "pid":
            return Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        case "hold":
            await server.NotifyProgressAsync(request.Params.ProgressToken!.Value, new() { Progress = 1, Total = 2, Message = "held" }, cancellationToken: cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return "";
        case "exit":
            await Console.Error.WriteLineAsync("going down: secret-canary");
            Environment.Exit(3);
            return "";
        case "stderr":
            for (int i = 0; i < 20_000; i++)
            {
                await Console.Error.WriteLineAsync($"line {i} {new string('x', 100)}");
            }

            return "written";
        case "big":
            return new string('b', request.Params.Arguments!["bytes"].GetInt32());
        case "noise":
            await output.WriteAsync("this is no message\n"u8.ToArray(), cancellationToken);
            return "made";
        default:
            return JsonSerializer.Serialize(request.Params.Arguments);
    }
}

static CallToolResult Text(string text) => new() { Content = [new TextContentBlock { Text = text }] };
