using System.Security.Cryptography;
using System.Text;

namespace Mesh.Contracts;

/// <summary>Calls that somebody has to approve: what is approved is what runs, or nothing does.</summary>
public abstract class RoomClientApprovalContract : RoomClientContract
{
    private readonly ApprovedDeletion _deletion = new();

    [Fact]
    public async Task Without_an_approver_the_call_is_refused()
    {
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" }));
        AssertCode(MeshErrorCode.ApprovalUnavailable, error);
        Assert.Contains("RoomOptions.Approver", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task Who_started_the_tree_answers_before_the_room_and_knows_its_first_call()
    {
        StartHostWithRoom(_deletion.Room);
        await OfferAsync("ada", _deletion.Tool, Tool.Create("outer", async (CallContext call) =>
            (await call.Room.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" })).Error?.Code.Value ?? "none"));
        var asked = new List<ApprovalRequest>();
        var bob = await JoinAsync("bob", approver: (request, _) =>
        {
            asked.Add(request);
            return new(ApprovalAnswer.Approved);
        });
        var id = new MeshId(7, 7);
        Assert.Equal("none", await bob.Toolkits.InvokeAsync<string>("kit/outer", null, new() { CallId = id }).InTime());
        var request = Assert.Single(asked);
        Assert.Equal((id, "ada", "bob"), (request.RootCallId, request.Caller.Name, request.RootCaller.Name));
        Assert.Equal(id, EntriesOf("kit/outer")[0].CallId);
        Assert.False(_deletion.Asked.IsSet);
        Assert.Equal(1, _deletion.Runs);
    }

    [Fact]
    public async Task What_a_participants_own_approver_passes_on_the_room_answers()
    {
        StartHostWithRoom(_deletion.Room);
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob", approver: (_, _) => new(ApprovalAnswer.PassedOn));
        await bob.Toolkits.InvokeUtf8Async("kit/delete", Utf8("""{ "path":"a" }""")).InTime();
        Assert.True(_deletion.Asked.IsSet);
        Assert.Equal(1, _deletion.Runs);
    }

    [Fact]
    public async Task What_everybody_passes_on_does_not_run()
    {
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob", approver: (_, _) => new(ApprovalAnswer.PassedOn));
        AssertCode(MeshErrorCode.ApprovalUnavailable, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" })));
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task An_approved_call_runs_with_what_was_approved()
    {
        StartHostWithRoom(_deletion.Room);
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        byte[] arguments = Utf8("""{ "path" : "a.txt" }""");
        var call = bob.Toolkits.InvokeUtf8Async("kit/delete", arguments);
        await _deletion.Asked.InTime();
        Assert.Equal(0, _deletion.Runs);
        Utf8("""{ "path" : "b.txt" }""").CopyTo(arguments, 0);
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        Assert.Equal("\"deleted a.txt\"", Encoding.UTF8.GetString((await call.InTime()).Span));
        Assert.Equal(1, _deletion.Runs);
    }

    [Fact]
    public async Task The_record_binds_the_approval_to_call_tool_arguments_and_caller()
    {
        StartHostWithRoom(_deletion.Room);
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        var definition = (await bob.Toolkits.ListAsync().InTime())[0].Tools[0];
        await bob.Toolkits.InvokeUtf8Async("kit/delete", Utf8("""{ "path":"a" }""")).InTime();
        var request = Assert.Single(_deletion.Requests);
        var record = request.Record;
        Assert.Equal(EntriesOf("kit/delete")[0].CallId, record.CallId);
        Assert.Equal((Den, bob.Session, bob.Self.Id, "bob", "bob"), (record.Room, record.Session, record.CallerId, record.Caller, record.OnBehalfOf));
        Assert.Equal(new ToolAddress("kit/delete"), record.Target);
        Assert.Equal(definition.DefinitionHash, record.DefinitionHash);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("""{"path":"a"}"""u8)), record.ArgumentsHash);
        Assert.Equal((Clock.GetUtcNow(), Clock.GetUtcNow() + TimeSpan.FromMinutes(10)), (record.RequestedAt, record.ExpiresAt));
        Assert.False(record.Id.IsEmpty);
        Assert.Equal(("delete", "bob", "bob", "bob"), (request.Tool.Name, request.Caller.Name, request.OnBehalfOf?.Name, request.RootCaller.Name));
    }

    [Fact]
    public async Task A_refused_call_tells_the_reason()
    {
        StartHostWithRoom(_deletion.Room);
        _deletion.Answer.SetResult(ApprovalAnswer.Refused("not on a Friday"));
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" }));
        AssertCode(MeshErrorCode.ApprovalRefused, error);
        Assert.Contains("not on a Friday", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task An_approval_expires_after_10_minutes_and_no_deadline_runs_meanwhile()
    {
        StartHostWithRoom(_deletion.Room);
        await OfferAsync("ada", _deletion.Tool, Tool.Create("outer", async (CallContext call) =>
            (await call.Room.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" })).Error?.Code.Value ?? "none"));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<string>("kit/outer").AsTask();
        await _deletion.Asked.InTime();
        await Clock.TimerWithinAsync(TimeSpan.FromMinutes(10));
        Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.False(call.IsCompleted);
        Assert.False(_deletion.Token.IsCancellationRequested);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("approval_expired", await call.InTime());
        Assert.True(_deletion.Token.IsCancellationRequested);
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task The_deadline_runs_on_after_an_approval()
    {
        StartHostWithRoom(_deletion.Room);
        var started = new Signal();
        await OfferAsync("ada", Tool.Create("wait", async (CancellationToken stop) =>
        {
            started.Set();
            await TestEnds.WaitAsync(stop);
        }, new ToolOptions { RequiresApproval = true }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait").AsTask();
        await _deletion.Asked.InTime();
        await Clock.TimerWithinAsync(TimeSpan.FromMinutes(10));
        Clock.Advance(TimeSpan.FromMinutes(5));
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        await started.InTime();
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(61));
        Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(call.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(2));
        AssertCode(MeshErrorCode.DeadlineExceeded, (await call.InTime()).Error);
    }

    [Fact]
    public async Task Wall_time_runs_while_somebody_thinks()
    {
        StartHostWithRoom(_deletion.Room);
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" }, new() { Budget = new() { WallTime = TimeSpan.FromMinutes(2) } });
        await _deletion.Asked.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromMinutes(3));
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(call));
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task An_approver_that_throws_refuses_without_its_text()
    {
        StartHostWithRoom(new RoomOptions { Approver = (_, _) => throw new InvalidOperationException("secret") });
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" }));
        AssertCode(MeshErrorCode.ApprovalRefused, error);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Equal((MeshFaultKind.Host, "secret"), (Assert.Single(Faults).Kind, Faults.First().Exception?.Message));
    }

    [Fact]
    public async Task A_policy_of_the_room_decides_which_calls_need_one()
    {
        StartHostWithRoom(new RoomOptions { RequiresApproval = (tool, caller) => tool.Name == "leaf" && caller.Name == "bob" });
        await OfferAsync("ada", Tool.Create("leaf", () => "leaf"));
        AssertCode(MeshErrorCode.ApprovalUnavailable, await FailureOf((await JoinAsync("bob")).Toolkits.TryInvokeAsync("kit/leaf")));
        Assert.True((await (await JoinAsync("eve")).Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
    }

    [Fact]
    public async Task A_call_that_a_policy_fails_for_needs_an_approval()
    {
        StartHostWithRoom(new RoomOptions
        {
            RequiresApproval = (tool, _) => tool.Name == "leaf" ? throw new InvalidOperationException("secret") : false,
        });
        await OfferAsync("ada", Tool.Create("leaf", () => $"{_deletion.CountRun()}"));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf"));
        AssertCode(MeshErrorCode.ApprovalUnavailable, error);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Equal((0, MeshFaultKind.Host), (_deletion.Runs, Assert.Single(Faults).Kind));
    }

    [Fact]
    public async Task An_approver_may_use_the_room_outside_of_the_call()
    {
        RoomClient? desk = null;
        StartHostWithRoom(new RoomOptions
        {
            Approver = async (_, stop) => new ApprovalAnswer(await desk!.Toolkits.InvokeAsync<bool>("kit/judge", cancellationToken: stop)),
        });
        await OfferAsync("ada", _deletion.Tool, Tool.Create("judge", () => true));
        desk = await JoinAsync("desk");
        var bob = await JoinAsync("bob");
        Assert.Equal("deleted a", await bob.Toolkits.InvokeAsync<string>("kit/delete", new { path = "a" }).InTime());
        Assert.True(EntriesOf("kit/judge")[0].ParentId.IsEmpty);
    }
}
