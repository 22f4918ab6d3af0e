using System.Collections.Concurrent;

namespace Mesh.Contracts;

/// <summary>
/// Watching what approvers are asked: bob asks <c>desk/plan</c> of ada's, which calls <c>disk/delete</c> of zoe's, which somebody has
/// to approve.
/// </summary>
public abstract class RoomClientApprovalObserverContract : RoomClientContract
{
    private readonly ConcurrentQueue<string> _seen = new();
    private RoomClient _ada = null!;

    [Fact]
    public async Task Who_starts_a_tree_is_told_with_the_arguments_before_and_after()
    {
        var bob = await StartAsync(ApprovalAnswer.Approved);
        using (bob.ObserveApprovals(new Observer("bob", _seen)))
        {
            await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a" }).InTime();
        }

        Assert.Equal(["""bob asked disk/delete {"path":"a"}""", "bob answered yes"], _seen);
        await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "b" }).InTime();
        Assert.Equal(2, _seen.Count);
    }

    [Fact]
    public async Task Within_a_call_it_is_told_of_the_calls_that_this_one_leads_to_and_of_no_others()
    {
        var bob = await StartAsync(ApprovalAnswer.Refused("no"), within: room => room.ObserveApprovals(new Observer("ada", _seen)));
        await bob.Toolkits.TryInvokeAsync("desk/plan", new { path = "a" }).InTime();
        await bob.Toolkits.TryInvokeAsync("disk/delete", new { path = "b" }).InTime();
        Assert.Equal(["""ada asked disk/delete {"path":"a"}""", "ada answered approval_refused"], _seen);
    }

    [Fact]
    public async Task The_arguments_of_calls_that_others_make_are_not_shown()
    {
        var bob = await StartAsync(ApprovalAnswer.Approved);
        var eve = await JoinAsync("eve", Grants.AgentDefault, ParticipantRole.Agent);
        await eve.Toolkits.RegisterAsync(Toolkit.Create("clerk", Tool.Create("pass", async (string path, CallContext call) =>
        {
            using (call.Room.ObserveApprovals(new Observer("eve", _seen)))
            {
                return await call.Room.Toolkits.InvokeAsync<string>("desk/plan", new { path });
            }
        }))).InTime();
        await bob.Toolkits.InvokeAsync<string>("clerk/pass", new { path = "secret" }).InTime();
        Assert.Equal(["eve asked disk/delete ", "eve answered yes"], _seen);
    }

    [Fact]
    public async Task Of_one_call_its_caller_is_told_of_it_and_of_what_it_leads_to_and_of_no_other()
    {
        var bob = await StartAsync(ApprovalAnswer.Approved);
        var (one, other) = (bob.NewCallId(), bob.NewCallId());
        using (bob.ObserveApprovals(new Observer("one", _seen), one))
        using (bob.ObserveApprovals(new Observer("other", _seen), other))
        {
            await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a" }, new() { CallId = one }).InTime();
            await bob.Toolkits.InvokeAsync<string>("disk/delete", new { path = "b" }, new() { CallId = other }).InTime();
            await bob.Toolkits.InvokeAsync<string>("disk/delete", new { path = "c" }).InTime();
        }

        Assert.Equal(
            ["""one asked disk/delete {"path":"a"}""", "one answered yes", """other asked disk/delete {"path":"b"}""", "other answered yes"], _seen);
    }

    [Fact]
    public async Task Who_knows_the_id_of_a_call_of_somebody_else_is_told_nothing_of_it()
    {
        var bob = await StartAsync(ApprovalAnswer.Approved);
        var eve = await JoinAsync("eve", Grants.AgentDefault, ParticipantRole.Agent);
        var id = bob.NewCallId();
        using (eve.ObserveApprovals(new Observer("eve", _seen), id))
        {
            await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a" }, new() { CallId = id }).InTime();
        }

        Assert.Empty(_seen);
    }

    [Fact]
    public async Task An_observer_that_fails_stops_nothing()
    {
        var bob = await StartAsync(ApprovalAnswer.Approved);
        using var watch = bob.ObserveApprovals(new Observer(null, _seen));
        Assert.Equal("deleted a", await bob.Toolkits.InvokeAsync<string>("desk/plan", new { path = "a" }).InTime());
        Assert.Equal(2, Faults.Count(fault => fault.Message == "An observer of approvals failed."));
    }

    private async Task<RoomClient> StartAsync(ApprovalAnswer answer, Func<RoomClient, IDisposable>? within = null)
    {
        StartHostWithRoom(new RoomOptions { Approver = (_, _) => new(answer) });
        _ada = await JoinAsync("ada", Grants.AgentDefault, ParticipantRole.Agent);
        await _ada.Toolkits.RegisterAsync(Toolkit.Create("desk", Tool.Create("plan", async (string path, CallContext call) =>
        {
            using (within?.Invoke(_ada))
            {
                return await call.Room.Toolkits.InvokeAsync<string>("disk/delete", new { path });
            }
        }))).InTime();
        var zoe = await JoinAsync("zoe", Grants.AgentDefault, ParticipantRole.Agent);
        await zoe.Toolkits.RegisterAsync(Toolkit.Create("disk", Tool.Create("delete", (string path) => $"deleted {path}", new() { RequiresApproval = true }))).InTime();
        return await JoinAsync("bob");
    }

    private sealed class Observer(string? name, ConcurrentQueue<string> seen) : IApprovalObserver
    {
        public void OnAsked(ApprovalRequest request) =>
            Tell($"asked {request.Record.Target} {(request.Arguments.ValueKind == default ? "" : request.Arguments.GetRawText())}");

        public void OnAnswered(ApprovalRequest request, MeshError? refusal) => Tell($"answered {refusal?.Code.Value ?? "yes"}");

        private void Tell(string what) => seen.Enqueue($"{name ?? throw new InvalidOperationException("no observer")} {what}");
    }
}
