using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Mesh.AspNetCore;
using Mesh.Contracts;
using Mesh.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore.Tests;

/// <summary>An application that serves its rooms over HTTP, in memory; callers are who the header <c>X-User</c> says.</summary>
public abstract class McpHttpTests : IAsyncDisposable
{
    public const string Older = "2025-11-25";
    public const string Newer = "2026-07-28";

    private readonly ConcurrentStack<IAsyncDisposable> _owned = [];
    private readonly Lock _gate = new();
    private Signal _atRest = new();
    private int _requests;

    /// <summary>Both eras of the protocol: with sessions, and without.</summary>
    public static TheoryData<string> Revisions => [Older, Newer];

    /// <summary>Whether the application listens on a port of this machine, where the connection itself matters.</summary>
    protected virtual bool IsOnLoopback => false;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected ManualTimeProvider Clock { get; } = new();

    protected WebApplication App { get; private set; } = null!;

    protected MeshHost Host => App.Services.GetRequiredService<MeshHost>();

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _owned)
        {
            await each.DisposeAsync().InTime();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Starts an application whose room <c>den</c> is open and has the tools given, as the toolkit <c>kit</c>.</summary>
    protected async Task StartAsync(MeshMcpOptions? options = null, Action<MeshBuilder>? configure = null, params Tool[] tools)
    {
        var builder = WebApplication.CreateSlimBuilder();
        if (IsOnLoopback)
        {
            // Who does not read is not waited for.
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 1_000_000, gracePeriod: TimeSpan.FromSeconds(1.5));
            });
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Clock);
        var mesh = builder.Services.AddMesh(mesh => mesh with { DrainTimeout = TimeSpan.Zero }).AddRoom("den");
        mesh.AddService(new RoomService(Toolkit.Create("kit", [Tool.Create("echo", (string text) => text), .. tools])) { Grants = Grants.AgentDefault });
        configure?.Invoke(mesh);
        App = Own(builder.Build());
        App.Use(CountAsync);
        App.Use((context, next) =>
        {
            if (context.Request.Headers["X-User"].ToString() is { Length: > 0 } user)
            {
                context.User = new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, user)], "test"));
            }

            return next(context);
        });
        App.MapMeshMcp("/mcp/{room}", options);
        await App.StartAsync(Stop).InTime();
    }

    protected T Own<T>(T thing)
        where T : IAsyncDisposable
    {
        _owned.Push(thing);
        return thing;
    }

    protected HttpClient NewHttp(string? user = "ada")
    {
        var http = App.GetTestServer().CreateClient();
        if (user is not null)
        {
            http.DefaultRequestHeaders.Add("X-User", user);
        }

        return http;
    }

    protected async Task<McpClient> ConnectAsync(string revision, string user = "ada", McpClientOptions? options = null, string room = "den")
    {
        options ??= new();
        options.ProtocolVersion = revision;
        var transport = new HttpClientTransport(
            new() { Endpoint = new Uri($"http://localhost/mcp/{room}"), TransportMode = HttpTransportMode.StreamableHttp }, NewHttp(user), ownsHttpClient: true);
        return Own(await McpClient.CreateAsync(transport, options, cancellationToken: Stop).InTime());
    }

    protected static async Task<IReadOnlyList<string>> NamesAsync(McpClient client) =>
        [.. (await client.ListToolsAsync(cancellationToken: Stop).InTime()).Select(tool => tool.Name).Order(StringComparer.Ordinal)];

    protected static async Task<CallToolResult> CallAsync(McpClient client, string tool, object? arguments = null)
    {
        var json = JsonSerializer.SerializeToElement(arguments ?? new { });
        return await client.CallToolAsync(tool, json.EnumerateObject().ToDictionary(each => each.Name, each => (object?)each.Value), cancellationToken: Stop).InTime();
    }

    protected static string TextOf(CallToolResult result) =>
        string.Join('\n', result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    /// <summary>Sends bytes as a client would, with headers changed: null removes one.</summary>
    protected static HttpRequestMessage Post(string body, string room = "den", params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://localhost/mcp/{room}") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    /// <summary>A request of revision 2026-07-28, with all that it has to say of itself.</summary>
    protected static HttpRequestMessage PostNewer(
        string method, string? name = null, string parameters = "", string capabilities = "{}", string room = "den", string meta = "", params (string Name, string? Value)[] headers)
    {
        string all = $$"""
            "_meta":{ {{meta}} "io.modelcontextprotocol/protocolVersion":"{{Newer}}","io.modelcontextprotocol/clientCapabilities":{{capabilities}} }
            """;
        string body = $$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{ {{(parameters.Length > 0 ? parameters + "," : "")}} {{all}} } }""";
        return Post(body, room, [("MCP-Protocol-Version", Newer), ("Mcp-Method", method), ("Mcp-Name", name), .. headers]);
    }

    protected static string Initialize { get; } = $$"""
        {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"{{Older}}","capabilities":{},"clientInfo":{"name":"test","version":"1"} } }
        """;

    /// <summary>Asks the person twice, and answers with both answers.</summary>
    protected static Tool Book => Tool.Create("book", async (CallContext call) =>
    {
        var answers = new List<string>();
        foreach (string what in (string[])["city", "day"])
        {
            var answer = await call.Room.Toolkits.InvokeAsync<JsonElement>("user/ask_user", new
            {
                message = $"Which {what}?",
                form = JsonElement.Parse($$$"""{"type":"object","properties":{"{{{what}}}":{"type":"string"}},"required":["{{{what}}}"]}"""),
            });
            answers.Add(answer.ToString());
        }

        return string.Join(' ', answers);
    });

    /// <summary>Reports twenty steps, and answers <c>done</c>.</summary>
    protected static Tool Steps => Tool.Create("steps", async (CallContext call) =>
    {
        for (int i = 1; i <= 20; i++)
        {
            await call.ReportProgressAsync(i, 20);
        }

        return "done";
    });

    /// <summary>Begins a session, and gives its id.</summary>
    protected static async Task<string> BeginAsync(HttpClient http, string room = "den")
    {
        using var response = await http.SendAsync(Post(Initialize, room), Stop).InTime();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return Assert.Single(response.Headers.GetValues("Mcp-Session-Id"));
    }

    /// <summary>Sends a request, and gives the status and the one message that comes back.</summary>
    protected static async Task<(int Status, JsonElement Answer)> SendAsync(HttpClient http, HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request, Stop).InTime();
        string text = await response.Content.ReadAsStringAsync(Stop).InTime();
        string json = response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? text.Split('\n').Last(line => line.StartsWith("data:", StringComparison.Ordinal))[5..]
            : text;
        return ((int)response.StatusCode, json.Length == 0 ? default : JsonElement.Parse(json));
    }

    protected static int CodeOf(JsonElement answer) => answer.GetProperty("error").GetProperty("code").GetInt32();

    protected static string MeshCodeOf(JsonElement answer) => answer.GetProperty("error").GetProperty("data").GetProperty("code").GetString()!;

    protected static HttpRequestMessage List(string session) =>
        Post("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}""", headers: [("Mcp-Session-Id", session), ("MCP-Protocol-Version", Older)]);

    /// <summary>
    /// Waits until no request is running. A client that reads a stream has its answer before the request is over, and its
    /// participant and session are idle only from then on.
    /// </summary>
    protected Task RestAsync()
    {
        lock (_gate)
        {
            return _requests == 0 ? Task.CompletedTask : _atRest.InTime();
        }
    }

    /// <summary>Joins somebody who sees who comes and goes.</summary>
    protected async Task<RoomClient> WatchAsync() => Own(await Host.JoinAsync("den", "watcher", cancellationToken: Stop).InTime());

    /// <summary>Who is in the room besides the application's own.</summary>
    protected static async Task<IReadOnlyList<string>> PresentAsync(RoomClient watcher) =>
        [.. (await watcher.Participants.ListAsync(Stop).InTime()).Select(each => each.Name).Where(name => name is not ("host" or "kit" or "watcher")).Order(StringComparer.Ordinal)];

    /// <summary>Waits until a participant has left since the watcher joined.</summary>
    protected static Task LeftAsync(RoomClient watcher, string participant) => watcher.Events.ReadAsync(EventPosition.SinceJoin, Stop)
        .TakeUntilAsync(e => e.Kind == RoomEventKinds.ParticipantLeft && e.Participant?.Name == participant);

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        lock (_gate)
        {
            _requests++;
        }

        try
        {
            await next(context);
        }
        finally
        {
            lock (_gate)
            {
                if (--_requests == 0)
                {
                    _atRest.Set();
                    _atRest = new();
                }
            }
        }
    }
}
