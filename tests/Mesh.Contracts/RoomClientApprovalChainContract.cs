using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// Approvals from deep inside: bob asks <c>desk/plan</c> of ada's, which asks <c>clerk/tidy</c> of eve's, which calls
/// <c>disk/delete</c> of zoe's, and somebody has to approve that last call.
/// </summary>
public abstract class RoomClientApprovalChainContract : RoomClientContract
{
    private readonly ConcurrentQueue<ApprovalRequest> _requests = new();
    private readonly Signal _asked = new();
    private readonly TaskCompletionSource<ApprovalAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _approverToken;
    private ToolkitRegistration _disk = null!;
    private RoomClient _zoe = null!;
    private int _runs;

    private static Grants Agent => Grants.AgentDefault;

    [Fact]
    public async Task It_is_asked_once_with_the_real_tool_and_its_arguments()
    {
        var bob = await StartChainAsync(AskAsync);
        var call = bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a.txt" }).AsTask();
        await _asked.InTime();
        Assert.Equal(0, _runs);
        _answer.SetResult(ApprovalAnswer.Approved);
        Assert.Equal("deleted a.txt", await call.InTime());
        Assert.Equal(1, _runs);
        var request = Assert.Single(_requests);
        Assert.Equal(("delete", "a.txt"), (request.Tool.Name, request.Arguments.GetProperty("path").GetString()));
        Assert.Equal(("eve", "bob", "bob"), (request.Caller.Name, request.OnBehalfOf?.Name, request.RootCaller.Name));
        var (entry, record) = (Assert.Single(EntriesOf("disk/delete")), request.Record);
        Assert.Equal(
            (entry.CallId, "eve", entry.CallerId, "bob", new ToolAddress("disk/delete"), request.Tool.DefinitionHash),
            (record.CallId, record.Caller, record.CallerId, record.OnBehalfOf, record.Target, record.DefinitionHash));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("""{"path":"a.txt"}"""u8)), record.ArgumentsHash);
    }

    [Fact]
    public async Task Each_call_is_one_entry_of_one_tree_for_the_same_person()
    {
        var bob = await StartChainAsync(AskAsync);
        _answer.SetResult(ApprovalAnswer.Approved);
        await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a" }).InTime();
        var (plan, tidy, delete) = (Assert.Single(EntriesOf("desk/plan")), Assert.Single(EntriesOf("clerk/tidy")), Assert.Single(EntriesOf("disk/delete")));
        Assert.Equal((plan.CallId, tidy.CallId), (tidy.ParentId, delete.ParentId));
        Assert.All([plan, tidy, delete], entry => Assert.Equal((plan.CallId, "bob"), (entry.RootId, entry.OnBehalfOf)));
        Assert.Equal(("bob", "ada", "eve"), (plan.Caller, tidy.Caller, delete.Caller));
    }

    [Fact]
    public async Task A_refusal_is_what_the_innermost_caller_learns()
    {
        var bob = await StartChainAsync(AskAsync);
        _answer.SetResult(ApprovalAnswer.Refused("not on a Friday"));
        Assert.Equal("Tool 'disk/delete' was not approved: not on a Friday", await ErrorOfDeleteAsync(bob, MeshErrorCode.ApprovalRefused));
    }

    [Fact]
    public async Task No_answer_in_time_is_an_expiry_and_no_deadline_of_the_chain_passes_before()
    {
        var bob = await StartChainAsync(AskAsync);
        var call = ErrorOfDeleteAsync(bob, MeshErrorCode.ApprovalExpired);
        await _asked.InTime();
        await Clock.TimerWithinAsync(TimeSpan.FromMinutes(10));
        Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.False(call.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(2));
        await call;
        Assert.True(_approverToken.IsCancellationRequested);
    }

    [Fact]
    public async Task An_answer_as_data_must_be_for_what_was_asked()
    {
        // As it would come back from a page or out of a store.
        var bob = await StartChainAsync((request, _) =>
        {
            _requests.Enqueue(request);
            return new(ApprovalAnswer.ApprovedFor(JsonSerializer.Deserialize<ApprovalRecord>(JsonSerializer.Serialize(request.Record))!));
        });
        Assert.Equal("deleted a", await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a" }).InTime());
        Assert.Equal(1, _runs);
    }

    [Theory]
    [InlineData("tool", "another tool or definition")]
    [InlineData("definition", "another tool or definition")]
    [InlineData("arguments", "other arguments")]
    [InlineData("caller", "another caller")]
    [InlineData("caller's life", "another caller")]
    [InlineData("person", "another caller")]
    [InlineData("call", "another call")]
    [InlineData("session", "another call")]
    [InlineData("expiry", "another time")]
    public async Task An_answer_that_was_tampered_with_lets_nothing_run(string what, string named)
    {
        var bob = await StartChainAsync((request, _) => new(ApprovalAnswer.ApprovedFor(what switch
        {
            "tool" => request.Record with { Target = "disk/format" },
            "definition" => request.Record with { DefinitionHash = new string('0', 64) },
            "arguments" => request.Record with { ArgumentsHash = Convert.ToHexStringLower(SHA256.HashData("""{"path":"b"}"""u8)) },
            "caller" => request.Record with { Caller = "ada" },
            "caller's life" => request.Record with { CallerId = request.RootCaller.Id },
            "person" => request.Record with { OnBehalfOf = null },
            "call" => request.Record with { CallId = request.Record.Id },
            "session" => request.Record with { Session = request.Record.Id },
            _ => request.Record with { ExpiresAt = request.Record.ExpiresAt.AddYears(1) },
        })));
        Assert.Equal(
            $"Tool 'disk/delete': the approval that was given is for {named}.",
            await ErrorOfDeleteAsync(bob, MeshErrorCode.ApprovalMismatch));
    }

    [Fact]
    public async Task An_approval_cannot_be_used_again_not_even_for_the_same_call_once_more()
    {
        var bob = await StartChainAsync((request, _) =>
        {
            _requests.Enqueue(request);
            return new(ApprovalAnswer.ApprovedFor(_requests.First().Record));
        });
        Assert.Equal("deleted a", await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a" }).InTime());
        Assert.Equal(
            "Tool 'disk/delete': the approval that was given is for another call.",
            await ErrorOfDeleteAsync(bob, MeshErrorCode.ApprovalMismatch, runs: 1));
        Assert.Equal(2, _requests.Count);
    }

    [Fact]
    public async Task Each_call_is_asked_about_by_itself()
    {
        var bob = await StartChainAsync((request, _) =>
        {
            _requests.Enqueue(request);
            return new(ApprovalAnswer.Approved);
        });
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = $"{i % 2}" }).AsTask())).InTime();
        Assert.Equal((10, 10, 10), (_runs, _requests.Count, _requests.Select(request => request.Record.CallId).Distinct().Count()));
        Assert.Equal(10, _requests.Select(request => request.Record.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_tool_that_is_replaced_meanwhile_is_stale()
    {
        var bob = await StartChainAsync(AskAsync);
        var call = ErrorOfDeleteAsync(bob, MeshErrorCode.ApprovalStale);
        await _asked.InTime();
        await _disk.DisposeAsync().InTime();
        await _zoe.Toolkits.RegisterAsync(Toolkit.Create("disk", Delete("Deletes everything."))).InTime();
        _answer.SetResult(ApprovalAnswer.Approved);
        Assert.Equal("Tool 'disk/delete' was replaced after its approval was asked for.", await call);
    }

    [Fact]
    public async Task Who_began_it_all_and_cancels_ends_the_asking_and_every_call_of_the_chain()
    {
        var bob = await StartChainAsync(AskAsync);
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("desk/plan", new { path = "a" }, cancellationToken: cancel.Token);
        await _asked.InTime();
        var ended = new Signal();
        using var _ = _approverToken.Register(ended.Set);
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await ended.InTime();
        _answer.SetResult(ApprovalAnswer.Approved);
        foreach (string path in new[] { "disk/delete", "clerk/tidy", "desk/plan" })
        {
            var entry = (await Host.WatchJournalAsync(new() { Tool = path, After = 0 }).TakeUntilAsync(entry => entry.Target.Path == path))[^1];
            Assert.Equal(CallStatus.Cancelled, entry.Status);
        }

        Assert.Equal(0, _runs);
    }

    [Theory]
    [InlineData("bob", "on whose behalf it was called")]
    [InlineData("eve", "is not granted to 'eve'")]
    public async Task Both_the_caller_and_the_person_must_have_the_right_on_the_last_hop(string weak, string message)
    {
        var bob = await StartChainAsync(AskAsync);
        Host.SetGrants(Den, weak, weak == "bob" ? Tools("desk/plan", "clerk/tidy") : Agent with { Agents = Agent.Agents! with { Tools = AllowList.None } });
        Assert.Contains(message, await ErrorOfDeleteAsync(bob, MeshErrorCode.NotGranted), StringComparison.Ordinal);
        Assert.Empty(_requests);
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("ada")]
    public async Task Both_the_caller_and_the_person_must_have_the_right_on_the_hop_between(string weak)
    {
        var bob = await StartChainAsync(AskAsync);
        Host.SetGrants(Den, weak, weak == "bob" ? Tools("desk/plan", "disk/delete") : Agent with { Agents = Agent.Agents! with { Tools = new AllowList("disk/delete") } });
        await FailureOf(bob.Toolkits.TryInvokeAsync("desk/plan", new { path = "a" }));
        Assert.Equal(MeshErrorCode.NotGranted, Assert.Single(EntriesOf("clerk/tidy")).ErrorCode);
        Assert.Empty(EntriesOf("disk/delete"));
    }

    [Fact]
    public async Task A_person_who_loses_the_right_while_somebody_thinks_is_refused_deep_inside()
    {
        var bob = await StartChainAsync(AskAsync);
        var call = ErrorOfDeleteAsync(bob, MeshErrorCode.NotGranted);
        await _asked.InTime();
        Host.SetGrants(Den, "bob", Tools("desk/plan", "clerk/tidy"));
        _answer.SetResult(ApprovalAnswer.Approved);
        Assert.Contains("on whose behalf it was called", await call, StringComparison.Ordinal);
    }

    /// <summary>Runs the chain, whose last call must fail with a code; returns what its caller has learned.</summary>
    private async Task<string> ErrorOfDeleteAsync(RoomClient bob, MeshErrorCode code, int runs = 0)
    {
        var outer = await FailureOf(bob.Toolkits.TryInvokeAsync("desk/plan", new { path = "a" }));
        Assert.Equal(MeshErrorCode.HandlerFailed, outer.Code);
        Assert.Equal(code, EntriesOf("disk/delete")[^1].ErrorCode);
        Assert.Equal(runs, _runs);
        return Faults.Select(fault => fault.Exception).OfType<MeshException>().Last(exception => exception.Code == code).Error.Message;
    }

    private async Task<RoomClient> StartChainAsync(Approver approver)
    {
        StartHostWithRoom(new RoomOptions { Approver = approver });
        await AgentAsync("ada", Toolkit.Create("desk", Tool.Create("plan", async (string path, CallContext call) =>
            await call.Room.Toolkits.InvokeAsync<string>("clerk/tidy", new { path }))));
        await AgentAsync("eve", Toolkit.Create("clerk", Tool.Create("tidy", async (string path, CallContext call) =>
            await call.Room.Toolkits.InvokeAsync<string>("disk/delete", new { path }))));
        _zoe = await JoinAsync("zoe", Agent, ParticipantRole.Agent);
        _disk = await _zoe.Toolkits.RegisterAsync(Toolkit.Create("disk", Delete("Deletes a file."))).InTime();
        return await JoinAsync("bob");
    }

    private async Task AgentAsync(string name, Toolkit toolkit)
    {
        var client = await JoinAsync(name, Agent, ParticipantRole.Agent);
        await client.Toolkits.RegisterAsync(toolkit).InTime();
    }

    private Tool Delete(string description) => Tool.Create("delete", (string path) =>
    {
        Interlocked.Increment(ref _runs);
        return $"deleted {path}";
    }, new ToolOptions { RequiresApproval = true, Description = description });

    private async ValueTask<ApprovalAnswer> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        _requests.Enqueue(request);
        _approverToken = cancellationToken;
        _asked.Set();
        return await _answer.Task.WaitAsync(cancellationToken);
    }
}
