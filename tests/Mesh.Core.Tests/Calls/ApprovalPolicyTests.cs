namespace Mesh.Core.Tests.Calls;

public sealed class ApprovalPolicyTests
{
    [Fact]
    public async Task A_policy_that_fails_asks_for_an_approval_and_is_told_to_the_host()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var faults = new List<MeshFault>();
        var journal = new MemoryJournal();
        bool fails = false;
        await using var mesh = new MeshHost(new MeshHostOptions
        {
            Journal = journal,
            OnFault = faults.Add,
            ConfigureRoom = _ => new RoomOptions
            {
                RequiresApproval = (_, _) => fails ? throw new InvalidOperationException("No policy.") : false,
            },
        });
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.AgentDefault, cancellationToken: cancellationToken);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("t", Tool.Create("one", () => 1)), cancellationToken: cancellationToken);
        fails = true;

        var outcome = await ada.Toolkits.TryInvokeAsync("t/one", cancellationToken: cancellationToken);

        fails = false;
        Assert.Equal(MeshErrorCode.ApprovalUnavailable, outcome.Error?.Code);
        Assert.Equal(MeshFaultKind.Host, Assert.Single(faults).Kind);
        Assert.Equal(MeshErrorCode.ApprovalUnavailable, journal.ToList()[^1].ErrorCode);
    }
}
