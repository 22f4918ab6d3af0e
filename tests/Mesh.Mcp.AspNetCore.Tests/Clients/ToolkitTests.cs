using System.Collections.Concurrent;
using System.Text.Json;
using Mesh.Contracts;
using Microsoft.AspNetCore.Builder;
using ModelContextProtocol.Client;

namespace Mesh.Mcp.AspNetCore.Tests.Clients;

/// <summary>A room over HTTP as a toolkit in another room, on a real port, in both eras of the protocol.</summary>
public sealed class ToolkitTests : McpHttpTests
{
    private readonly ManualTimeProvider _nearClock = new();
    private readonly ConcurrentQueue<McpToolkitStatus> _statuses = new();
    private MeshHost? _near;
    private McpToolkit _toolkit = null!;
    private McpToolkitRegistration _registration = null!;

    protected override bool IsOnLoopback => true;

    [Theory, MemberData(nameof(Revisions))]
    public async Task Tools_are_called_with_what_they_are_and_what_they_answer(string revision)
    {
        await StartAsync(tools: [Tool.Create("add", (int a, int b) => new Sum(a + b), new() { Title = "Adds" }), Tool.Create("fail", Fail)]);
        var bob = await ImportAsync(revision);

        var kit = Assert.Single(await bob.Toolkits.ListAsync("desk", Stop).InTime());
        Assert.Equal(["kit_add", "kit_echo", "kit_fail"], kit.Tools.Select(tool => tool.Name).Where(name => name.StartsWith("kit_", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal("Adds", kit.Tools.Single(tool => tool.Name == "kit_add").Title);
        Assert.Equal(new Sum(3), await bob.Toolkits.InvokeAsync<Sum>("far/kit_add", new { a = 1, b = 2 }, cancellationToken: Stop).InTime());
        Assert.Equal("hello", await bob.Toolkits.InvokeAsync<string>("far/kit_echo", new { text = "hello" }, cancellationToken: Stop).InTime());
        var failed = await FailAsync(bob, "far/kit_fail");
        Assert.Equal((MeshErrorCode.HandlerFailed, "not today"), (failed.Code, failed.Message));
        Assert.Equal(MeshErrorCode.InvalidArguments, (await FailAsync(bob, "far/kit_add", new { a = "one" })).Code);

        static string Fail() => throw new ToolException("not today");
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Arguments_go_as_headers_besides_where_a_tool_wants_that(string revision)
    {
        await StartAsync(tools: new Marked());
        var bob = await ImportAsync(revision);

        Assert.Equal("""{"city":"\u00C5s","days":3}""", await bob.Toolkits.InvokeAsync<string>("far/kit_plan", new { city = "Ås", days = 3 }, cancellationToken: Stop).InTime());
        Assert.Equal("""{"days":3}""", await bob.Toolkits.InvokeAsync<string>("far/kit_plan", new { days = 3 }, cancellationToken: Stop).InTime());
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Progress_comes_in_order_before_the_result(string revision)
    {
        await StartAsync(tools: Steps);
        var bob = await ImportAsync(revision);
        var frames = await bob.Toolkits.StreamAsync("far/kit_steps", default(JsonPayload), cancellationToken: Stop).ToListInTimeAsync();

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (double)i), frames.OfType<ProgressFrame>().Select(frame => frame.Value));
        Assert.Equal("\"done\"", Assert.IsType<ResultFrame>(frames[^1]).Response.ToString());
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Changes_are_followed(string revision)
    {
        await StartAsync();
        var bob = await ImportAsync(revision);
        var provider = Own(await Host.JoinAsync("den", "provider", Grants.AgentDefault, cancellationToken: Stop).InTime());
        await using (await provider.Toolkits.RegisterAsync(Toolkit.Create("more", Tool.Create("one", () => 1)), cancellationToken: Stop).InTime())
        {
            await TickAsync(() => Names().Contains("more_one"));
            Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("far/more_one", new { }, cancellationToken: Stop).InTime());
        }

        await TickAsync(() => !Names().Contains("more_one"));
        Assert.Equal(MeshErrorCode.NotFound, (await FailAsync(bob, "far/more_one")).Code);

        IEnumerable<string> Names() => _registration.Current!.Toolkit.Tools.Select(tool => tool.Name);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task What_a_tool_asks_is_put_to_the_person_in_the_other_room_round_after_round(string revision)
    {
        await StartAsync(tools: Book);
        var bob = await ImportAsync(revision);
        var asked = new ConcurrentQueue<string>();
        await bob.Toolkits.RegisterAsync(
            Toolkit.Create("user", Tool.Create("ask_user", (string message, JsonElement form) =>
            {
                asked.Enqueue(message);
                return JsonElement.Parse(message.EndsWith("city?", StringComparison.Ordinal) ? """{"action":"accept","content":{"city":"Oslo"}}""" : """{"action":"decline"}""");
            })),
            new() { Private = true },
            Stop).InTime();

        Assert.Equal(
            """{"action":"accept","content":{"city":"Oslo"}} {"action":"decline","content":{}}""",
            await bob.Toolkits.InvokeAsync<string>("far/kit_book", new { }, cancellationToken: Stop).InTime());
        Assert.Equal(["'far/kit_book' asks: Which city?", "'far/kit_book' asks: Which day?"], asked);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Resources_are_read_through_tools(string revision)
    {
        await StartAsync(new() { Server = new() { Resources = [new McpStateResources()] } });
        var writer = Own(await Host.JoinAsync("den", "writer", cancellationToken: Stop).InTime());
        await writer.State.PutAsync("a", JsonPayload.FromUtf8("""{"n":1}"""u8.ToArray()), Stop).InTime();
        var bob = await ImportAsync(revision);

        var page = await bob.Toolkits.InvokeAsync<JsonElement>("far/list_resources", new { }, cancellationToken: Stop).InTime();
        Assert.Equal(["mesh://state/a"], page.GetProperty("resources").EnumerateArray().Select(each => each.GetProperty("uri").GetString()));
        Assert.Equal("""{"n":1}""", await bob.Toolkits.InvokeAsync<string>("far/read_resource", new { uri = "mesh://state/a" }, cancellationToken: Stop).InTime());
        Assert.Equal(MeshErrorCode.NotFound, (await FailAsync(bob, "far/read_resource", new { uri = "mesh://state/none" })).Code);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Cancelling_a_call_reaches_the_tool_in_the_other_room(string revision)
    {
        var (started, cancelled) = (new Signal(), new Signal());
        await StartAsync(tools: Tool.Create("hold", async (CallContext call) =>
        {
            started.Set();
            await cancelled.SetWhenCancelledAsync(call.CancellationToken);
        }));
        var bob = await ImportAsync(revision);
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("far/kit_hold", default(JsonPayload), cancellationToken: cancel.Token);
        await started.InTime();
        await cancel.CancelAsync();

        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await cancelled.InTime();
    }

    [Fact]
    public async Task A_session_that_was_lost_is_made_anew_and_the_tools_stay()
    {
        await StartAsync(new() { MaxSessions = 1 });
        var bob = await ImportAsync(Older, hasStream: false);
        Assert.Equal("one", await EchoAsync(bob, "one"));
        using (var http = new HttpClient())
        {
            // One session too many takes the place of the toolkit's, which has no stream open now, once its last request has ended.
            await UntilAsync(async () =>
            {
                using var initialize = Post(Initialize, headers: ("X-User", "ada"));
                initialize.RequestUri = Endpoint;
                using var response = await http.SendAsync(initialize, Stop).InTime();
                return response.IsSuccessStatusCode;
            });
        }

        var lost = (await bob.Toolkits.TryInvokeAsync("far/kit_echo", new { text = "two" }, cancellationToken: Stop).InTime()).Error;
        Assert.True(lost is null || lost.Code == MeshErrorCode.Unavailable || lost.Code == MeshErrorCode.ProviderLost, $"{lost}");
        await UntilAsync(() => new(_statuses.Any(status => status.State == McpToolkitState.Reconnecting)));
        await UntilAsync(() =>
        {
            _nearClock.Advance(TimeSpan.FromMilliseconds(1));
            return new(_toolkit.Status.State == McpToolkitState.Connected);
        });

        Assert.Equal("three", await EchoAsync(bob, "three"));
        Assert.Contains(Assert.Single(await bob.Toolkits.ListAsync("desk", Stop).InTime()).Tools, tool => tool.Name == "kit_echo");
    }

    private Uri Endpoint => new($"{App.Urls.First()}/mcp/den");

    /// <summary>Imports the room as <c>far</c> into another host's room; gives a person there.</summary>
    private async Task<RoomClient> ImportAsync(string revision, bool hasStream = true)
    {
        _near = Own(new MeshHost(new() { TimeProvider = _nearClock, DrainTimeout = TimeSpan.Zero }));
        var desk = Own(await _near.JoinAsync("den", "desk", Grants.AgentDefault, new() { Role = ParticipantRole.Agent }).InTime());
        _toolkit = Own(await McpToolkit.ConnectAsync(
            "far",
            McpTransport.Http(new()
            {
                Endpoint = Endpoint,
                TransportMode = HttpTransportMode.StreamableHttp,
                EnableStandaloneGetStream = hasStream,
                AdditionalHeaders = new Dictionary<string, string> { ["X-User"] = "ada" },
            }),
            new() { ProtocolVersion = revision, TimeProvider = _nearClock, Random = static () => 0, OnStatus = _statuses.Enqueue, RefreshInterval = TimeSpan.Zero },
            Stop).InTime());
        _registration = await _toolkit.RegisterAsync(desk, cancellationToken: Stop).InTime();
        return Own(await _near.JoinAsync("den", "bob").InTime());
    }

    private static Task<string> EchoAsync(RoomClient room, string text) => room.Toolkits.InvokeAsync<string>("far/kit_echo", new { text }, cancellationToken: Stop).InTime();

    private static async Task<MeshError> FailAsync(RoomClient room, string tool, object? arguments = null)
    {
        var outcome = await room.Toolkits.TryInvokeAsync(tool, arguments, cancellationToken: Stop).InTime();
        Assert.False(outcome.IsResult, $"The call should have failed, but ended with {outcome}.");
        return outcome.Error;
    }

    /// <summary>Lets the time pass that the served room holds changes back for.</summary>
    private Task TickAsync(Func<bool> isSo) => UntilAsync(() =>
    {
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        return new(isSo());
    });

    private static async Task UntilAsync(Func<ValueTask<bool>> isSo)
    {
        using var timeout = new CancellationTokenSource(Bounded.TestTimeout);
        while (!await isSo())
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed record Sum(int Value);

    private sealed class Marked() : Tool(new()
    {
        Name = "plan",
        InputSchema = JsonElement.Parse("""
            {"type":"object","properties":{"city":{"type":"string","x-mcp-header":"City"},"days":{"type":"integer","x-mcp-header":"Days"}},"required":["days"]}
            """),
    })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(new TextResponse(arguments.GetRawText()));
    }
}
