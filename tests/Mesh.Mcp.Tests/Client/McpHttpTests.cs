using Mesh.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client;

public sealed class McpHttpTests : ToolkitFixture
{
    private readonly HttpTestServer _http;
    private readonly List<ModelContextProtocol.Protocol.Tool> _tools = [TestServer.Tool("go")];
    private Func<ModelContextProtocol.Server.RequestContext<CallToolRequestParams>, CancellationToken, ValueTask<CallToolResult>> _onCall =
        static (request, _) => new(TestServer.Text($"{request.Params!.Name} done"));

    public McpHttpTests() => _http = Own(new HttpTestServer(() => new()
    {
        ServerInfo = new() { Name = "web", Version = "1" },
        Capabilities = new() { Tools = new() },
        Handlers = new()
        {
            ListToolsHandler = (_, _) => new(new ListToolsResult { Tools = [.. _tools] }),
            CallToolHandler = (request, token) => _onCall(request, token),
        },
    }));

    [Fact]
    public async Task Tools_are_called_over_http_with_progress_and_the_hosts_headers()
    {
        var ada = await ConnectAsync();
        _onCall = async (request, token) =>
        {
            for (int i = 1; i <= 5; i++)
            {
                await request.Server.NotifyProgressAsync(request.Params!.ProgressToken!.Value, new() { Progress = i }, cancellationToken: token);
            }

            return TestServer.Text("done");
        };
        var frames = await FramesAsync(ada, "web/go");
        Assert.Equal([1, 2, 3, 4, 5], frames.OfType<ProgressFrame>().Select(each => each.Value));
        Assert.Equal("done", Assert.IsType<ResultFrame>(frames[^1]).Response.ToString());
        Assert.All(_http.Tokens, token => Assert.Equal("Bearer ours", token));
    }

    [Fact]
    public async Task Cancelling_a_call_cancels_it_at_the_server()
    {
        var ada = await ConnectAsync();
        var (started, cancelled) = (new Signal(), new Signal());
        _onCall = async (_, token) =>
        {
            await using var registration = token.Register(cancelled.Set);
            started.Set();
            await cancelled.WaitAsync(CancellationToken.None);
            return TestServer.Text("too late");
        };
        using var cancel = new CancellationTokenSource();
        var call = ada.Toolkits.TryInvokeAsync("web/go", default(JsonPayload), cancellationToken: cancel.Token);
        await started.InTime();
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await cancelled.InTime();
    }

    [Fact]
    public async Task An_answer_that_is_too_large_fails_its_call_and_no_other()
    {
        var ada = await ConnectAsync(options => options with { MaxMessageBytes = 50_000 });
        _onCall = static (_, _) => new(TestServer.Text(new string('x', 100_000)));
        Assert.Equal(MeshErrorCode.TooLarge, (await FailAsync(ada, "web/go")).Code);
        _onCall = static (_, _) => new(TestServer.Text("fine"));
        Assert.Equal("fine", await TextAsync(ada, "web/go"));
        Assert.Equal(1, _http.Sessions);
    }

    [Fact]
    public async Task A_hundred_megabytes_are_given_up_at_the_limit()
    {
        var ada = await ConnectAsync();
        _onCall = static (_, _) => new(TestServer.Text(new string('x', 100_000_000)));
        Assert.Equal(MeshErrorCode.TooLarge, (await FailAsync(ada, "web/go")).Code);
        _onCall = static (_, _) => new(TestServer.Text("fine"));
        Assert.Equal("fine", await TextAsync(ada, "web/go"));
    }

    [Fact]
    public async Task A_list_that_is_too_large_is_reported_at_once()
    {
        _tools[0].Description = new string('x', 300_000);
        var exception = await Assert.ThrowsAsync<MeshException>(() => ConnectAsync(options => options with { MaxMessageBytes = 100_000 }));
        Assert.Equal((MeshErrorCode.TooLarge, "MCP server 'web' answered with more than 100000 bytes."), (exception.Code, exception.Error.Message));
    }

    [Fact]
    public async Task A_flood_of_notifications_is_counted_and_holds_nothing_up()
    {
        var ada = await ConnectAsync();
        _onCall = static async (request, token) =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                await request.Server.SendMessageAsync(
                    new JsonRpcNotification { Method = "notifications/message", Params = new System.Text.Json.Nodes.JsonObject { ["level"] = "info", ["data"] = i } }, token);
            }

            return TestServer.Text("done");
        };
        Assert.Equal("done", await TextAsync(ada, "web/go"));
        Assert.Equal(10_000, Toolkit.DroppedMessages);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_not_waited_for_longer_than_allowed()
    {
        _http.IsSilent = true;
        var connecting = ConnectAsync();
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(30)).InTime();
        await UntilAsync(() => _http.Tokens.Count > 0);
        Clock.Advance(TimeSpan.FromSeconds(31));
        var exception = await Assert.ThrowsAsync<MeshException>(() => connecting.InTime());
        Assert.Equal((MeshErrorCode.Unavailable, "MCP server 'web' did not answer within 30 s."), (exception.Code, exception.Error.Message));
    }

    [Fact]
    public async Task A_call_that_is_never_answered_ends_at_its_deadline_and_so_does_leaving()
    {
        var ada = await ConnectAsync(options => options with { Reconnect = null });
        _http.IsSilent = true;
        int before = _http.Tokens.Count;
        var call = ada.Toolkits.TryInvokeAsync("web/go", default(JsonPayload), new CallOptions { Timeout = TimeSpan.FromSeconds(5) }, null, Stop);
        await UntilAsync(() => _http.Tokens.Count > before);
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(MeshErrorCode.DeadlineExceeded, (await call.InTime()).Error?.Code);

        // The notice of the cancellation, and the end of the session, are not answered either.
        var leaving = Toolkit.DisposeAsync().AsTask();
        while (!leaving.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await leaving;
    }

    [Fact]
    public async Task A_session_that_the_server_has_forgotten_is_made_anew()
    {
        var ada = await ConnectAsync();
        Assert.Equal("go done", await TextAsync(ada, "web/go"));
        _http.Forget();
        var error = await FailAsync(ada, "web/go");
        Assert.True(error.Code == MeshErrorCode.Unavailable || error.Code == MeshErrorCode.ProviderLost, $"{error.Code}");
        await StatusAsync(status => status.State == McpToolkitState.Reconnecting);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(1)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => Toolkit.Status.State == McpToolkitState.Connected);
        Assert.Equal("go done", await TextAsync(ada, "web/go"));
        Assert.Equal(2, _http.Sessions);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var other = new HttpTestServer(static () => new());
        _http.RedirectsTo = other.Endpoint.AbsoluteUri;
        var exception = await Assert.ThrowsAsync<MeshException>(() => ConnectAsync());
        Assert.Equal(MeshErrorCode.Unavailable, exception.Code);
        Assert.Contains("307", exception.Message, StringComparison.Ordinal);
        Assert.Empty(other.Tokens);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_reported()
    {
        await _http.DisposeAsync();
        Assert.Equal(MeshErrorCode.Unavailable, (await Assert.ThrowsAsync<MeshException>(() => ConnectAsync())).Code);
    }

    private async Task<RoomClient> ConnectAsync(Func<McpToolkitOptions, McpToolkitOptions>? change = null)
    {
        var transport = McpTransport.Http(new HttpClientTransportOptions
        {
            Endpoint = _http.Endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer ours" },
        });
        var options = Options(Older);
        Connect(await McpToolkit.ConnectAsync("web", transport, change?.Invoke(options) ?? options, Stop).InTime());
        await Toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full), null, Stop).InTime();
        return await JoinAsync("ada");
    }
}
