using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Server;

/// <summary>What the person at a client is asked, and how the answers come back.</summary>
public sealed class ElicitationTests : RoomMcpServerTests
{
    private static readonly string[] Sizes = ["S", "L"];

    private readonly List<string> _deleted = [];

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_call_that_needs_an_approval_runs_when_the_person_at_the_client_approves_it(string revision)
    {
        var questions = new List<ElicitRequestParams>();
        var client = await ConnectAsync(await StartAsync(), revision, Answering(questions, Accept(true)));

        var result = await CallAsync(client, "kit_delete", new { path = "a.txt" });

        Assert.Equal("deleted a.txt", TextOf(result));
        Assert.Equal(["a.txt"], _deleted);
        var question = Assert.Single(questions);
        Assert.Contains("'visitor' wants to call kit/delete.", question.Message, StringComparison.Ordinal);
        Assert.Contains("""{"path":"a.txt"}""", question.Message, StringComparison.Ordinal);
        Assert.Equal(["approve"], question.RequestedSchema!.Properties.Keys);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_participant_at_the_far_end_of_a_connection_is_served_and_asked_too(string revision)
    {
        await StartAsync();
        var server = Own(await RoomMcpServer.JoinAsync(
            Host, "den", "far", join: new() { Connection = ConnectionKind.Serialised }, options: new() { TimeProvider = Clock }, cancellationToken: Stop).AsTask().InTime());
        var questions = new List<ElicitRequestParams>();
        var client = await ConnectAsync(server, revision, Answering(
            questions, Accept(true), new() { Action = "decline" }, new() { Action = "decline" }));

        Assert.Equal("deleted deep.txt", TextOf(await CallAsync(client, "outer_tidy")));
        Assert.Contains("""{"action":"decline","content":{}}""", TextOf(await CallAsync(client, "outer_order")), StringComparison.Ordinal);
        Assert.Equal(3, questions.Count);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Whatever_is_no_clear_yes_refuses_the_call(string revision)
    {
        var server = await StartAsync();
        foreach (var answer in new[] { Accept(false), new() { Action = "accept" }, new() { Action = "decline" }, new() { Action = "cancel" } })
        {
            var client = await ConnectAsync(server, revision, Answering([], answer));
            var result = await CallAsync(client, "kit_delete", new { path = "a.txt" });
            Assert.StartsWith("approval_refused:", TextOf(result), StringComparison.Ordinal);
        }

        Assert.Empty(_deleted);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Without_anybody_to_ask_the_call_is_refused(string revision)
    {
        var client = await ConnectAsync(await StartAsync(), revision);

        var result = await CallAsync(client, "kit_delete", new { path = "a.txt" });

        Assert.StartsWith("approval_unavailable:", TextOf(result), StringComparison.Ordinal);
        Assert.Empty(_deleted);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_client_that_cannot_ask_leaves_it_to_the_rooms_approver(string revision)
    {
        StartHost(options => options with { ConfigureRoom = _ => new() { Approver = (_, _) => new(ApprovalAnswer.Approved) } });
        var client = await ConnectAsync(await StartAsync(), revision);

        Assert.Equal("deleted a.txt", TextOf(await CallAsync(client, "kit_delete", new { path = "a.txt" })));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task An_approval_deep_in_the_tree_is_asked_of_the_client_whose_call_it_is(string revision)
    {
        var server = await StartAsync();
        var (mine, others) = (new List<ElicitRequestParams>(), new List<ElicitRequestParams>());
        var client = await ConnectAsync(server, revision, Answering(mine, Accept(true)));
        await ConnectAsync(server, revision, Answering(others, Accept(true)));

        Assert.Equal("deleted deep.txt", TextOf(await CallAsync(client, "outer_tidy")));

        Assert.Contains("'provider' wants to call kit/delete on behalf of 'visitor'.", Assert.Single(mine).Message, StringComparison.Ordinal);
        Assert.Empty(others);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_tool_asks_the_person_through_ask_user_more_than_once(string revision)
    {
        var questions = new List<ElicitRequestParams>();
        var client = await ConnectAsync(await StartAsync(), revision, Answering(
            questions,
            new() { Action = "accept", Content = new Dictionary<string, JsonElement> { ["answer"] = JsonElement.Parse("\"Ada\"") } },
            new() { Action = "accept", Content = new Dictionary<string, JsonElement> { ["size"] = JsonElement.Parse("\"L\"") } }));

        var result = await CallAsync(client, "outer_order");

        Assert.Equal("""{"action":"accept","content":{"answer":"Ada"}} {"action":"accept","content":{"size":"L"}}""", TextOf(result));
        Assert.Equal(["Your name?", "Your size?"], questions.Select(question => question.Message));
        Assert.Equal(["S", "L"], ((ElicitRequestParams.UntitledSingleSelectEnumSchema)questions[1].RequestedSchema!.Properties["size"]).Enum);
        Assert.Equal(["kit_delete", "outer_order", "outer_tidy"], await NamesAsync(client));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_tool_that_asks_nobody_is_told_so(string revision)
    {
        var client = await ConnectAsync(await StartAsync(), revision);

        Assert.Contains("Nobody can be asked", TextOf(await CallAsync(client, "outer_order")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_while_its_person_is_asked_cancels_the_call()
    {
        var server = await StartAsync();
        var asked = new Signal();
        var (client, session) = await OpenAsync(server, Older, new()
        {
            Handlers = new()
            {
                ElicitationHandler = async (_, stop) =>
            {
                asked.Set();
                await Task.Delay(Timeout.Infinite, stop);
                return Accept(true);
            }
            },
        });
        var call = client.CallToolAsync("kit_delete", new Dictionary<string, object?> { ["path"] = "a.txt" }, cancellationToken: Stop).AsTask();
        await asked.InTime();

        await DropAsync(client);

        await session.InTime();
        Assert.False(call.IsCompletedSuccessfully);
        Assert.Empty(_deleted);
    }

    [Fact]
    public async Task A_request_state_counts_once_and_for_its_own_call_alone()
    {
        var server = await StartAsync();
        await using var client = new RawClient(server);
        string state = await AskedAsync(client, "kit_delete", new { path = "a.txt" });
        var yes = new Dictionary<string, object> { ["1"] = new { action = "accept", content = new { approve = true } } };
        var others = Own(await RoomMcpServer.JoinAsync(Host, "den", "other", cancellationToken: Stop).AsTask().InTime());
        await using var foreign = new RawClient(others);

        // None of these takes the question away from the one that it belongs to.
        string unknown = Refusal(await client.CallAsync("kit_delete", new { path = "a.txt" }, "AAAA", yes));
        Assert.Equal(unknown, Refusal(await client.CallAsync("kit_delete", new { path = "a.txt" }, state[..^2] + (state[^2] == 'A' ? "B" : "A") + state[^1], yes)));
        Assert.Equal(unknown, Refusal(await client.CallAsync("kit_delete", new { path = "a.txt" }, (state[0] == 'A' ? "B" : "A") + state[1..], yes)));
        Assert.Equal(unknown, Refusal(await client.CallAsync("kit_delete", new { path = "b.txt" }, state, yes)));
        Assert.Equal(unknown, Refusal(await client.CallAsync("outer_tidy", new { path = "a.txt" }, state, yes)));
        Assert.Equal(unknown, Refusal(await foreign.CallAsync("kit_delete", new { path = "a.txt" }, state, yes)));
        Assert.Empty(_deleted);

        var result = await client.CallAsync("kit_delete", new { path = "a.txt" }, state, yes);
        Assert.Equal("deleted a.txt", result.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(unknown, Refusal(await client.CallAsync("kit_delete", new { path = "a.txt" }, state, yes)));
        Assert.Equal(["a.txt"], _deleted);
    }

    [Fact]
    public async Task An_answer_that_is_missing_or_malformed_is_asked_for_again_under_another_state()
    {
        await using var client = new RawClient(await StartAsync());
        string first = await AskedAsync(client, "kit_delete", new { path = "a.txt" });

        var second = (await client.CallAsync("kit_delete", new { path = "a.txt" }, first, new Dictionary<string, object> { ["7"] = new { action = "accept" } })).GetProperty("result");
        Assert.Equal("input_required", second.GetProperty("resultType").GetString());
        string state = second.GetProperty("requestState").GetString()!;
        Assert.NotEqual(first, state);
        var third = (await client.CallAsync("kit_delete", new { path = "a.txt" }, state, new Dictionary<string, object> { ["1"] = "yes" })).GetProperty("result");
        Assert.Equal("input_required", third.GetProperty("resultType").GetString());
        Assert.Empty(_deleted);
    }

    [Fact]
    public async Task A_question_that_nobody_comes_back_for_expires_and_cancels_its_call()
    {
        var server = await StartAsync();
        await using var client = new RawClient(server);
        string state = await AskedAsync(client, "outer_order", new { });

        Clock.Advance(TimeSpan.FromMinutes(10));

        await _ordering.InTime();
        Refusal(await client.CallAsync("outer_order", new { }, state, new Dictionary<string, object> { ["1"] = new { action = "accept" } }));
    }

    [Fact]
    public async Task A_session_that_ends_cancels_what_waits_for_its_answers()
    {
        var client = new RawClient(await StartAsync());
        await AskedAsync(client, "outer_order", new { });

        await client.DisposeAsync();

        await _ordering.InTime();
    }

    [Fact]
    public async Task More_open_questions_than_there_are_places_for_are_refused()
    {
        await using var client = new RawClient(await StartAsync(new() { MaxOpenQuestions = 1 }));
        string state = await AskedAsync(client, "kit_delete", new { path = "a.txt" });

        var refused = (await client.CallAsync("kit_delete", new { path = "b.txt" })).GetProperty("result");

        Assert.True(refused.GetProperty("isError").GetBoolean());
        Assert.StartsWith("overloaded:", refused.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        var yes = new Dictionary<string, object> { ["1"] = new { action = "accept", content = new { approve = true } } };
        await client.CallAsync("kit_delete", new { path = "a.txt" }, state, yes);
        Assert.Equal(["a.txt"], _deleted);
    }

    // Set when the tool that asks has been left, however it was.
    private readonly Signal _ordering = new();

    private async Task<RoomMcpServer> StartAsync(RoomMcpServerOptions? options = null)
    {
        var provider = await OfferAsync(Tool.Create("delete", (string path) =>
        {
            _deleted.Add(path);
            return $"deleted {path}";
        }, new() { RequiresApproval = true }));
        await OfferAsync(
            provider,
            "outer",
            Tool.Create("tidy", async (CallContext call, string path = "deep.txt") => (await call.Room.Toolkits.InvokeAsync<string>("kit/delete", new { path }))),
            Tool.Create("order", OrderAsync));
        return Own(await RoomMcpServer.JoinAsync(Host, "den", "visitor", options: (options ?? new()) with { TimeProvider = Clock }, cancellationToken: Stop).AsTask().InTime());
    }

    private async Task<string> OrderAsync(CallContext call)
    {
        try
        {
            var name = await call.Room.Toolkits.TryInvokeAsync("user/ask_user", new { message = "Your name?" });
            if (!name.IsResult)
            {
                return name.Error.Message;
            }

            var size = await call.Room.Toolkits.TryInvokeAsync("user/ask_user", new
            {
                message = "Your size?",
                form = new { type = "object", properties = new { size = new { type = "string", @enum = Sizes } } },
            });
            return $"{name.Response} {size.Response}";
        }
        finally
        {
            _ordering.Set();
        }
    }

    private static async Task<string> AskedAsync(RawClient client, string tool, object arguments)
    {
        var result = (await client.CallAsync(tool, arguments)).GetProperty("result");
        Assert.Equal("input_required", result.GetProperty("resultType").GetString());
        Assert.Equal("elicitation/create", result.GetProperty("inputRequests").GetProperty("1").GetProperty("method").GetString());
        return result.GetProperty("requestState").GetString()!;
    }

    private static string Refusal(JsonElement answer)
    {
        var error = answer.GetProperty("error");
        Assert.Equal(-32602, error.GetProperty("code").GetInt32());
        return error.GetProperty("message").GetString()!;
    }

    private static ElicitResult Accept(bool approve) => new()
    {
        Action = "accept",
        Content = new Dictionary<string, JsonElement> { ["approve"] = JsonSerializer.SerializeToElement(approve) },
    };

    private static McpClientOptions Answering(List<ElicitRequestParams> questions, params ElicitResult[] answers)
    {
        var left = new Queue<ElicitResult>(answers);
        return new()
        {
            Handlers = new()
            {
                ElicitationHandler = (question, _) =>
                {
                    questions.Add(question!);
                    return new(left.Dequeue());
                },
            },
        };
    }
}
