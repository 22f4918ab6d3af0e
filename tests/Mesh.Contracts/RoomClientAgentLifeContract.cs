namespace Mesh.Contracts;

/// <summary>The life of an agent: how it is withdrawn, how it dies, and what becomes of those who asked it.</summary>
public abstract class RoomClientAgentLifeContract : RoomClientContract
{
    [Fact]
    public async Task A_withdrawn_agent_takes_no_new_calls_and_ends_those_that_run()
    {
        var go = new Signal();
        var (registration, bob, asking) = await AskSlowlyAsync(go);
        var disposing = registration.DisposeAsync().InTime();
        await UnregisteredAsync(bob);
        Assert.False(disposing.IsCompleted);
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("slow", "x")));
        go.Set();
        Assert.Equal("x", (await asking).Response?.ToString());
        await disposing;
    }

    [Fact]
    public async Task An_agent_that_is_withdrawn_while_its_room_is_retired_ends_its_calls_as_well()
    {
        var go = new Signal();
        var (registration, bob, asking) = await AskSlowlyAsync(go);
        var retiring = Host.RetireRoomAsync(Den).InTime();
        var disposing = registration.DisposeAsync().InTime();
        await UnregisteredAsync(bob);
        Assert.False(disposing.IsCompleted);
        go.Set();
        Assert.Equal("x", (await asking).Response?.ToString());
        await disposing;
        await retiring;
    }

    [Fact]
    public async Task Withdrawing_an_agent_is_no_failure_when_its_room_ends_before_its_calls()
    {
        var (registration, bob, asking) = await AskSlowlyAsync(TestEnds);
        var disposing = registration.DisposeAsync().InTime();
        await UnregisteredAsync(bob);
        await Host.CloseAsync(new CancellationToken(canceled: true)).InTime();
        await disposing;
        Assert.Equal(CallStatus.Unknown, (await asking).Status);
    }

    [Fact]
    public async Task Calls_that_a_withdrawn_agent_does_not_end_in_time_are_ended()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10), CallTimeout = TimeSpan.FromMinutes(10) });
        var (begun, cancelled) = (new Signal(), new Signal());
        var registration = await RegisterAsync("ada", Agent.Create("stubborn", async (string word, CallContext call) =>
        {
            using var registration = call.CancellationToken.Register(cancelled.Set);
            begun.Set();
            await TestEnds.WaitStubbornlyAsync();
            return word;
        }));
        var bob = await JoinAsync("bob");
        var asking = bob.Agents.TryAskAsync("stubborn", "x").InTime();
        await begun.InTime();
        var disposing = registration.DisposeAsync().InTime();
        await UnregisteredAsync(bob);
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(10)).InTime();
        Assert.Equal(CallStatus.Unknown, (await asking).Status);
        await disposing;
        await cancelled.InTime();
    }

    [Fact]
    public async Task A_call_is_waited_for_while_its_handler_has_not_yet_given_its_thread_back()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var (begun, go) = (new Signal(), Own(new ManualResetEventSlim()));
        var registration = await RegisterAsync("ada", Agent.Create("slow", (string word) =>
        {
            begun.Set();
            return go.Wait(Bounded.TestTimeout, CancellationToken.None) ? word : "too late";
        }));
        var bob = await JoinAsync("bob");
        var asking = Task.Run(() => bob.Agents.AskAsync<string>("slow", "x").AsTask(), TestContext.Current.CancellationToken);
        await begun.InTime();
        var disposing = registration.DisposeAsync().InTime();
        await UnregisteredAsync(bob);
        bool ended = disposing.IsCompleted;
        go.Set();
        Assert.Equal("x", await asking.InTime());
        await disposing;
        Assert.False(ended);
    }

    [Fact]
    public async Task A_handler_whose_call_is_over_is_waited_for_until_it_is_done()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var (begun, cancelled, cleanUp) = (new Signal(), new Signal(), new Signal());
        bool isClean = false;
        var registration = await RegisterAsync("ada", Agent.Create("careful", async (string word, CallContext call) =>
        {
            begun.Set();
            try
            {
                await cancelled.SetWhenCancelledAsync(call.CancellationToken);
            }
            finally
            {
                await cleanUp.WaitStubbornlyAsync();
                Volatile.Write(ref isClean, true);
            }
        }));
        var bob = await JoinAsync("bob");
        using var giveUp = new CancellationTokenSource();
        var asking = bob.Agents.TryAskAsync("careful", "x", cancellationToken: giveUp.Token).InTime();
        await begun.InTime();
        await giveUp.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await asking).Status);
        await cancelled.InTime();
        var disposing = registration.DisposeAsync().InTime();
        await UnregisteredAsync(bob);
        bool ended = disposing.IsCompleted;
        cleanUp.Set();
        await disposing;
        Assert.Equal((false, true), (ended, Volatile.Read(ref isClean)));
    }

    [Fact]
    public async Task A_call_whose_agent_is_withdrawn_before_it_begins_goes_to_another_or_fails_without_effect()
    {
        // The host's policy is asked between the two.
        var policy = new WithdrawingPolicy();
        StartHost(options => options with { LoadBalancing = policy, DrainTimeout = TimeSpan.FromSeconds(10) });
        int served = 0;
        var registrations = new List<AgentRegistration>();
        foreach (string name in (string[])["ada", "eve", "joe"])
        {
            registrations.Add(await RegisterAsync(name, Agent.Create("who", (CallContext call) =>
            {
                Interlocked.Increment(ref served);
                return call.Room.Self.Name;
            })));
        }

        var bob = await JoinAsync("bob");
        policy.Withdraw = () => registrations[0].DisposeAsync().InTime();
        Assert.Matches("^(eve|joe)$", await bob.Agents.AskAsync<string>("who").InTime());
        policy.Withdraw = () => Task.WhenAll(registrations.Select(registration => registration.DisposeAsync().InTime()));
        var error = await FailureOf(bob.Agents.TryAskAsync("who"));
        Assert.Equal((MeshErrorCode.Unavailable, true), (error.Code, error.Retryable));
        Assert.Equal(1, served);
    }

    [Fact]
    public async Task An_agent_that_withdraws_itself_ends_its_own_call()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        AgentRegistration? registration = null;
        registration = await RegisterAsync("ada", Agent.Create("once", async (string word) =>
        {
            await registration!.DisposeAsync();
            return word;
        }));
        var bob = await JoinAsync("bob");
        Assert.Equal("x", await bob.Agents.AskAsync<string>("once", "x").InTime());
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("once", "x")));
    }

    [Fact]
    public async Task When_an_instance_dies_its_calls_fail_at_once_and_those_of_others_go_on()
    {
        var (adas, eves, go) = (new Signal(), new Signal(), new Signal());
        await RegisterAsync("ada", Slow(adas, go));
        var registration = await RegisterAsync("eve", Slow(eves, go));
        var bob = await JoinAsync("bob");
        var first = bob.Agents.TryAskAsync("slow@ada", "x").InTime();
        var second = bob.Agents.TryAskAsync("slow@eve", "x").InTime();
        await adas.InTime();
        await eves.InTime();
        await Host.RemoveParticipantAsync(Den, "ada").InTime();
        Assert.Equal((CallStatus.Unknown, MeshErrorCode.ProviderLost), ((await first).Status, (await first).Error!.Code));
        Assert.False(second.IsCompleted);
        Assert.Equal("eve", Assert.Single(await bob.Agents.ListAsync().InTime()).Participant);
        go.Set();
        Assert.True((await second).IsResult);
        await registration.DisposeAsync().InTime();
    }

    [Fact]
    public async Task An_idempotent_question_is_asked_again_of_another_instance()
    {
        var begun = new Signal();
        var idempotent = new AgentOptions { Annotations = new() { Idempotent = true } };
        await RegisterAsync("ada", Agent.Create("count", async (string word, CallContext call) =>
        {
            begun.Set();
            await TestEnds.WaitAsync(call.CancellationToken);
            return word.Length;
        }, idempotent));
        var bob = await JoinAsync("bob");
        var asking = bob.Agents.AskAsync<int>("count", "four").InTime();
        await begun.InTime();
        await RegisterAsync("eve", Agent.Create("count", (string word) => word.Length, idempotent));
        await Host.RemoveParticipantAsync(Den, "ada").InTime();
        Assert.Equal(4, await asking);
    }

    [Fact]
    public async Task Who_sends_is_told_of_the_reply_and_of_every_failure()
    {
        await RegisterAsync("ada", Agent.Create("echo", (string word) => word));
        var bob = await JoinAsync("bob");
        Assert.Equal("hi", (await SendAsync(bob, "echo", "hi")).Response?.ToString());
        AssertCode(MeshErrorCode.InvalidArguments, (await SendAsync(bob, "echo", 3)).Error);
        AssertCode(MeshErrorCode.NotFound, (await SendAsync(bob, "nobody", "hi")).Error);
        await bob.Agents.SendAsync("echo", "unheard").InTime();
        await bob.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.Closed, (await SendAsync(bob, "echo", "hi")).Error);
    }

    [Fact]
    public async Task What_was_sent_ends_with_its_participant_who_is_told()
    {
        var (begun, go) = (new Signal(), new Signal());
        await RegisterAsync("ada", Slow(begun, go));
        var bob = await JoinAsync("bob");
        var reply = SendAsync(bob, "slow", "x");
        await begun.InTime();
        await bob.DisposeAsync().InTime();
        Assert.Equal(CallStatus.Cancelled, (await reply).Status);
    }

    [Fact]
    public async Task Who_sends_more_than_can_be_on_their_way_waits()
    {
        var (begun, go) = (new Signal(), new Signal());
        await RegisterAsync("ada", Slow(begun, go));
        var bob = await JoinAsync("bob", Grants.Full);
        int replies = 0;
        var replied = new Signal();
        ValueTask Count(CallOutcome outcome)
        {
            Interlocked.Increment(ref replies);
            replied.Set();
            return default;
        }

        for (int i = 0; i < 1_024; i++)
        {
            await bob.Agents.SendAsync("slow", "x", Count).InTime();
        }

        var last = bob.Agents.SendAsync("slow", "x", Count).InTime();
        Assert.False(last.IsCompleted);
        using var giveUp = new CancellationTokenSource();
        var given = bob.Agents.SendAsync("slow", "x", Count, cancellationToken: giveUp.Token).InTime();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        go.Set();
        await last;

        // A place is free before the handler of the reply is called, which may want one itself.
        await replied.InTime();
        Assert.InRange(replies, 1, 1_025);
    }

    [Fact]
    public async Task Handlers_of_replies_may_send()
    {
        const int Sent = 1_024;
        await RegisterAsync("ada", Agent.Create("echo", (string word) => word));
        var bob = await JoinAsync("bob", Grants.Full);
        var (all, done) = (new Signal(), new Signal());
        int replied = 0, answered = 0;
        for (int i = 0; i < Sent; i++)
        {
            await bob.Agents.SendAsync("echo", "x", async _ =>
            {
                if (Interlocked.Increment(ref replied) == Sent)
                {
                    all.Set();
                }

                await all.WaitAsync(default);
                await bob.Agents.SendAsync("echo", "y", _ =>
                {
                    if (Interlocked.Increment(ref answered) == Sent)
                    {
                        done.Set();
                    }

                    return default;
                });
            }).InTime();
        }

        await done.InTime();
    }

    [Fact]
    public async Task What_is_sent_is_copied()
    {
        var filter = new WaitingFilter();
        StartHost(options => options with { Filters = [filter] });
        await RegisterAsync("ada", Agent.Create("echo", (string word) => word));
        var bob = await JoinAsync("bob");
        var reply = new TaskCompletionSource<CallOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var document = System.Text.Json.JsonDocument.Parse("""{"value":"hi"}"""))
        {
            await bob.Agents.SendAsync("echo", document.RootElement, outcome =>
            {
                reply.SetResult(outcome);
                return default;
            }).InTime();
        }

        filter.Go.Set();
        Assert.Equal("hi", (await reply.Task.InTime()).ToString());
    }

    [Fact]
    public async Task The_longest_times_of_a_host_do_not_keep_an_agent_from_being_withdrawn()
    {
        StartHost(options => options with { CallTimeout = TimeSpan.FromDays(20), DrainTimeout = TimeSpan.FromDays(10) });
        var registration = await RegisterAsync("ada", Agent.Create("echo", (string word) => word));
        await registration.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.NotFound, await FailureOf((await JoinAsync("bob")).Agents.TryAskAsync("echo", "x")));
    }

    [Fact]
    public async Task What_a_reply_handler_throws_goes_to_the_host()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        await RegisterAsync("ada", Agent.Create("echo", (string word) => word));
        var bob = await JoinAsync("bob");
        await bob.Agents.SendAsync("echo", "hi", _ => throw new InvalidOperationException("secret")).InTime();
        await bob.DisposeAsync().InTime();
        Assert.Equal(MeshFaultKind.Agent, Assert.Single(Faults).Kind);
    }

    [Fact]
    public async Task A_message_sent_within_a_call_is_a_part_of_its_tree()
    {
        var reply = new TaskCompletionSource<CallOutcome>();
        await RegisterAsync("ada", Agent.Create("inner", (CallContext call) => call.Request.ParentId.ToString()));
        await RegisterAsync("eve", Agent.Create("outer", async (CallContext call) =>
        {
            await call.Room.Agents.SendAsync("inner", null, outcome =>
            {
                reply.SetResult(outcome);
                return default;
            });
            await reply.Task;
            return call.Request.Id.ToString();
        }));
        string outer = await (await JoinAsync("bob")).Agents.AskAsync<string>("outer").InTime();
        Assert.Equal(outer, (await reply.Task.InTime()).Response?.ToString());
    }

    [Fact]
    public async Task Dispose_of_a_registration_after_leaving_does_nothing()
    {
        var registration = await RegisterAsync("ada", Agent.Create("echo", (string word) => word));
        await Host.RemoveParticipantAsync(Den, "ada").InTime();
        await registration.DisposeAsync().InTime();
        await registration.DisposeAsync().InTime();
    }

    /// <summary>Lets bob ask an agent that has begun to answer, in a host that gives running calls 10 s to end.</summary>
    private async Task<(AgentRegistration Registration, RoomClient Bob, Task<CallOutcome> Asking)> AskSlowlyAsync(Signal go)
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var begun = new Signal();
        var registration = await RegisterAsync("ada", Slow(begun, go));
        var bob = await JoinAsync("bob");
        var asking = bob.Agents.TryAskAsync("slow", "x").InTime();
        await begun.InTime();
        return (registration, bob, asking);
    }

    /// <summary>Waits until an agent was withdrawn: whoever withdrew it waits for its calls from then on.</summary>
    private static async Task UnregisteredAsync(RoomClient watcher) =>
        await watcher.Agents.WatchAsync().TakeUntilAsync(change => change.Kind == RoomEventKinds.AgentUnregistered);

    private async Task<AgentRegistration> RegisterAsync(string name, Agent agent)
    {
        var provider = await JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);
        return await provider.Agents.RegisterAsync(agent).InTime();
    }

    private static async Task<CallOutcome> SendAsync(RoomClient sender, string agent, object input)
    {
        var reply = new TaskCompletionSource<CallOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        await sender.Agents.SendAsync(agent, input, outcome =>
        {
            reply.SetResult(outcome);
            return default;
        }).InTime();
        return await reply.Task.InTime();
    }

    private static Agent Slow(Signal begun, Signal go) => Agent.Create("slow", async (string word, CallContext call) =>
    {
        begun.Set();
        await go.WaitAsync(call.CancellationToken);
        return word;
    });

    /// <summary>Chooses the first instance, and has what it is told withdrawn before it says so.</summary>
    private sealed class WithdrawingPolicy : ILoadBalancingPolicy
    {
        public Func<Task>? Withdraw { get; set; }

        public int Choose(string path, ReadOnlySpan<InstanceLoad> instances)
        {
            var withdraw = Withdraw;
            Withdraw = null;
            if (withdraw is not null)
            {
                // Not in this call's context, in which a withdrawal does not wait.
                Task.Run(withdraw).Wait(Bounded.TestTimeout);
            }

            return 0;
        }
    }

    /// <summary>Holds calls of the agent up until it is told to let them go.</summary>
    private sealed class WaitingFilter : ICallFilter
    {
        public Signal Go { get; } = new();

        public async ValueTask<CallRequest> OnCallAsync(CallRequest request, Participant caller, CancellationToken cancellationToken)
        {
            if (request.Target.Path == "agents/echo")
            {
                await Go.WaitAsync(cancellationToken);
            }

            return request;
        }
    }
}
