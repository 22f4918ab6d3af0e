namespace Mesh.Contracts;

/// <summary>Budgets hold exactly, nest, and cost nothing where a call is refused.</summary>
public abstract class RoomClientBudgetContract : RoomClientContract
{
    private static readonly Tool Leaf = Tool.Create("leaf", () => "leaf");

    /// <summary>Calls <c>leaf</c> a number of times and counts how often it could.</summary>
    private static readonly Tool Fan = Tool.Create("fan", async (int width, CallContext call) =>
    {
        int done = 0;
        for (int i = 0; i < width; i++)
        {
            done += (await call.Room.Toolkits.TryInvokeAsync("kit/leaf")).IsResult ? 1 : 0;
        }

        return done;
    });

    private static readonly Tool Recurse = Tool.Create("recurse", async (CallContext call) => await call.Room.Toolkits.InvokeAsync<string>("kit/recurse"));

    [Fact]
    public async Task A_calls_own_budget_counts_it_and_all_below_it()
    {
        await OfferAsync("ada", Leaf, Fan);
        var bob = await JoinAsync("bob");
        Assert.Equal(3, await bob.Toolkits.InvokeAsync<int>("kit/fan", new { width = 9 }, new() { Budget = new() { Calls = 4 } }).InTime());
        Assert.Equal(9, await bob.Toolkits.InvokeAsync<int>("kit/fan", new { width = 9 }).InTime());
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf", options: new() { Budget = new() { Calls = 0 } })));
    }

    [Fact]
    public async Task A_budget_within_a_budget_cannot_be_larger()
    {
        await OfferAsync("ada", Leaf, Fan, Tool.Create("generous", async (CallContext call) =>
            await call.Room.Toolkits.InvokeAsync<int>("kit/fan", new { width = 9 }, new() { Budget = new() { Calls = 100, Depth = 100 } })));
        var bob = await JoinAsync("bob");
        Assert.Equal(2, await bob.Toolkits.InvokeAsync<int>("kit/generous", null, new() { Budget = new() { Calls = 4 } }).InTime());
    }

    [Fact]
    public async Task A_participants_budget_counts_its_own_calls_over_all_trees()
    {
        await OfferAsync("ada", Leaf, Fan);
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Calls = 2 } });
        Assert.Equal(5, await bob.Toolkits.InvokeAsync<int>("kit/fan", new { width = 5 }).InTime());
        Assert.Equal("leaf", await bob.Toolkits.InvokeAsync<string>("kit/leaf").InTime());
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf"));
        AssertCode(MeshErrorCode.BudgetExceeded, error);
        Assert.Contains("'bob'", error.Message, StringComparison.Ordinal);
        Host.SetGrants(Den, "bob", Grants.UserDefault with { Budget = new() { Calls = 3 } });
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
    }

    [Fact]
    public async Task A_rooms_budget_counts_the_calls_of_all()
    {
        StartHostWithRoom(new RoomOptions { Budget = new() { Calls = 4 } });
        await OfferAsync("ada", Leaf, Fan);
        var (bob, eve) = (await JoinAsync("bob"), await JoinAsync("eve"));
        Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("kit/fan", new { width = 1 }).InTime());
        Assert.True((await eve.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf"));
        AssertCode(MeshErrorCode.BudgetExceeded, error);
        Assert.Contains($"room '{Den}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_call_takes_nothing_from_any_budget()
    {
        StartHostWithRoom(new RoomOptions { Budget = new() { Calls = 3 } });
        await OfferAsync("ada", Leaf, Tool.Create("ask", () => "asked", new ToolOptions { RequiresApproval = true }));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Calls = 2 } });
        for (int i = 0; i < 5; i++)
        {
            AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/none")));
            AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf", new { x = 1 })));
            AssertCode(MeshErrorCode.ApprovalUnavailable, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/ask")));
            AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf", options: new() { Budget = new() { Calls = 0 } })));
        }

        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        Assert.False((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
        Assert.False((await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime()).IsResult);
    }

    [Fact]
    public async Task Concurrent_calls_never_exceed_a_budget()
    {
        StartHostWithRoom(new RoomOptions { Budget = new() { Calls = 1 + 50 } });
        await OfferAsync("ada", Leaf);
        var bob = await JoinAsync("bob");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await bob.Toolkits.TryInvokeAsync("kit/leaf")))).InTime();
        Assert.Equal(50, outcomes.Count(outcome => outcome.IsResult));
        Assert.All(outcomes.Where(outcome => !outcome.IsResult), outcome => AssertCode(MeshErrorCode.BudgetExceeded, outcome.Error));
    }

    [Fact]
    public async Task Recursion_without_end_stops_at_depth_32()
    {
        await OfferAsync("ada", Recurse);
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/recurse")));
        Assert.Equal(33, EntriesOf("kit/recurse").Count);
        Assert.Equal(MeshErrorCode.BudgetExceeded, EntriesOf("kit/recurse")[0].ErrorCode);
    }

    [Fact]
    public async Task Depth_may_be_limited_for_a_call_a_participant_and_a_room()
    {
        StartHostWithRoom(new RoomOptions { Budget = new() { Depth = 7 } });
        await OfferAsync("ada", Recurse);
        var bob = await JoinAsync("bob");
        await bob.Toolkits.TryInvokeAsync("kit/recurse").InTime();
        Assert.Equal(8, EntriesOf("kit/recurse").Count);
        var eve = await JoinAsync("eve", Grants.UserDefault with { Budget = new() { Depth = 5 } });
        await eve.Toolkits.TryInvokeAsync("kit/recurse").InTime();
        Assert.Equal(8 + 6, EntriesOf("kit/recurse").Count);
        await eve.Toolkits.TryInvokeAsync("kit/recurse", options: new() { Budget = new() { Depth = 1 } }).InTime();
        Assert.Equal(8 + 6 + 2, EntriesOf("kit/recurse").Count);
    }

    [Fact]
    public async Task A_tree_makes_no_more_calls_than_the_host_allows()
    {
        StartHost(options => options with { MaxTreeCalls = 6 });
        await OfferAsync("ada", Leaf, Fan);
        var bob = await JoinAsync("bob");
        Assert.Equal(5, await bob.Toolkits.InvokeAsync<int>("kit/fan", new { width = 9 }).InTime());
        Assert.Equal(5, await bob.Toolkits.InvokeAsync<int>("kit/fan", new { width = 9 }).InTime());
    }

    [Fact]
    public async Task Wall_time_ends_a_call_before_its_deadline()
    {
        var started = new Signal();
        await OfferAsync("ada", Tool.Create("wait", async (CancellationToken stop) =>
        {
            started.Set();
            await TestEnds.WaitAsync(stop);
        }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait", options: new() { Budget = new() { WallTime = TimeSpan.FromSeconds(5) } });
        await started.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(6));
        var error = await FailureOf(call);
        AssertCode(MeshErrorCode.BudgetExceeded, error);
        Assert.Contains("wall time", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wall_time_of_a_participant_limits_each_of_its_trees()
    {
        await OfferAsync("ada", Leaf, Tool.Create("slow", () => Clock.Advance(TimeSpan.FromSeconds(4))));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { WallTime = TimeSpan.FromSeconds(5) } });
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/slow").InTime()).IsResult);
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/slow").InTime()).IsResult);
    }

    [Fact]
    public void A_budget_that_makes_no_sense_is_refused_by_its_name()
    {
        Assert.Equal("Calls", Assert.Throws<ArgumentOutOfRangeException>(() => new Budget { Calls = -1 }).ParamName);
        Assert.Equal("Depth", Assert.Throws<ArgumentOutOfRangeException>(() => new Budget { Depth = -1 }).ParamName);
        Assert.Equal("WallTime", Assert.Throws<ArgumentOutOfRangeException>(() => new Budget { WallTime = TimeSpan.Zero }).ParamName);
    }
}
