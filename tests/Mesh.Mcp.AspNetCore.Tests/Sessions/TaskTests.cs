using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Mcp.AspNetCore.Tests.Sessions;

/// <summary>Tasks over HTTP without sessions: each request stands for itself, and the task for the participant.</summary>
public sealed class TaskTests : McpHttpTests
{
    private const string Declared = """{"extensions":{"io.modelcontextprotocol/tasks":{} } }""";

    private readonly TaskCompletionSource<string> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signal _cancelled = new();

    [Fact]
    public async Task A_task_outlives_the_request_that_made_it_and_is_its_participants_alone()
    {
        await StartAsync();
        var (ada, bob) = (NewHttp(), NewHttp("bob"));
        var task = await BeginTaskAsync(ada);
        string id = task.GetProperty("taskId").GetString()!;

        // Not longer than a participant stays without a request.
        Assert.Equal(60_000, task.GetProperty("ttlMs").GetInt32());
        Assert.Equal("working", (await AskAsync(ada, "tasks/get", id)).Answer.GetProperty("result").GetProperty("status").GetString());
        var (_, foreign) = await AskAsync(bob, "tasks/get", id);
        var (_, unknown) = await AskAsync(bob, "tasks/get", new string('0', 32));
        Assert.Equal(-32602, CodeOf(foreign));
        Assert.Equal(unknown.GetRawText(), foreign.GetRawText());

        foreach (string? name in (string?[])[null, "another"])
        {
            var (status, refused) = await SendAsync(ada, PostNewer("tasks/get", name, $"\"taskId\":\"{id}\"", Declared));
            Assert.Equal((400, -32020), (status, CodeOf(refused)));
        }

        _end.SetResult("done");
        using var timeout = new CancellationTokenSource(Bounded.TestTimeout);
        JsonElement seen;
        do
        {
            timeout.Token.ThrowIfCancellationRequested();
            seen = (await AskAsync(ada, "tasks/get", id)).Answer.GetProperty("result");
        }
        while (seen.GetProperty("status").GetString() == "working");
        Assert.Equal("done", seen.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_participant_that_asks_no_more_leaves_and_its_tasks_are_cancelled()
    {
        await StartAsync();
        var watcher = await WatchAsync();
        var left = LeftAsync(watcher, "ada");
        await BeginTaskAsync(NewHttp());
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(60)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(60));
        await _cancelled.InTime();
        await left.InTime();
    }

    private static async Task<JsonElement> BeginTaskAsync(HttpClient http)
    {
        var (_, answer) = await SendAsync(http, PostNewer("tools/call", "kit_wait", "\"name\":\"kit_wait\",\"arguments\":{}", Declared));
        var task = answer.GetProperty("result");
        Assert.Equal("task", task.GetProperty("resultType").GetString());
        return task;
    }

    private static Task<(int Status, JsonElement Answer)> AskAsync(HttpClient http, string method, string id) =>
        SendAsync(http, PostNewer(method, id, $"\"taskId\":\"{id}\"", Declared));

    private Task StartAsync() => StartAsync(new() { Server = new() { TaskAfter = TimeSpan.Zero } }, null, Tool.Create("wait", async (CancellationToken token) =>
    {
        try
        {
            return await _end.Task.WaitAsync(token);
        }
        catch (OperationCanceledException)
        {
            _cancelled.Set();
            throw;
        }
    }));
}
