namespace Mesh.Contracts;

/// <summary>Several registrations under one address: which of them serves a call, and which may come beside which.</summary>
public abstract class RoomClientSharingContract : RoomClientContract
{
    private static readonly Tool Who = Tool.Create("who", (CallContext call) => call.Room.Self.Name);

    [Fact]
    public async Task Instances_take_turns()
    {
        await OfferAsync("ada", Who);
        await OfferAsync("eve", Who);
        await OfferAsync("ivy", Who);
        var bob = await JoinAsync("bob");
        var served = new List<string>();
        for (int i = 0; i < 9; i++)
        {
            served.Add(await bob.Toolkits.InvokeAsync<string>("kit/who").InTime());
        }

        Assert.Equal([3, 3, 3], served.GroupBy(name => name).Select(each => each.Count()));
        Assert.Equal("eve", await bob.Toolkits.InvokeAsync<string>("kit/who@eve").InTime());
    }

    [Fact]
    public async Task The_instance_with_the_fewest_calls_in_flight_is_next()
    {
        var started = new SemaphoreSlim(0);
        async Task<string> Hold(CallContext call)
        {
            started.Release();
            await TestEnds.WaitAsync(call.CancellationToken);
            return "";
        }

        await OfferAsync("ada", Who, Tool.Create("hold", Hold));
        await OfferAsync("eve", Who, Tool.Create("hold", Hold));
        var bob = await JoinAsync("bob");
        var calls = new List<Task<CallOutcome>>();
        for (int i = 0; i < 3; i++)
        {
            calls.Add(bob.Toolkits.TryInvokeAsync("kit/hold@ada").AsTask());
            Assert.True(await started.WaitAsync(Bounded.TestTimeout));
        }

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("eve", (await bob.Toolkits.ExplainAsync("kit/hold").InTime()).Provider);
            calls.Add(bob.Toolkits.TryInvokeAsync("kit/hold").AsTask());
            Assert.True(await started.WaitAsync(Bounded.TestTimeout));
        }

        TestEnds.Set();
        foreach (var call in calls)
        {
            Assert.True((await call.InTime()).IsResult);
        }

        Assert.Equal(3, EntriesOf("kit/hold").Count(entry => entry.Provider == "eve"));
    }

    [Fact]
    public async Task A_compatible_contract_is_accepted_and_its_changes_announced()
    {
        await OfferAsync("ada", Tool.Create("add", (int a, int b) => a + b));
        var eve = await JoinAsync("eve", Grants.Full);
        var registration = await eve.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("add", (int a, int b, int c = 0) => a + b + c))).InTime();
        string change = Assert.Single(registration.Changes);
        Assert.StartsWith("kit/add: ", change, StringComparison.Ordinal);
        Assert.Contains("c", change, StringComparison.Ordinal);
        var bob = await JoinAsync("bob");
        var announced = (await bob.Events.ReadAsync(EventPosition.At(1)).TakeUntilAsync(e => e.Kind == RoomEventKinds.ToolkitRegistered && e.Payload.GetProperty("participant").GetString() == "eve"))[^1];
        Assert.Equal([change], announced.Payload.GetProperty("changes").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal(6, await bob.Toolkits.InvokeAsync<int>("kit/add@eve", new { a = 1, b = 2, c = 3 }).InTime());
    }

    [Fact]
    public async Task A_breaking_contract_is_refused_as_a_whole()
    {
        await OfferAsync("ada", Tool.Create("add", (int a, int b) => a + b));
        var eve = await JoinAsync("eve", Grants.Full);
        var error = await FailureOf(eve.Toolkits.RegisterAsync(Toolkit.Create("kit", Who, Tool.Create("add", (int a, int b, int c) => a + b + c))));
        AssertCode(MeshErrorCode.ContractConflict, error);
        Assert.Contains("'kit/add'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'ada'", error.Message, StringComparison.Ordinal);
        Assert.Contains("AddressedOnly", error.Remedy, StringComparison.Ordinal);
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/who")));
        Assert.Single(await bob.Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task A_private_toolkit_clashes_with_no_public_one()
    {
        await OfferAsync("ada", Tool.Create("add", (int a, int b) => a + b));
        var eve = await JoinAsync("eve", Grants.Full);
        await eve.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("add", (string x) => x)), new() { Private = true }).InTime();
        Assert.Equal("x", await eve.Toolkits.InvokeAsync<string>("kit/add", new { x = "x" }).InTime());
        Assert.Equal(3, await (await JoinAsync("bob")).Toolkits.InvokeAsync<int>("kit/add", new { a = 1, b = 2 }).InTime());
    }

    [Fact]
    public async Task Another_contract_may_come_when_the_last_of_the_old_one_is_gone()
    {
        var ada = await OfferAsync("ada", Tool.Create("add", (int a, int b) => a + b));
        var eve = await JoinAsync("eve", Grants.Full);
        await ada.DisposeAsync().InTime();
        await eve.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("add", (string x) => x))).InTime();
        Assert.Equal("x", await eve.Toolkits.InvokeAsync<string>("kit/add", new { x = "x" }).InTime());
    }

    [Fact]
    public async Task A_host_may_choose_between_instances_itself()
    {
        var policy = new Policy();
        StartHost(options => options with { LoadBalancing = policy });
        await OfferAsync("ada", Who);
        await OfferAsync("eve", Who);
        var bob = await JoinAsync("bob");
        policy.Answer = loads => loads.FindIndex(load => load.Participant == "eve");
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("eve", await bob.Toolkits.InvokeAsync<string>("kit/who").InTime());
        }

        Assert.Empty(Faults);
        Assert.Equal(("kit/who", "ada eve", true, false), (policy.Path, string.Join(' ', policy.Seen!.Select(load => load.Participant)), policy.Seen![0].IsFree, policy.Seen[0].IsFull));
        foreach (var answer in (Func<List<InstanceLoad>, int>[])[_ => 2, _ => -1, _ => throw new InvalidOperationException("no idea")])
        {
            policy.Answer = answer;
            Assert.Matches("^(ada|eve)$", await bob.Toolkits.InvokeAsync<string>("kit/who").InTime());
        }

        Assert.Equal([null, null, "no idea"], Faults.Select(fault => fault.Exception?.Message));
        Assert.All(Faults, fault => Assert.Equal((MeshFaultKind.Host, true), (fault.Kind, fault.Message.Contains("'kit/who'", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Calls_go_to_those_who_are_left()
    {
        var ada = await OfferAsync("ada", Who);
        await OfferAsync("eve", Who);
        var bob = await JoinAsync("bob");
        await ada.DisposeAsync().InTime();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("eve", await bob.Toolkits.InvokeAsync<string>("kit/who").InTime());
        }
    }

    [Fact]
    public async Task Registering_and_leaving_beside_calls_loses_none()
    {
        // A read-only call that an instance took along is unavailable; no call finds nobody.
        var who = Tool.Create("who", (CallContext call) => call.Room.Self.Name, new ToolOptions { Annotations = new() { ReadOnly = true } });
        await OfferAsync("ada", who);
        var bob = await JoinAsync("bob");
        var churn = Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                var eve = await JoinAsync($"eve-{i}", Grants.Full);
                await eve.Toolkits.RegisterAsync(Toolkit.Create("kit", who));
                await eve.DisposeAsync();
            }
        });
        int calls = 0;
        while (!churn.IsCompleted || calls < 100)
        {
            var outcome = await bob.Toolkits.TryInvokeAsync("kit/who").InTime();
            Assert.True(outcome.IsResult || outcome.Error.Code == MeshErrorCode.Unavailable, outcome.ToString());
            calls++;
        }

        await churn.InTime();
    }

    /// <summary>A policy whose answers a test gives.</summary>
    private sealed class Policy : ILoadBalancingPolicy
    {
        public Func<List<InstanceLoad>, int> Answer { get; set; } = _ => 0;

        public string? Path { get; private set; }

        public List<InstanceLoad>? Seen { get; private set; }

        public int Choose(string path, ReadOnlySpan<InstanceLoad> instances)
        {
            (Path, Seen) = (path, [.. instances]);
            return Answer(Seen);
        }
    }
}
