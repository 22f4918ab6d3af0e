using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Server;

/// <summary>Calls that take long, of clients that come back for them: the extension for tasks of revision 2026-07-28.</summary>
public sealed class TaskTests : RoomMcpServerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asking = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signal _started = new();
    private readonly Signal _cancelled = new();

    [Fact]
    public async Task A_call_that_takes_long_becomes_a_task_whose_result_is_asked_for()
    {
        await using var client = Declaring(await StartAsync());
        Assert.True((await client.AskAsync("server/discover", [])).GetProperty("result").GetProperty("capabilities").GetProperty("extensions")
            .TryGetProperty("io.modelcontextprotocol/tasks", out _));
        var answer = client.CallAsync("kit_wait", new { });
        await _started.InTime();
        await Clock.TimerWithinAsync(Soon).InTime();
        Clock.Advance(Soon);
        var task = (await answer).GetProperty("result");
        Assert.Equal(("task", "working", 300_000), (Text(task, "resultType"), Text(task, "status"), task.GetProperty("ttlMs").GetInt32()));
        Assert.Matches("^[0-9a-f]{32}$", IdOf(task));
        Assert.False(task.TryGetProperty("result", out _) || task.TryGetProperty("requestState", out _));

        Clock.Advance(TimeSpan.FromSeconds(90));
        var seen = await GetAsync(client, task);
        Assert.Equal(("complete", "working", 390_000), (Text(seen, "resultType"), Text(seen, "status"), seen.GetProperty("ttlMs").GetInt32()));
        Assert.Equal(Text(task, "createdAt"), Text(seen, "lastUpdatedAt"));
        _end.SetResult("done");
        var ended = await EndAsync(client, task);
        Assert.Equal(("completed", "done"), (Text(ended, "status"), Text(ended.GetProperty("result").GetProperty("content")[0], "text")));
        Assert.Equal(Text(task, "createdAt"), Text(ended, "createdAt"));
        Assert.NotEqual(Text(task, "createdAt"), Text(ended, "lastUpdatedAt"));
    }

    [Fact]
    public async Task What_is_quick_and_what_a_client_without_tasks_calls_is_answered_as_ever()
    {
        var server = await StartAsync();
        await using var client = Declaring(server);
        Assert.Equal(("complete", "hello"), Answer(await client.CallAsync("kit_hello", new { })));

        await using var other = new RawClient(server);
        var answer = other.CallAsync("kit_wait", new { });
        await _started.InTime();
        Clock.Advance(Soon * 2);
        _end.SetResult("done");
        Assert.Equal(("complete", "done"), Answer(await answer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_a_task_cancels_its_call(bool streams)
    {
        await using var client = Declaring(await StartAsync(new() { TaskAfter = TimeSpan.Zero }));
        var task = await BeginAsync(client, streams ? "kit_stream" : "kit_wait");
        await _started.InTime();
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("""{"resultType":"complete"}""", Bare(await AskAsync(client, "tasks/cancel", task)));
            await _cancelled.InTime();
            var ended = await EndAsync(client, task);
            Assert.Equal("cancelled", Text(ended, "status"));
            Assert.False(ended.TryGetProperty("result", out _) || ended.TryGetProperty("error", out _));
        }
    }

    [Fact]
    public async Task A_tool_that_fails_completes_and_a_request_that_cannot_be_served_fails()
    {
        await using var client = Declaring(await StartAsync(new() { TaskAfter = TimeSpan.Zero, OfferClientTools = true }), elicits: false);
        var task = await BeginAsync(client, "kit_fail");
        _asking.SetResult();
        var ended = await EndAsync(client, task);
        Assert.Equal(("completed", true), (Text(ended, "status"), ended.GetProperty("result").GetProperty("isError").GetBoolean()));
        Assert.StartsWith("handler_failed: Not today.", Text(ended.GetProperty("result").GetProperty("content")[0], "text"), StringComparison.Ordinal);

        task = await BeginAsync(client, "kit_sample");
        _end.SetResult("");
        ended = await EndAsync(client, task);
        Assert.Equal(("failed", -32021), (Text(ended, "status"), ended.GetProperty("error").GetProperty("code").GetInt32()));
        Assert.True(ended.GetProperty("error").GetProperty("data").GetProperty("requiredCapabilities").TryGetProperty("sampling", out _));
        Assert.False(ended.TryGetProperty("result", out _));
    }

    [Fact]
    public async Task What_a_task_asks_is_answered_by_an_update()
    {
        await using var client = Declaring(await StartAsync(new() { TaskAfter = TimeSpan.Zero }));
        var task = await BeginAsync(client, "kit_ask");
        Assert.Equal("working", Text(await GetAsync(client, task), "status"));
        _asking.SetResult();
        var asked = await UntilAsync(client, task, "input_required");
        var question = Assert.Single(asked.GetProperty("inputRequests").EnumerateObject());
        Assert.Equal(("q", "elicitation/create"), (question.Name, Text(question.Value, "method")));

        Assert.Equal("""{"resultType":"complete"}""", Bare(await AskAsync(client, "tasks/update", task, """{"unknown":{"ignored":true}}""")));
        Assert.Equal("input_required", Text(await GetAsync(client, task), "status"));
        await AskAsync(client, "tasks/update", task, """{"q":{"action":"accept","content":{"answer":"a"}}}""");

        // A name that was asked by once never stands for another question.
        JsonElement again;
        do
        {
            again = await UntilAsync(client, task, "input_required");
            question = Assert.Single(again.GetProperty("inputRequests").EnumerateObject());
        }
        while (question.Name == "q");
        await AskAsync(client, "tasks/update", task, """{"q":{"action":"decline"},"q-2":{"action":"accept","content":{"answer":"b"}}}""");
        var ended = await EndAsync(client, task);
        Assert.Equal(("completed", "a b"), (Text(ended, "status"), Text(ended.GetProperty("result").GetProperty("content")[0], "text")));
    }

    [Fact]
    public async Task What_is_asked_before_there_is_a_task_is_answered_by_another_round_that_may_become_one()
    {
        await using var client = Declaring(await StartAsync());
        _asking.SetResult();
        var round = (await client.CallAsync("kit_ask", new { })).GetProperty("result");
        Assert.Equal("input_required", Text(round, "resultType"));
        Assert.False(round.TryGetProperty("taskId", out _));
        round = (await client.CallAsync("kit_ask", new { }, Text(round, "requestState"), new { q = Accept("a") })).GetProperty("result");
        var last = client.CallAsync("kit_ask", new { }, Text(round, "requestState"), new Dictionary<string, object> { ["q-2"] = Accept("late") });
        await _started.InTime();
        await Clock.TimerWithinAsync(Soon).InTime();
        Clock.Advance(Soon);
        var task = (await last).GetProperty("result");
        Assert.Equal("task", Text(task, "resultType"));
        Assert.False(task.TryGetProperty("requestState", out _));
        await AskAsync(client, "tasks/cancel", task);
        await _cancelled.InTime();
    }

    [Fact]
    public async Task A_task_that_is_not_there_is_refused_in_the_same_words_whyever()
    {
        var server = await StartAsync(new() { TaskAfter = TimeSpan.Zero });
        var others = await ServeAsync(await JoinAsync("other"), new() { TaskAfter = TimeSpan.Zero, TimeProvider = Clock });
        await using var client = Declaring(server);
        await using var other = Declaring(others);
        var mine = await BeginAsync(client, "kit_wait");
        var refused = new List<string>
        {
            Bare(await AskAsync(other, "tasks/get", mine)),
            Bare(await AskAsync(other, "tasks/cancel", mine)),
            Bare(await AskAsync(other, "tasks/update", mine, "{}")),
            Bare(await other.AskAsync("tasks/get", new() { ["taskId"] = new string('0', 32) })),
            Bare(await other.AskAsync("tasks/get", new() { ["taskId"] = 7 })),
            Bare(await other.AskAsync("tasks/get", [])),
        };
        Assert.Contains("-32602", Assert.Single(refused.Distinct()), StringComparison.Ordinal);
        Assert.Equal("working", Text(await GetAsync(client, mine), "status"));

        // Nobody asks for it in time.
        Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("working", Text(await GetAsync(client, mine), "status"));
        Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("working", Text(await GetAsync(client, mine), "status"));
        Clock.Advance(TimeSpan.FromMinutes(5));
        await _cancelled.InTime();
        Assert.Equal(refused[0], Bare(await AskAsync(client, "tasks/get", mine)));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"inputResponses":null}""")]
    [InlineData("""{"inputResponses":[]}""")]
    [InlineData("""{"inputResponses":"yes"}""")]
    public async Task An_update_without_answers_is_refused(string parameters)
    {
        await using var client = Declaring(await StartAsync(new() { TaskAfter = TimeSpan.Zero }));
        var task = await BeginAsync(client, "kit_wait");
        var given = JsonNode.Parse(parameters)!.AsObject();
        given["taskId"] = IdOf(task);
        Assert.Equal(-32602, CodeOf(await client.AskAsync("tasks/update", given)));
        Assert.Equal("working", Text(await GetAsync(client, task), "status"));
    }

    [Theory]
    [InlineData("tasks/get")]
    [InlineData("tasks/update")]
    [InlineData("tasks/cancel")]
    public async Task Only_a_client_that_declares_tasks_may_ask_for_them(string method)
    {
        var server = await StartAsync();
        await using (var silent = new RawClient(server))
        {
            var refused = (await silent.AskAsync(method, new() { ["taskId"] = "x" })).GetProperty("error");
            Assert.Equal(-32021, refused.GetProperty("code").GetInt32());
            Assert.True(refused.GetProperty("data").GetProperty("requiredCapabilities").GetProperty("extensions").TryGetProperty("io.modelcontextprotocol/tasks", out _));
            Assert.Equal(-32021, CodeOf(await silent.AskAsync("subscriptions/listen", new() { ["notifications"] = new JsonObject { ["taskIds"] = new JsonArray("x") } })));
        }

        await using var older = await RawClient.ConnectAsync(server, Older);
        Assert.Equal(-32601, CodeOf(await older.AskAsync(method, new() { ["taskId"] = "x" })));
        await using var none = Declaring(await ServeAsync(await JoinAsync("none"), new() { TaskAfter = null }));
        Assert.Equal(-32601, CodeOf(await none.AskAsync(method, new() { ["taskId"] = "x" })));
        Assert.False((await none.AskAsync("server/discover", [])).GetProperty("result").GetProperty("capabilities").TryGetProperty("extensions", out _));
    }

    [Theory]
    [InlineData("tasks/list")]
    [InlineData("tasks/result")]
    public async Task Methods_of_older_tasks_are_not_known(string method)
    {
        await using var client = Declaring(await StartAsync());
        Assert.Equal(-32601, CodeOf(await client.AskAsync(method, new() { ["taskId"] = "x" })));
    }

    [Fact]
    public async Task Without_a_place_for_another_task_the_client_waits_for_the_result()
    {
        await using var client = Declaring(await StartAsync(new() { TaskAfter = TimeSpan.Zero, MaxTasks = 1 }));
        var task = await BeginAsync(client, "kit_wait");
        int id = await client.SendAsync("tools/call", new() { ["name"] = "kit_wait", ["arguments"] = new JsonObject() });
        Assert.Equal("working", Text(await GetAsync(client, task), "status"));
        _end.SetResult("done");
        var answer = await client.ReadAsync();
        Assert.Equal((id, "done"), (answer.GetProperty("id").GetInt32(), Answer(answer).Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_a_session_and_of_the_server_cancel_what_runs_as_tasks(bool ofSession)
    {
        var server = await StartAsync(new() { TaskAfter = TimeSpan.Zero });
        await using var client = Declaring(server);
        var task = await BeginAsync(client, "kit_wait");
        await _started.InTime();
        await (ofSession ? client.DisposeAsync() : server.DisposeAsync()).InTime();
        await _cancelled.InTime();
        if (ofSession)
        {
            await using var next = Declaring(server);
            Assert.Equal(-32602, CodeOf(await AskAsync(next, "tasks/get", task)));
        }
    }

    [Fact]
    public async Task A_task_may_take_longer_than_other_calls_but_not_for_ever()
    {
        await using var client = Declaring(await StartAsync(new() { TaskAfter = TimeSpan.Zero, TaskTimeout = TimeSpan.FromMinutes(2) }));
        var task = await BeginAsync(client, "kit_wait");
        await _started.InTime();
        Clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal("working", Text(await GetAsync(client, task), "status"));
        Clock.Advance(TimeSpan.FromSeconds(1));
        var ended = await EndAsync(client, task);
        Assert.StartsWith("deadline_exceeded:", Text(ended.GetProperty("result").GetProperty("content")[0], "text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_tool_says_of_its_progress_is_the_message_of_its_task()
    {
        await using var client = Declaring(await StartAsync(new() { TaskAfter = TimeSpan.Zero }));
        var answer = await client.AskAsync("tools/call", new()
        {
            ["name"] = "kit_report",
            ["arguments"] = new JsonObject(),
            ["_meta"] = new JsonObject { ["progressToken"] = "t" },
        });
        var task = answer.GetProperty("result");
        await _started.InTime();
        JsonElement seen;
        do
        {
            seen = await GetAsync(client, task);
        }
        while (!seen.TryGetProperty("statusMessage", out _));
        Assert.Equal("Half of it.", Text(seen, "statusMessage"));
    }

    private static RawClient Declaring(RoomMcpServer server, bool elicits = true)
    {
        var capabilities = new JsonObject { ["extensions"] = new JsonObject { ["io.modelcontextprotocol/tasks"] = new JsonObject() } };
        if (elicits)
        {
            capabilities["elicitation"] = new JsonObject { ["form"] = new JsonObject() };
        }

        return new(server) { Capabilities = capabilities };
    }

    private static object Accept(string answer) => new { action = "accept", content = new { answer } };

    private static async Task<JsonElement> BeginAsync(RawClient client, string tool)
    {
        var task = (await client.CallAsync(tool, new { })).GetProperty("result");
        Assert.Equal("task", Text(task, "resultType"));
        return task;
    }

    private static Task<JsonElement> AskAsync(RawClient client, string method, JsonElement task, string? responses = null)
    {
        var parameters = new JsonObject { ["taskId"] = IdOf(task) };
        if (responses is not null)
        {
            parameters["inputResponses"] = JsonNode.Parse(responses);
        }

        return client.AskAsync(method, parameters);
    }

    private static async Task<JsonElement> GetAsync(RawClient client, JsonElement task) => (await AskAsync(client, "tasks/get", task)).GetProperty("result");

    private static async Task<JsonElement> EndAsync(RawClient client, JsonElement task) => await UntilAsync(client, task, "completed", "failed", "cancelled");

    private static async Task<JsonElement> UntilAsync(RawClient client, JsonElement task, params string[] statuses)
    {
        using var timeout = new CancellationTokenSource(Bounded.TestTimeout);
        while (true)
        {
            timeout.Token.ThrowIfCancellationRequested();
            var seen = await GetAsync(client, task);
            if (statuses.Contains(Text(seen, "status")))
            {
                return seen;
            }
        }
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;

    private static string IdOf(JsonElement task) => Text(task, "taskId");

    private static int CodeOf(JsonElement answer) => answer.GetProperty("error").GetProperty("code").GetInt32();

    private static (string ResultType, string Text) Answer(JsonElement answer) =>
        (Text(answer.GetProperty("result"), "resultType"), Text(answer.GetProperty("result").GetProperty("content")[0], "text"));

    /// <summary>The result or the error, without what the SDK adds to each.</summary>
    private static string Bare(JsonElement answer)
    {
        var bare = JsonNode.Parse((answer.TryGetProperty("result", out var result) ? result : answer.GetProperty("error")).GetRawText())!.AsObject();
        bare.Remove("_meta");
        return bare.ToJsonString();
    }

    private async Task<RoomMcpServer> StartAsync(RoomMcpServerOptions? options = null)
    {
        await OfferAsync(
            Tool.Create("hello", () => "hello"),
            Tool.Create("fail", async Task<string> () =>
            {
                await _asking.Task;
                throw new ToolException("Not today.");
            }),
            Tool.Create("wait", WaitAsync),
            Tool.Create("stream", StreamAsync),
            Tool.Create("report", async (CallContext call) =>
            {
                await call.ReportProgressAsync(1, 2, "Half of it.");
                return await WaitAsync(call.CancellationToken);
            }),
            Tool.Create("sample", async (CallContext call) =>
            {
                await _end.Task.WaitAsync(call.CancellationToken);
                var outcome = await call.Room.Toolkits.TryInvokeAsync("user/sample_model", new { messages = new[] { new { role = "user" } }, maxTokens = 1 });
                return outcome.IsResult ? "sampled" : throw new ToolException(outcome.Error);
            }),
            Tool.Create("ask", AskTwiceAsync));
        return Own(await RoomMcpServer.JoinAsync(Host, "den", "visitor", options: (options ?? new()) with { TimeProvider = Clock }, cancellationToken: Stop).InTime());
    }

    private async Task<string> WaitAsync(CancellationToken cancellationToken)
    {
        _started.Set();
        try
        {
            return await _end.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.Set();
            throw;
        }
    }

    private async IAsyncEnumerable<string> StreamAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await WaitAsync(cancellationToken);
    }

    /// <summary>Asks twice by the same name, and waits for ever where the second answer is <c>late</c>.</summary>
    private async Task<string> AskTwiceAsync(CallContext call)
    {
        await _asking.Task.WaitAsync(call.CancellationToken);
        var answers = new List<string>();
        while (answers.Count < 2)
        {
            var answer = await call.Room.Toolkits.InvokeAsync<JsonElement>("user/ask_user", new { message = "?", name = "q" }, cancellationToken: call.CancellationToken);
            answers.Add(Text(answer.GetProperty("content"), "answer"));
        }

        return answers[1] == "late" ? await WaitAsync(call.CancellationToken) : string.Join(' ', answers);
    }
}
