using System.Collections.Concurrent;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Approvals;

public sealed class ApprovalTests : AgentRoom
{
    private readonly ConcurrentQueue<ApprovalRequest> _asked = new();
    private readonly ApprovalDesk _desk;
    private ApprovalDecision? _decision = ApprovalDecision.Once;
    private int _runs;

    public ApprovalTests() => _desk = new((request, _) =>
    {
        _asked.Enqueue(request);
        return new(_decision);
    });

    protected override Approver? BobsApprover => _desk.Approver;

    private Tool Delete => Tool.Create("delete", (string path) =>
    {
        Interlocked.Increment(ref _runs);
        return $"deleted {path}";
    }, new ToolOptions { RequiresApproval = true });

    [Fact]
    public async Task Whoever_watches_sees_the_request_before_and_the_answer_after()
    {
        var functions = await OfferAsync("disk", Delete);
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("disk_delete", """{"path":"a"}"""), ScriptedTurn.Says("ok").ExpectingResult("deleted a"));
        List<AIContent> contents = [];

        var outcome = await InCallAsync(async _ => contents.AddRange((await new ToolLoop(model).StreamAsync(functions, [User("?")]).ToListInTimeAsync()).SelectMany(update => update.Contents)));

        Assert.True(outcome.IsResult, outcome.ToString());
        model.AssertFinished();
        var request = Assert.Single(contents.OfType<ToolApprovalRequestContent>());
        var response = Assert.Single(contents.OfType<ToolApprovalResponseContent>());
        var call = Assert.IsType<FunctionCallContent>(request.ToolCall);
        Assert.Equal(("disk_delete", "call-1", true), (call.Name, call.CallId, response.Approved));
        Assert.Equal(request.RequestId, response.RequestId);
        Assert.True(contents.IndexOf(request) < contents.IndexOf(response));
        Assert.True(contents.IndexOf(response) < contents.FindIndex(content => content is FunctionResultContent));
        Assert.Equal("bob", Assert.Single(_asked).OnBehalfOf?.Name);
    }

    [Fact]
    public async Task Turns_outside_of_any_call_see_their_own_requests_and_equal_calls_each_has_its_own()
    {
        await OfferAsync("disk", Delete);
        var bobs = await RoomFunctions.OfAsync(Bob, toolkit => toolkit.Name == "disk").InTime();
        using var twice = new ScriptedChatClient(ScriptedTurn.Calls("disk_delete", """{"path":"a"}""").ThenCalls("disk_delete", """{"path":"a"}"""), ScriptedTurn.Says("ok"));
        var asked = new Signal();
        using var other = new ScriptedChatClient(ScriptedTurn.Calls("disk_delete", """{"path":"b"}""").Expecting("the other turn to be over", _ => asked.IsSet), ScriptedTurn.Says("ok"));
        List<string> seen = [];

        // While the first turn asks, another one of the same person does.
        await foreach (var update in new ToolLoop(twice).StreamAsync(bobs, [User("?")]))
        {
            foreach (var request in update.Contents.OfType<ToolApprovalRequestContent>())
            {
                seen.Add(((FunctionCallContent)request.ToolCall).CallId);
                if (!asked.IsSet)
                {
                    asked.Set();
                    await new ToolLoop(other).RunAsync(bobs, [User("?")]).InTime();
                }
            }
        }

        Assert.Equal(["call-1", "call-2"], seen.Order());
        Assert.Equal(3, _asked.Count);
    }

    [Fact]
    public async Task An_agent_that_is_a_tool_asks_the_person_once_with_the_real_tool_and_arguments()
    {
        await OfferAsync("disk", Delete);
        using var inner = new ScriptedChatClient(ScriptedTurn.Calls("disk_delete", """{"path":"a"}"""), ScriptedTurn.Says("Done.").ExpectingResult("deleted a"));
        using var outer = new ScriptedChatClient(ScriptedTurn.Calls("cleaner", """{"prompt":"delete a"}"""), ScriptedTurn.Says("All done.").ExpectingResult("Done."));
        await using var cleaner = new LlmTaskRunner("cleaner", inner) { Requires = [Requirement.Toolkit("disk")] };
        await cleaner.StartAsync(await JoinAsync("cleaner")).InTime();
        await using var boss = new LlmTaskRunner("boss", outer) { Requires = [Requirement.Agent("cleaner")] };
        await boss.StartAsync(Bot).InTime();

        Assert.Equal("All done.", await Bob.Agents.AskAsync<string>("boss", new { prompt = "tidy up" }).InTime());

        inner.AssertFinished();
        outer.AssertFinished();
        var request = Assert.Single(_asked);
        Assert.Equal(("delete", """{"path":"a"}""", "cleaner", "bob", "bob"), (request.Tool.Name, request.Arguments.GetRawText(), request.Caller.Name, request.OnBehalfOf?.Name, request.RootCaller.Name));
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task What_is_asked_below_an_agent_is_seen_above_without_the_arguments_of_others()
    {
        await OfferAsync("disk", Delete);
        using var inner = new ScriptedChatClient(ScriptedTurn.Calls("disk_delete", """{"path":"secret"}"""), ScriptedTurn.Says("Done."));
        using var outer = new ScriptedChatClient(ScriptedTurn.Calls("cleaner", """{"prompt":"go"}"""), ScriptedTurn.Says("ok"));
        await using var cleaner = new LlmTaskRunner("cleaner", inner) { Requires = [Requirement.Toolkit("disk")] };
        await cleaner.StartAsync(await JoinAsync("cleaner")).InTime();
        var functions = await RoomFunctions.OfAsync(Bot, _ => false, "cleaner").InTime();
        List<AIContent> contents = [];

        await InCallAsync(async _ => contents.AddRange((await new ToolLoop(outer).StreamAsync(functions, [User("?")]).ToListInTimeAsync()).SelectMany(update => update.Contents)));

        var call = Assert.IsType<FunctionCallContent>(Assert.Single(contents.OfType<ToolApprovalRequestContent>()).ToolCall);
        Assert.Equal(("disk/delete", null), (call.Name, call.Arguments));
    }

    [Fact]
    public async Task A_refusal_is_an_answer_that_the_model_sees()
    {
        _decision = ApprovalDecision.Refused("not on a Friday");
        var functions = await OfferAsync("disk", Delete);
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("disk_delete", """{"path":"a"}"""), ScriptedTurn.Says("ok").ExpectingResult("Error approval_refused").ExpectingResult("not on a Friday"));

        await InCallAsync(_ => new ToolLoop(model).RunAsync(functions, [User("?")]));

        model.AssertFinished();
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task An_expiry_is_an_answer_that_the_model_sees()
    {
        var asked = new Signal();
        var person = await JoinAsync("eve", ParticipantRole.User, async (_, token) =>
        {
            asked.Set();
            await Task.Delay(Timeout.Infinite, token);
            return ApprovalAnswer.Approved;
        });
        await OfferAsync("disk", Delete);
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("disk_delete", """{"path":"a"}"""), ScriptedTurn.Says("ok").ExpectingResult("Error approval_expired"));
        await using var cleaner = new LlmTaskRunner("cleaner", model) { Requires = [Requirement.Toolkit("disk")] };
        await cleaner.StartAsync(Bot).InTime();

        var answer = person.Agents.AskAsync<string>("cleaner", new { prompt = "go" });
        await asked.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromMinutes(10));

        Assert.Equal("ok", await answer.InTime());
        model.AssertFinished();
    }

    [Theory]
    [InlineData("person")]
    [InlineData("agent")]
    [InlineData("provider")]
    public async Task Whoever_leaves_in_the_middle_of_an_approval_ends_it_and_nothing_is_run(string who)
    {
        var (asked, dropped) = (new Signal(), new Signal());
        var person = await JoinAsync("eve", ParticipantRole.User, async (_, token) =>
        {
            asked.Set();
            await dropped.SetWhenCancelledAsync(token);
            return ApprovalAnswer.Approved;
        });
        var provider = await JoinAsync("has-disk");
        await provider.Toolkits.RegisterAsync(new Toolkit("disk", [Delete])).InTime();
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("disk_delete", """{"path":"a"}"""), ScriptedTurn.Says("It is not there."));
        await using var cleaner = new LlmTaskRunner("cleaner", model) { Requires = [Requirement.Toolkit("disk")] };
        await cleaner.StartAsync(Bot).InTime();

        var answer = person.Agents.TryAskAsync("cleaner", new { prompt = "go" }).AsTask();
        await asked.InTime();
        RoomClient leaving = who switch { "person" => person, "agent" => Bot, _ => provider };
        await leaving.DisposeAsync().InTime();

        var outcome = await answer.InTime();
        await dropped.InTime();
        Assert.Equal((who == "provider", 0), (outcome.IsResult, _runs));
    }

    [Theory]
    [InlineData("once", 4, 4)]
    [InlineData("arguments", 2, 4)]
    [InlineData("tool", 1, 4)]
    [InlineData("never", 1, 0)]
    public async Task An_answer_counts_for_what_it_says_within_one_tree(string answer, int asked, int runs)
    {
        _decision = answer switch
        {
            "once" => ApprovalDecision.Once,
            "arguments" => ApprovalDecision.ForTheseArguments,
            "tool" => ApprovalDecision.ForThisTool,
            _ => ApprovalDecision.Never(),
        };
        var functions = await OfferAsync("disk", Delete);
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("disk_delete", """{"path":"a"}""").ThenCalls("disk_delete", """{"path":"b"}"""),
            ScriptedTurn.Calls("disk_delete", """{"path":"a"}""").ThenCalls("disk_delete", """{"path":"b"}"""),
            ScriptedTurn.Says("ok"));

        await InCallAsync(_ => new ToolLoop(model).RunAsync(functions, [User("?")]));

        model.AssertFinished();
        Assert.Equal((asked, runs), (_asked.Count, _runs));
    }

    [Fact]
    public async Task Another_tree_is_asked_about_anew()
    {
        _decision = ApprovalDecision.ForThisTool;
        await OfferAsync("disk", Delete);

        await Bob.Toolkits.InvokeAsync<string>("disk/delete", new { path = "a" }).InTime();
        await Bob.Toolkits.InvokeAsync<string>("disk/delete", new { path = "a" }).InTime();

        Assert.Equal(2, _asked.Count);
    }

    [Theory]
    [InlineData("once", 1)]
    [InlineData("tool", 1)]
    [InlineData("no", 0)]
    [InlineData("certainly", 0)]
    public async Task The_person_is_asked_through_a_private_tool_of_its_own(string answer, int runs)
    {
        RoomClient? eve = null;
        using var desk = new ApprovalDesk(ApprovalDesk.ThroughTool(() => eve, "ui/ask_user"));
        eve = await JoinAsync("eve", ParticipantRole.User, desk.Approver);
        string? asked = null;
        await eve.Toolkits.RegisterAsync(
            Toolkit.Create("ui", Tool.Create("ask_user", (string question, string[] options) =>
            {
                asked = $"{question} {string.Join('|', options)}";
                return answer;
            })),
            new() { Private = true }).InTime();
        await OfferAsync("disk", Delete);

        await eve.Toolkits.TryInvokeAsync("disk/delete", new { path = "a" }).InTime();

        Assert.Equal(("""May 'eve' call disk/delete with {"path":"a"}? once|arguments|tool|no|never""", runs), (asked, _runs));
    }

    [Fact]
    public async Task A_person_who_is_asked_through_a_tool_may_think_as_long_as_an_approval_is_waited_for()
    {
        RoomClient? eve = null;
        using var desk = new ApprovalDesk(ApprovalDesk.ThroughTool(() => eve, "ui/ask_user"));
        eve = await JoinAsync("eve", ParticipantRole.User, desk.Approver);
        var (asked, answer) = (new Signal(), new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        await eve.Toolkits.RegisterAsync(
            Toolkit.Create("ui", Tool.Create("ask_user", async (string question, string[] options) =>
            {
                asked.Set();
                return await answer.Task;
            })),
            new() { Private = true }).InTime();
        await OfferAsync("disk", Delete);

        var deletion = eve.Toolkits.InvokeAsync<string>("disk/delete", new { path = "a" }).AsTask();
        await asked.InTime();
        Clock.Advance(TimeSpan.FromMinutes(9));
        answer.SetResult("once");

        Assert.Equal("deleted a", await deletion.InTime());
    }

    [Fact]
    public async Task A_desk_that_is_disposed_gives_the_answer_that_its_person_is_about_to_give_and_passes_on_what_is_asked_afterwards()
    {
        var (asked, answer) = (new Signal(), new TaskCompletionSource<ApprovalDecision?>(TaskCreationOptions.RunContinuationsAsynchronously));
        var desk = new ApprovalDesk(async (_, _) =>
        {
            asked.Set();
            return await answer.Task;
        });
        var eve = await JoinAsync("eve", ParticipantRole.User, desk.Approver);
        await OfferAsync("disk", Delete);

        var deletion = eve.Toolkits.TryInvokeAsync("disk/delete", new { path = "a" });
        await asked.InTime();
        desk.Dispose();
        answer.SetResult(ApprovalDecision.Once);
        Assert.True((await deletion.InTime()).IsResult);

        var outcome = await eve.Toolkits.TryInvokeAsync("disk/delete", new { path = "b" }).InTime();
        Assert.Equal((MeshErrorCode.ApprovalUnavailable, 1), (outcome.Error!.Code, _runs));
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Where_the_person_cannot_be_reached_the_room_is_asked()
    {
        using var desk = new ApprovalDesk(ApprovalDesk.ThroughTool(() => null, "ui/ask_user"));
        var eve = await JoinAsync("eve", ParticipantRole.User, desk.Approver);
        await OfferAsync("disk", Delete);

        var outcome = await eve.Toolkits.TryInvokeAsync("disk/delete", new { path = "a" }).InTime();

        Assert.Equal(MeshErrorCode.ApprovalUnavailable, outcome.Error?.Code);
    }
}
