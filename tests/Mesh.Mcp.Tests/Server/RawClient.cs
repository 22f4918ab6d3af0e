using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol.Server;

namespace Mesh.Mcp.Tests.Server;

/// <summary>A client that says exactly what a test wants it to, line by line.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Pipe _up = new();
    private readonly Pipe _down = new();
    private readonly StreamReader _lines;
    private readonly Task _session;
    private int _id;

    private readonly bool _isOlder;

    public RawClient(RoomMcpServer server, string revision = RoomMcpServerTests.Newer)
    {
        _isOlder = revision == RoomMcpServerTests.Older;
        _session = server.RunAsync(new StreamServerTransport(_up.Reader.AsStream(), _down.Writer.AsStream()));
        _lines = new StreamReader(_down.Reader.AsStream(), Encoding.UTF8);
    }

    /// <summary>What it can do, as it says with each request.</summary>
    public JsonObject Capabilities { get; init; } = new() { ["elicitation"] = new JsonObject { ["form"] = new JsonObject() } };

    /// <summary>The level of log messages that it asks for with each request; null for none.</summary>
    public string? LogLevel { get; init; }

    /// <summary>A client of a revision, after the handshake if it has one.</summary>
    public static async Task<RawClient> ConnectAsync(RoomMcpServer server, string revision)
    {
        var client = new RawClient(server, revision);
        if (client._isOlder)
        {
            await client.AskAsync("initialize", new()
            {
                ["protocolVersion"] = revision,
                ["capabilities"] = client.Capabilities.DeepClone(),
                ["clientInfo"] = new JsonObject { ["name"] = "raw", ["version"] = "1" },
            });
            await client.SendLineAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        }

        return client;
    }

    public async Task SendLineAsync(string line) => await _up.Writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Sends a request and returns its id.</summary>
    public async Task<int> SendAsync(string method, JsonObject parameters)
    {
        if (!_isOlder)
        {
            AddMeta(parameters);
        }

        int id = ++_id;
        await SendLineAsync(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString());
        return id;
    }

    private void AddMeta(JsonObject parameters)
    {
        var meta = parameters["_meta"] as JsonObject ?? [];
        meta["io.modelcontextprotocol/protocolVersion"] = RoomMcpServerTests.Newer;
        meta["io.modelcontextprotocol/clientCapabilities"] = Capabilities.DeepClone();
        if (LogLevel is not null)
        {
            meta["io.modelcontextprotocol/logLevel"] = LogLevel;
        }

        parameters["_meta"] = meta.Parent is null ? meta : meta.DeepClone();
    }

    /// <summary>The next message of the server.</summary>
    public async Task<JsonElement> ReadAsync() => JsonElement.Parse((await _lines.ReadLineAsync().InTime())!);

    /// <summary>The answer to a request; notifications before it are passed over.</summary>
    public async Task<JsonElement> AskAsync(string method, JsonObject parameters)
    {
        int id = await SendAsync(method, parameters);
        while (true)
        {
            var message = await ReadAsync();
            if (message.TryGetProperty("id", out var answered) && answered.ValueKind == JsonValueKind.Number && answered.GetInt32() == id)
            {
                return message;
            }
        }
    }

    /// <summary>Calls a tool, or goes on with a call.</summary>
    public Task<JsonElement> CallAsync(string tool, object arguments, string? state = null, object? responses = null)
    {
        var parameters = new JsonObject { ["name"] = tool, ["arguments"] = JsonSerializer.SerializeToNode(arguments) };
        if (state is not null)
        {
            parameters["requestState"] = state;
            parameters["inputResponses"] = JsonSerializer.SerializeToNode(responses ?? new { });
        }

        return AskAsync("tools/call", parameters);
    }

    public async ValueTask DisposeAsync()
    {
        await _up.Writer.CompleteAsync();
        await _session.InTime();
        _lines.Dispose();
    }
}
