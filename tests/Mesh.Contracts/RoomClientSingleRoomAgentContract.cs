namespace Mesh.Contracts;

/// <summary>The life of an agent that is bound to one room: how it starts, how it stops, and what is left of it.</summary>
public abstract class RoomClientSingleRoomAgentContract : RoomClientContract
{
    private static readonly Toolkit Local = Toolkit.Create("desk", Tool.Create("write", () => "written"));

    [Fact]
    public async Task It_is_found_while_it_runs_and_gone_when_it_has_stopped()
    {
        var (ada, bob) = (await JoinAgentAsync("ada"), await JoinAsync("bob"));
        var runner = new TestRunner("job", options: new() { Title = "Job", Tags = ["fast"] }) { Toolkits = [Local] };
        Assert.Throws<InvalidOperationException>(() => runner.Room);
        await runner.StartAsync(ada).InTime();
        Assert.Same(ada, runner.Room);
        var info = Assert.Single(await bob.Agents.ListAsync(new() { Tag = "fast" }).InTime());
        Assert.Equal(("job", "ada", "Job", AgentShape.Trigger), (info.Name, info.Participant, info.Contract.Title, info.Contract.Shape));
        Assert.Equal("done", await bob.Agents.AskAsync<string>("job").InTime());
        await runner.StopAsync().InTime();
        await runner.DisposeAsync().InTime();
        Assert.True(runner.Completion.IsCompletedSuccessfully);
        Assert.Equal(1, runner.Stops);
        await AssertNothingLeftAsync(ada);
    }

    [Fact]
    public async Task A_second_start_is_refused()
    {
        var (ada, eve) = (await JoinAgentAsync("ada"), await JoinAgentAsync("eve"));
        await using var runner = new TestRunner("job");
        await runner.StartAsync(ada).InTime();
        AssertCode(MeshErrorCode.AlreadyStarted, await StartErrorAsync(runner, eve));
        await runner.StopAsync().InTime();
        AssertCode(MeshErrorCode.AlreadyStarted, await StartErrorAsync(runner, ada));
        await runner.DisposeAsync().InTime();
        var other = new TestRunner("job");
        await other.DisposeAsync().InTime();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other.StartAsync(ada).InTime());
    }

    [Fact]
    public async Task Start_after_the_participant_has_left_is_refused()
    {
        var ada = await JoinAgentAsync("ada");
        await Host.RetireRoomAsync(Den).InTime();
        await ada.Completion.InTime();
        AssertCode(MeshErrorCode.Closed, await StartErrorAsync(new TestRunner("job"), ada));
    }

    [Fact]
    public async Task A_start_that_fails_leaves_nothing_behind_and_may_be_tried_again()
    {
        var ada = await JoinAgentAsync("ada");
        bool fails = true;
        await using var runner = new TestRunner("job") { Toolkits = [Local], OnStart = _ => fails ? throw new InvalidOperationException("not yet") : default };
        Assert.Equal("not yet", (await Assert.ThrowsAsync<InvalidOperationException>(() => runner.StartAsync(ada).InTime())).Message);
        Assert.Equal(0, runner.Stops);
        await AssertNothingLeftAsync(ada);
        fails = false;
        await runner.StartAsync(ada).InTime();
        Assert.Equal("done", await ada.Agents.AskAsync<string>("job").InTime());
    }

    [Fact]
    public async Task A_start_that_fails_at_the_end_takes_everything_back()
    {
        // Grants for private toolkits alone.
        var ada = await JoinAsync("ada", Grants.UserDefault);
        var runner = new TestRunner("job") { Toolkits = [Local] };
        AssertCode(MeshErrorCode.NotGranted, await StartErrorAsync(runner, ada));
        Assert.Equal(1, runner.Stops);
        await AssertNothingLeftAsync(ada);
        await using var registration = await ada.Toolkits.RegisterAsync(Local, new() { Private = true }).InTime();
    }

    [Fact]
    public async Task A_start_that_is_cancelled_leaves_nothing_behind()
    {
        var ada = await JoinAgentAsync("ada");
        var begun = new Signal();
        using var cancel = new CancellationTokenSource();
        var runner = new TestRunner("job") { Toolkits = [Local], OnStart = _ => WaitAsync(begun) };
        var starting = runner.StartAsync(ada, cancel.Token).InTime();
        await begun.InTime();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await AssertNothingLeftAsync(ada);
    }

    [Fact]
    public async Task A_start_is_ended_by_a_stop_and_by_the_end_of_the_participant()
    {
        var ada = await JoinAgentAsync("ada");
        var begun = new Signal();
        var runner = new TestRunner("job") { OnStart = _ => WaitAsync(begun) };
        var starting = runner.StartAsync(ada).InTime();
        await begun.InTime();
        await runner.StopAsync().InTime();
        Assert.Equal(MeshErrorCode.Closed, (await Assert.ThrowsAsync<MeshException>(() => starting)).Code);

        begun = new Signal();
        starting = runner.StartAsync(ada).InTime();
        await begun.InTime();
        await Host.RemoveParticipantAsync(Den, "ada").InTime();
        Assert.Equal(MeshErrorCode.Closed, (await Assert.ThrowsAsync<MeshException>(() => starting)).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_ends_with_its_participant_and_with_its_room(bool room)
    {
        var ada = await JoinAgentAsync("ada");
        var runner = new TestRunner("job") { Toolkits = [Local] };
        await runner.StartAsync(ada).InTime();
        await (room ? Host.RetireRoomAsync(Den) : ada.DisposeAsync().AsTask()).InTime();
        await runner.Completion.InTime();
        Assert.Equal(1, runner.Stops);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_stop_lets_calls_that_run_use_the_toolkits_and_end()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var (begun, go) = (new Signal(), new Signal());
        var (ada, bob) = (await JoinAgentAsync("ada"), await JoinAsync("bob"));
        var runner = new TestRunner("job", async (context, _) =>
        {
            begun.Set();
            await go.WaitAsync(context.CancellationToken);
            return await TestRunner.Text(await context.Room.Toolkits.InvokeAsync<string>("desk/write"));
        })
        { Toolkits = [Local] };
        await runner.StartAsync(ada).InTime();
        var asking = bob.Agents.AskAsync<string>("job").InTime();
        await begun.InTime();
        var stopping = runner.StopAsync().InTime();
        await bob.Agents.WatchAsync().TakeUntilAsync(change => change.Kind == RoomEventKinds.AgentUnregistered);
        Assert.False(stopping.IsCompleted);
        go.Set();
        Assert.Equal("written", await asking);
        await stopping;
    }

    [Fact]
    public async Task A_runner_that_stops_itself_ends_its_own_call()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var (ada, bob) = (await JoinAgentAsync("ada"), await JoinAsync("bob"));
        TestRunner runner = null!;
        runner = new TestRunner("job", async (_, _) =>
        {
            await runner.StopAsync();
            await runner.StopAsync();
            return await TestRunner.Text("last");
        });
        await runner.StartAsync(ada).InTime();
        Assert.Equal("last", await bob.Agents.AskAsync<string>("job").InTime());
        await runner.Completion.InTime();
    }

    [Fact]
    public async Task What_the_hook_of_the_stop_throws_goes_to_the_host()
    {
        var runner = new TestRunner("job") { OnStop = _ => throw new InvalidOperationException("secret") };
        await runner.StartAsync(await JoinAgentAsync("ada")).InTime();
        await runner.StopAsync().InTime();
        Assert.Equal((MeshFaultKind.Agent, "secret"), (Assert.Single(Faults).Kind, Assert.Single(Faults).Exception?.Message));
    }

    [Fact]
    public async Task A_hook_of_the_stop_that_does_not_end_holds_nothing_up()
    {
        StartHost(options => options with { ServiceTimeout = TimeSpan.FromSeconds(5) });
        var begun = new Signal();
        var runner = new TestRunner("job") { OnStop = _ => WaitAsync(begun) };
        await runner.StartAsync(await JoinAgentAsync("ada")).InTime();
        var stopping = runner.StopAsync().InTime();
        await begun.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5)).InTime();
        await stopping;
        Assert.Single(Faults);
    }

    [Fact]
    public async Task Work_in_the_background_runs_while_the_agent_does_and_cannot_be_asked()
    {
        var (ada, bob) = (await JoinAgentAsync("ada"), await JoinAsync("bob"));
        var agent = new Gardener();
        await agent.StartAsync(ada).InTime();
        await agent.Begun.InTime();
        AssertCode(MeshErrorCode.NotInvocable, await FailureOf(bob.Agents.TryAskAsync("gardener")));
        Assert.Equal(AgentShape.Watcher, (await bob.Agents.GetAsync("gardener").InTime()).Contract.Shape);
        await agent.DisposeAsync().InTime();
        await agent.Ended.InTime();
    }

    [Fact]
    public async Task It_is_started_and_not_registered()
    {
        var ada = await JoinAgentAsync("ada");
        AssertCode(MeshErrorCode.InvalidDefinition, await FailureOf(ada.Agents.RegisterAsync(new TestRunner("job"))));
    }

    private Task<RoomClient> JoinAgentAsync(string name) => JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);

    private async ValueTask WaitAsync(Signal begun)
    {
        begun.Set();
        await TestEnds.WaitStubbornlyAsync();
    }

    private static async Task AssertNothingLeftAsync(RoomClient room)
    {
        Assert.Empty(await room.Agents.ListAsync().InTime());
        Assert.Empty(await room.Toolkits.ListAsync().InTime());
    }

    private static async Task<MeshError> StartErrorAsync(SingleRoomAgent agent, RoomClient room) =>
        (await Assert.ThrowsAnyAsync<MeshException>(() => agent.StartAsync(room).InTime())).Error;

    private sealed class Gardener() : SingleRoomAgent("gardener")
    {
        public Signal Begun { get; } = new();

        public Signal Ended { get; } = new();

        protected override async Task RunAsync(CancellationToken cancellationToken)
        {
            Begun.Set();
            try
            {
                await Ended.WaitAsync(cancellationToken);
            }
            finally
            {
                Ended.Set();
            }
        }
    }
}
