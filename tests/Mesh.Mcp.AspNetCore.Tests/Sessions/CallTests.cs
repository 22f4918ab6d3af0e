using System.Collections.Concurrent;
using System.Text.Json;
using Mesh.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore.Tests.Sessions;

/// <summary>Calls over HTTP while they run: limits, questions, clients that go away.</summary>
public sealed class CallTests : McpHttpTests
{
    private readonly Signal _started = new();
    private readonly Signal _release = new();
    private readonly Signal _cancelled = new();

    [Fact]
    public async Task More_requests_than_a_participant_may_have_are_refused_with_a_time_to_wait_and_others_are_served()
    {
        await StartAsync(new() { MaxConcurrentRequests = 1, RetryAfter = TimeSpan.FromSeconds(3) }, tools: Waiting());
        var http = NewHttp();
        var running = SendAsync(http, Call("kit_wait"));
        await _started.InTime();

        using (var refused = await http.SendAsync(PostNewer("tools/list"), Stop).InTime())
        {
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(3), refused.Headers.RetryAfter!.Delta);
            var error = JsonElement.Parse(await refused.Content.ReadAsStringAsync(Stop).InTime());
            Assert.Equal(("overloaded", 7), (MeshCodeOf(error), error.GetProperty("id").GetInt32()));
        }

        Assert.Equal(200, (await SendAsync(NewHttp("bob"), PostNewer("tools/list"))).Status);
        _release.Set();
        Assert.Equal(200, (await running.InTime()).Status);
        Assert.Equal(200, (await SendAsync(http, PostNewer("tools/list"))).Status);
    }

    [Fact]
    public async Task None_of_many_calls_at_once_is_lost()
    {
        var ran = new ConcurrentBag<int>();
        await StartAsync(new() { MaxConcurrentRequests = 10 }, tools: Tool.Create("count", (int i) => ran.Add(i)));
        var http = NewHttp();

        var ended = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
            (I: i, (await SendAsync(http, PostNewer("tools/call", "kit_count", $$""" "name":"kit_count","arguments":{"i":{{i}}} """))).Status)));

        Assert.All(ended, each => Assert.True(each.Status is 200 or 429));
        Assert.Equal(ended.Where(each => each.Status == 200).Select(each => each.I), ran.Order());
        Assert.NotEmpty(ran);
    }

    [Fact]
    public async Task An_answer_to_a_question_comes_through_however_many_calls_wait()
    {
        await StartAsync(new() { MaxConcurrentRequests = 1 }, tools: Tool.Create("delete", () => "deleted", new() { RequiresApproval = true }));
        var client = await ConnectAsync(Older, options: Approving());

        Assert.Equal("deleted", TextOf(await CallAsync(client, "kit_delete")));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_person_at_a_client_is_asked_for_an_approval(string revision)
    {
        await StartAsync(tools: Tool.Create("delete", () => "deleted", new() { RequiresApproval = true }));

        Assert.Equal("deleted", TextOf(await CallAsync(await ConnectAsync(revision, options: Approving()), "kit_delete")));
    }

    [Fact]
    public async Task A_request_state_of_somebody_else_and_one_that_never_was_are_answered_alike()
    {
        await StartAsync(tools: Tool.Create("delete", () => "deleted", new() { RequiresApproval = true }));
        var (_, asked) = await SendAsync(NewHttp("ada"), Ask(null));
        string state = asked.GetProperty("result").GetProperty("requestState").GetString()!;

        var others = await SendAsync(NewHttp("bob"), Ask(state));
        var unknown = await SendAsync(NewHttp("bob"), Ask("AAAA"));

        Assert.Equal(-32602, CodeOf(others.Answer));
        Assert.Equal((unknown.Status, unknown.Answer.GetRawText()), (others.Status, others.Answer.GetRawText()));
        Assert.Equal("deleted", TextIn((await SendAsync(NewHttp("ada"), Ask(state))).Answer));
        Assert.Equal(-32602, CodeOf((await SendAsync(NewHttp("ada"), Ask(state))).Answer));

        static HttpRequestMessage Ask(string? state) => PostNewer(
            "tools/call",
            "kit_delete",
            """ "name":"kit_delete" """ + (state is null ? "" : $$"""
                ,"requestState":"{{state}}","inputResponses":{"1":{"action":"accept","content":{"approve":true} } }
                """),
            """{"elicitation":{} }""");
    }

    [Fact]
    public async Task A_client_of_the_newer_revision_that_goes_away_cancels_its_call()
    {
        await StartAsync(tools: Waiting());
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = NewHttp().SendAsync(Call("kit_wait"), gone.Token);
        await _started.InTime();
        await gone.CancelAsync();

        await _cancelled.InTime();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_client_of_an_older_revision_that_goes_away_has_cancelled_nothing_until_it_says_so()
    {
        await StartAsync(tools: Waiting());
        var http = NewHttp();
        string session = await BeginAsync(http);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = http.SendAsync(
            Post("""{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"kit_wait"}}""", headers: [("Mcp-Session-Id", session), ("MCP-Protocol-Version", Older)]), gone.Token);
        await _started.InTime();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(200, (await SendAsync(http, List(session))).Status);
        Assert.False(_cancelled.IsSet);

        var (status, _) = await SendAsync(http, Post(
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}""", headers: [("Mcp-Session-Id", session), ("MCP-Protocol-Version", Older)]));
        Assert.Equal(202, status);
        await _cancelled.InTime();
    }

    [Fact]
    public async Task A_call_that_runs_when_its_session_ends_is_cancelled()
    {
        await StartAsync(tools: Waiting());
        var http = NewHttp();
        string session = await BeginAsync(http);
        var running = http.SendAsync(
            Post("""{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"kit_wait"}}""", headers: [("Mcp-Session-Id", session), ("MCP-Protocol-Version", Older)]), Stop);
        await _started.InTime();
        using var delete = new HttpRequestMessage(HttpMethod.Delete, "http://localhost/mcp/den");
        delete.Headers.Add("Mcp-Session-Id", session);

        Assert.Equal(204, (await SendAsync(http, delete)).Status);
        await _cancelled.InTime();
        await Task.WhenAny(running).InTime();
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Progress_comes_in_order_before_the_result(string revision)
    {
        await StartAsync(tools: Steps);
        var http = NewHttp();
        const string token = """ "progressToken":"p" """;
        using var request = revision == Newer
            ? PostNewer("tools/call", "kit_steps", """ "name":"kit_steps" """, meta: token + ",")
            : Post(
                $$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"kit_steps","_meta":{ {{token}} } } }""",
                headers: [("Mcp-Session-Id", await BeginAsync(http)), ("MCP-Protocol-Version", Older)]);
        using var response = await http.SendAsync(request, Stop).InTime();
        var messages = (await response.Content.ReadAsStringAsync(Stop).InTime()).Split('\n')
            .Where(line => line.StartsWith("data:", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line[5..])).ToArray();

        Assert.Equal(
            Enumerable.Range(1, 20).Select(i => (double)i),
            messages[..^1].Select(message => message.GetProperty("params").GetProperty("progress").GetDouble()));
        Assert.Equal("done", TextIn(messages[^1]));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_client_is_told_of_tools_that_come(string revision)
    {
        await StartAsync();
        var told = new Signal();
        var client = await ConnectAsync(revision, options: new()
        {
            Handlers = new() { NotificationHandlers = [new(NotificationMethods.ToolListChangedNotification, (_, _) => { told.Set(); return default; })] },
        });
        if (revision == Newer)
        {
            // The SDK's client has no method for it.
            _ = client.SendRequestAsync(new JsonRpcRequest { Method = "subscriptions/listen", Params = System.Text.Json.Nodes.JsonNode.Parse("""{"notifications":{"toolsListChanged":true}}""") }, Stop);
        }

        var provider = Own(await Host.JoinAsync("den", "provider", Grants.AgentDefault, cancellationToken: Stop).InTime());
        while (!told.IsSet)
        {
            await using (await provider.Toolkits.RegisterAsync(Toolkit.Create("more", Tool.Create("one", () => 1)), cancellationToken: Stop).InTime())
            {
                Clock.Advance(TimeSpan.FromMilliseconds(100));
                await NamesAsync(client);
            }
        }
    }

    private static HttpRequestMessage Call(string tool) => PostNewer("tools/call", tool, $""" "name":"{tool}" """);

    private static string TextIn(JsonElement answer) => answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;

    private static McpClientOptions Approving() => new()
    {
        Capabilities = new() { Elicitation = new() },
        Handlers = new()
        {
            ElicitationHandler = (_, _) => new(new ElicitResult { Action = "accept", Content = new Dictionary<string, JsonElement> { ["approve"] = JsonElement.Parse("true") } }),
        },
    };

    private Tool Waiting() => Tool.Create("wait", async (CallContext call) =>
    {
        _started.Set();
        try
        {
            await _release.WaitAsync(call.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.Set();
            throw;
        }
    });
}
