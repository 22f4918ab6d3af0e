namespace Mesh.Contracts;

/// <summary>What changes while somebody thinks about a call counts before it runs.</summary>
public abstract class RoomClientRecheckContract : RoomClientContract
{
    private readonly ApprovedDeletion _deletion = new();

    [Fact]
    public async Task A_call_that_is_cancelled_meanwhile_ends_the_asking()
    {
        StartHostWithRoom(_deletion.Room);
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" }, cancellationToken: cancel.Token);
        await _deletion.Asked.InTime();
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        Assert.True(_deletion.Token.IsCancellationRequested);
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task Rights_taken_away_meanwhile_count()
    {
        StartHostWithRoom(_deletion.Room);
        await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _deletion.Asked.InTime();
        Host.SetGrants(Den, "bob", Tools("other/*"));
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(call));
        Assert.Equal(0, _deletion.Runs);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tool_that_is_replaced_meanwhile_is_not_what_was_approved(bool sameContract)
    {
        StartHostWithRoom(_deletion.Room);
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var registration = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", _deletion.Tool)).InTime();
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _deletion.Asked.InTime();
        await registration.DisposeAsync().InTime();
        var options = new ToolOptions { RequiresApproval = true, Description = "Deletes everything." };
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", sameContract
            ? Tool.Create("delete", (string path) => $"{_deletion.CountRun()} {path}", options)
            : Tool.Create("delete", (string path, bool all = true) => $"{_deletion.CountRun()} {path} {all}", options))).InTime();
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        AssertCode(MeshErrorCode.ApprovalStale, await FailureOf(call));
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task A_tool_that_is_withdrawn_meanwhile_is_not_found()
    {
        StartHostWithRoom(_deletion.Room);
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var registration = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", _deletion.Tool)).InTime();
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _deletion.Asked.InTime();
        await registration.DisposeAsync().InTime();
        _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        AssertCode(MeshErrorCode.NotFound, await FailureOf(call));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_provider_that_leaves_meanwhile_ends_the_call(bool approvedRightAfter)
    {
        StartHostWithRoom(_deletion.Room);
        var ada = await OfferAsync("ada", _deletion.Tool);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _deletion.Asked.InTime();
        await ada.DisposeAsync().InTime();
        if (approvedRightAfter)
        {
            _deletion.Answer.SetResult(ApprovalAnswer.Approved);
        }

        AssertCode(MeshErrorCode.Unavailable, await FailureOf(call));
        Assert.Equal(0, _deletion.Runs);
    }

    [Fact]
    public async Task A_budget_replaced_meanwhile_keeps_its_count()
    {
        StartHostWithRoom(_deletion.Room);
        await OfferAsync("ada", _deletion.Tool, Tool.Create("leaf", () => "leaf"));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Calls = 9 } });
        var call = bob.Toolkits.TryInvokeAsync("kit/delete", new { path = "a" });
        await _deletion.Asked.InTime();
        Host.SetGrants(Den, "bob", Grants.UserDefault with { Budget = new() { Calls = 1 } });
        _deletion.Answer.SetResult(ApprovalAnswer.Refused());
        AssertCode(MeshErrorCode.ApprovalRefused, await FailureOf(call));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf")));
    }
}
