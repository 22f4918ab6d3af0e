namespace Mesh.Contracts;

/// <summary>Agents in the background that run only while the room's state says so.</summary>
public abstract class RoomClientAgentGateContract : RoomClientContract
{
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _ended = new(0);

    [Fact]
    public async Task It_runs_while_the_key_has_the_value()
    {
        var ada = await RegisterAsync(AgentGate.WhileEqual("lamp.mode", new { on = true, level = 1.0 }), WaitAsync);
        Assert.Single(await ada.Agents.ListAsync().InTime());
        await ada.State.PutAsync("lamp.mode", "off").InTime();
        Assert.Equal(0, _begun.CurrentCount);
        for (int i = 0; i < 3; i++)
        {
            await ada.State.PutAsync("lamp.mode", new { level = 1, on = true }).InTime();
            await NextAsync(_begun);
            await ada.State.PutAsync("lamp.mode", new { on = true, level = 1 }).InTime();
            Assert.Equal(0, _ended.CurrentCount);
            await (i == 1 ? (Task)ada.State.DeleteAsync("lamp.mode").AsTask() : ada.State.PutAsync("lamp.mode", i).AsTask()).InTime();
            await NextAsync(_ended);
        }

        Assert.Equal(0, _begun.CurrentCount);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_key_that_is_there_already_opens_it_whatever_its_value()
    {
        await (await JoinAsync("bob")).State.PutAsync("go", JsonPayload.FromUtf8(Utf8("null"))).InTime();
        var ada = await RegisterAsync(AgentGate.WhileExists("go"), WaitAsync);
        await NextAsync(_begun);
        await ada.DisposeAsync().InTime();
        await NextAsync(_ended);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_run_that_has_returned_is_run_again_at_the_next_opening()
    {
        var ada = await RegisterAsync(AgentGate.WhileExists("go"), _ =>
        {
            _begun.Release();
            return Task.CompletedTask;
        });
        await ada.State.PutAsync("go", 1).InTime();
        await NextAsync(_begun);
        await ada.State.PutAsync("go", 2).InTime();
        Assert.Equal(0, _begun.CurrentCount);
        await ReopenAsync(ada);
    }

    [Fact]
    public async Task One_that_fails_is_begun_again_only_while_its_gate_is_open()
    {
        var ada = await RegisterAsync(AgentGate.WhileExists("go"), _ =>
        {
            _begun.Release();
            throw new InvalidOperationException("broken");
        });
        await ada.State.PutAsync("go", 1).InTime();
        await NextAsync(_begun);
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(1));
        await NextAsync(_begun);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(2));
        await ada.State.DeleteAsync("go").InTime();
        while (Clock.TimerCount > 0)
        {
            await Task.Yield();
        }

        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, _begun.CurrentCount);
        await ada.State.PutAsync("go", 1).InTime();
        await NextAsync(_begun);
    }

    [Fact]
    public async Task There_is_never_more_than_one_run()
    {
        var (goOn, running) = (new Signal(), 0);
        var ada = await RegisterAsync(AgentGate.WhileExists("go"), async _ =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            _begun.Release();
            await goOn.WaitStubbornlyAsync();
            Interlocked.Decrement(ref running);
        });
        await ada.State.PutAsync("go", 1).InTime();
        await NextAsync(_begun);
        await ada.State.DeleteAsync("go").InTime();
        await ada.State.PutAsync("go", 2).InTime();
        Assert.Equal(0, _begun.CurrentCount);
        goOn.Set();
        await ReopenAsync(ada);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Without_the_right_to_read_the_key_it_fails_until_it_has_it()
    {
        var bob = await JoinAsync("bob", Grants.Full);
        await bob.State.PutAsync("go", 1).InTime();
        await RegisterAsync(AgentGate.WhileExists("go"), WaitAsync, Grants.AgentDefault with { State = null });
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(1));
        for (int i = 0; Faults.IsEmpty; i++)
        {
            // Its pause begins before it is told of.
            Assert.True(i < 1_000_000, "The failure was not told.");
            await Task.Yield();
        }

        Assert.Equal(MeshErrorCode.NotGranted, (Assert.Single(Faults).Exception as MeshException)?.Code);
        await bob.Participants.SetGrantsAsync("ada", Grants.AgentDefault).InTime();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await NextAsync(_begun);
    }

    [Fact]
    public async Task A_worker_behind_a_gate_receives_only_while_it_is_open()
    {
        var ada = await JoinAsync("ada", Grants.AgentDefault, ParticipantRole.Agent);
        await using var worker = new TestWorker(
            (_, _) =>
            {
                _begun.Release();
                return default;
            },
            options: new() { Gate = AgentGate.WhileExists("go") });
        await worker.StartAsync(ada).InTime();
        await ada.Queues.SendAsync("jobs", 1).InTime();
        Assert.Equal(1, Assert.Single(await ada.Queues.ListAsync().ToListInTimeAsync()).Ready);
        await ada.State.PutAsync("go", 1).InTime();
        await NextAsync(_begun);
    }

    [Fact]
    public void A_gate_is_refused_where_it_makes_no_sense()
    {
        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => AgentGate.WhileExists("a..b")).Code);
        Assert.Throws<ArgumentException>(() => AgentGate.WhileEqual("a", default(System.Text.Json.JsonElement)));
        var gated = new AgentOptions { Gate = AgentGate.WhileExists("a") };
        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Agent.Create("asked", (int x) => x, gated)).Code);
        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => new TestRunner("asked", options: gated)).Code);
    }

    private async Task<RoomClient> RegisterAsync(AgentGate gate, Func<CancellationToken, Task> run, Grants? grants = null)
    {
        var ada = await JoinAsync("ada", grants ?? Grants.AgentDefault, ParticipantRole.Agent);
        await ada.Agents.RegisterAsync(Agent.CreateWatcher("lamp", (_, token) => run(token), new() { Gate = gate })).InTime();
        return ada;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        _begun.Release();
        try
        {
            await TestEnds.WaitAsync(cancellationToken);
        }
        finally
        {
            _ended.Release();
        }
    }

    private static async Task NextAsync(SemaphoreSlim happens) => Assert.True(await happens.WaitAsync(Bounded.TestTimeout));

    /// <summary>Closes and opens the gate until it has seen both: of changes that come too fast it sees the last one.</summary>
    private async Task ReopenAsync(RoomClient client)
    {
        for (int i = 0; !await _begun.WaitAsync(0); i++)
        {
            Assert.True(i < 100_000, "It was not begun again.");
            await client.State.DeleteAsync("go").InTime();
            await Task.Yield();
            await client.State.PutAsync("go", i).InTime();
            await Task.Yield();
        }
    }
}
