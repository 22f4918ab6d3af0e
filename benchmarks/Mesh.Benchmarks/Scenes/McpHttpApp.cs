using System.Net;
using System.Text;
using System.Text.Json;
using Mesh.Benchmarks.Inputs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Benchmarks.Scenes;

/// <summary>An application on a local port that serves the forecast in three ways: as a tool of a room, by a handler on the SDK's transport, by a minimal API.</summary>
internal sealed class McpHttpApp : IAsyncDisposable
{
    public const int WarmUpCalls = 20_000;
    public const string Room = "/mcp/figures";
    public const string Handler = "/handler";

    private const string Api = "/api";
    private const string Revision = "2026-07-28";

    private static readonly byte[] ArgumentBytes = Encoding.UTF8.GetBytes(FigureInputs.CallArgumentsElement.GetRawText());
    private static readonly byte[] CallBytes = Encoding.UTF8.GetBytes(
        $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"weather_forecast","arguments":{{{FigureInputs.CallArgumentsElement.GetRawText()}}},"_meta":{"io.modelcontextprotocol/protocolVersion":"{{{Revision}}}","io.modelcontextprotocol/clientCapabilities":{} } } }""");

    private readonly WebApplication _app;
    private readonly HttpClient _http;
    private int _ran;

    private McpHttpApp(WebApplication app)
    {
        _app = app;
        _http = new() { BaseAddress = new Uri(app.Urls.First()) };
    }

    private Uri Flooded => new(_app.Urls.Last());

    public static async Task<McpHttpApp> StartAsync(TimeSpan? participantIdleTimeout = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);

            // For calls without number: they share connections.
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1_000;
        });
        McpHttpApp? self = null;
        builder.Services.AddMesh().AddRoom("figures").AllowAnonymous(Grants.UserDefault).AddToolkit(Toolkit.Create(
            "weather",
            Tool.Create("forecast", ForecastTool.Forecast),
            Tool.Create("slow", async (CallContext call) =>
            {
                Interlocked.Increment(ref self!._ran);
                await Task.Delay(TimeSpan.FromMilliseconds(50), call.CancellationToken).ConfigureAwait(false);
            })));
        var app = builder.Build();
        app.MapMeshMcp("/mcp/{room}", new()
        {
            MaxSessions = 100_000,
            ParticipantIdleTimeout = participantIdleTimeout ?? TimeSpan.FromSeconds(60),
        });
        app.MapPost(Handler, HandleAsync);
        app.MapPost(Api, (ForecastArguments arguments) => ForecastTool.Forecast(arguments.City, arguments.Days));
        await app.StartAsync().ConfigureAwait(false);
        return self = new(app);
    }

    public Task<McpHttpClient> ConnectAsync(string path) => McpHttpClient.ConnectAsync(new Uri(_http.BaseAddress!, path), Revision);

    /// <summary>Sends the call as it stands.</summary>
    public Task PostAsync(int times) => PostAsync(times, () => NewCall("weather_forecast", CallBytes));

    /// <summary>Sends the arguments alone to the minimal API.</summary>
    public Task PostToApiAsync(int times) => PostAsync(times, static () => new(HttpMethod.Post, Api) { Content = Json(ArgumentBytes) });

    /// <summary>Sends as many calls as it is told at once.</summary>
    public async Task<(int Ran, int Refused, int Counted)> FloodAsync(int calls)
    {
        using var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        using var http = new HttpClient(handler)
        {
            BaseAddress = Flooded,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromMinutes(5),
        };
        byte[] call = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(CallBytes).Replace("weather_forecast", "weather_slow", StringComparison.Ordinal)
            .Replace(FigureInputs.CallArgumentsElement.GetRawText(), "{}", StringComparison.Ordinal));
        var ended = await Task.WhenAll(Enumerable.Range(0, calls).Select(async _ =>
        {
            using var request = NewCall("weather_slow", call);
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            using var response = await http.SendAsync(request).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK && text.Contains("\"result\"", StringComparison.Ordinal) && !text.Contains("\"isError\":true", StringComparison.Ordinal) ? 1
                : response.StatusCode == HttpStatusCode.TooManyRequests && response.Headers.RetryAfter?.Delta > TimeSpan.Zero ? -1
                : throw new InvalidOperationException($"A call has ended with {response.StatusCode}: {text}");
        })).ConfigureAwait(false);
        return (ended.Count(static each => each > 0), ended.Count(static each => each < 0), _ran);
    }

    /// <summary>Begins sessions, does nothing more with them, and waits until they are evicted with their participant.</summary>
    public async Task AbandonAsync(int sessions)
    {
        byte[] initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"figures","version":"1"}}}"""u8.ToArray();
        for (int i = 0; i < sessions; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Room) { Content = Json(initialize) };
            request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
            using var response = await _http.SendAsync(request).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode || !response.Headers.Contains("Mcp-Session-Id"))
            {
                throw new InvalidOperationException($"A session was not begun: {response.StatusCode}.");
            }
        }

        // The room's keeper is left.
        var host = _app.Services.GetRequiredService<MeshHost>();
        while (host.GetRoom("figures").ParticipantCount > 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The peer: the least that it takes to have a handler on the SDK's transport.</summary>
    private static async Task HandleAsync(HttpContext context)
    {
        var type = (System.Text.Json.Serialization.Metadata.JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));
        var message = (await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false))!;
        message.Context = new() { ProtocolVersion = context.Request.Headers["MCP-Protocol-Version"] };
        var transport = new StreamableHttpServerTransport { Stateless = true };
        await using (transport.ConfigureAwait(false))
        {
            var server = McpServer.Create(transport, new()
            {
                Handlers = new()
                {
                    ListToolsHandler = static (_, _) => new(new ListToolsResult()),
                    CallToolHandler = McpSession.HandleForecast,
                },
            });
            await using (server.ConfigureAwait(false))
            {
                var running = server.RunAsync(context.RequestAborted);
                context.Response.ContentType = "text/event-stream";
                if (!await transport.HandlePostRequestAsync(message, context.Response.Body, context.RequestAborted).ConfigureAwait(false))
                {
                    context.Response.ContentType = null;
                    context.Response.StatusCode = StatusCodes.Status202Accepted;
                }

                await transport.DisposeAsync().ConfigureAwait(false);
                await running.ConfigureAwait(false);
            }
        }
    }

    private async Task PostAsync(int times, Func<HttpRequestMessage> make)
    {
        for (int i = 0; i < times; i++)
        {
            using var request = make();
            using var response = await _http.SendAsync(request).ConfigureAwait(false);
            byte[] answer = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            if (answer.Length == 0)
            {
                throw new InvalidOperationException("There is no answer.");
            }
        }
    }

    private static HttpRequestMessage NewCall(string tool, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Room) { Content = Json(body) };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("MCP-Protocol-Version", Revision);
        request.Headers.TryAddWithoutValidation("Mcp-Method", "tools/call");
        request.Headers.TryAddWithoutValidation("Mcp-Name", tool);
        return request;
    }

    private static ByteArrayContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return content;
    }
}
