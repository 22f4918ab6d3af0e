namespace Mesh.Contracts;

/// <summary>What changes while somebody thinks about a call counts before it runs.</summary>
public abstract class RoomClientRecheckContract : RoomClientContract
{
    private readonly Signal _asked = new();
    private readonly TaskCompletionSource<ApprovalAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _approverToken;
    private int _runs;

    private Tool Delete => Tool.Create("delete", (string path) =>
    {
        Interlocked.Increment(ref _runs);
        return $"deleted {path}";
    }, new ToolOptions { RequiresApproval = true, Description = "Deletes a file." });

    [Fact]
    public async Task A_call_that_is_cancelled_meanwhile_ends_the_asking()
    {
        StartHostWithRoom(new RoomOptions { Approver = AskAsync });
        await OfferAsync("ada", Delete);
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" }, cancellationToken: cancel.Token);
        await _asked.InTime();
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        Assert.True(_approverToken.IsCancellationRequested);
        _answer.SetResult(ApprovalAnswer.Approved);
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task Rights_taken_away_meanwhile_count()
    {
        StartHostWithRoom(new RoomOptions { Approver = AskAsync });
        await OfferAsync("ada", Delete);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _asked.InTime();
        Host.SetGrants(Den, "bob", Tools("other/*"));
        _answer.SetResult(ApprovalAnswer.Approved);
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(call));
        Assert.Equal(0, _runs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tool_that_is_replaced_meanwhile_is_not_what_was_approved(bool sameContract)
    {
        StartHostWithRoom(new RoomOptions { Approver = AskAsync });
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var registration = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Delete)).InTime();
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _asked.InTime();
        await registration.DisposeAsync().InTime();
        var options = new ToolOptions { RequiresApproval = true, Description = "Deletes everything." };
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", sameContract
            ? Tool.Create("delete", (string path) => $"{++_runs} {path}", options)
            : Tool.Create("delete", (string path, bool all = true) => $"{++_runs} {path} {all}", options))).InTime();
        _answer.SetResult(ApprovalAnswer.Approved);
        AssertCode(MeshErrorCode.ApprovalStale, await FailureOf(call));
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task A_tool_that_is_withdrawn_meanwhile_is_not_found()
    {
        StartHostWithRoom(new RoomOptions { Approver = AskAsync });
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var registration = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Delete)).InTime();
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _asked.InTime();
        await registration.DisposeAsync().InTime();
        _answer.SetResult(ApprovalAnswer.Approved);
        AssertCode(MeshErrorCode.NotFound, await FailureOf(call));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_leaves_meanwhile_ends_the_call(bool approvedRightAfter)
    {
        StartHostWithRoom(new RoomOptions { Approver = AskAsync });
        var ada = await OfferAsync("ada", Delete);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _asked.InTime();
        await ada.DisposeAsync().InTime();
        if (approvedRightAfter)
        {
            _answer.SetResult(ApprovalAnswer.Approved);
        }

        AssertCode(MeshErrorCode.Unavailable, await FailureOf(call));
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task A_budget_replaced_meanwhile_keeps_its_count()
    {
        StartHostWithRoom(new RoomOptions { Approver = AskAsync });
        await OfferAsync("ada", Delete, Tool.Create("leaf", () => "leaf"));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Calls = 9 } });
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _asked.InTime();
        Host.SetGrants(Den, "bob", Grants.UserDefault with { Budget = new() { Calls = 1 } });
        _answer.SetResult(ApprovalAnswer.Refused());
        AssertCode(MeshErrorCode.ApprovalRefused, await FailureOf(call));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf")));
    }

    private async ValueTask<ApprovalAnswer> AskAsync(ApprovalRequest request, CancellationToken cancellationToken)
    {
        _approverToken = cancellationToken;
        _asked.Set();
        return await _answer.Task.WaitAsync(cancellationToken);
    }
}
