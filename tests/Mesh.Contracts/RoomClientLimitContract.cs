using System.Collections.Concurrent;

namespace Mesh.Contracts;

/// <summary>Instances that serve only so many calls at once: who waits, in which order, and what ends the waiting.</summary>
public abstract class RoomClientLimitContract : RoomClientContract
{
    private readonly SemaphoreSlim _started = new(0);
    private readonly ConcurrentDictionary<string, Signal> _done = new();
    private readonly ConcurrentQueue<string> _served = new();
    private RoomClient? _watcher;

    [Fact]
    public async Task Calls_beyond_the_limit_wait_and_are_served_in_order()
    {
        await RegisterAsync("ada", new() { MaxConcurrency = 1 });
        var bob = await JoinAsync("bob");
        var calls = new List<Task<CallOutcome>>();
        for (int i = 0; i < 4; i++)
        {
            calls.Add(Ask(bob, $"{i}"));
            await WaitingAsync(calls.Count);
        }

        for (int i = 0; i < 4; i++)
        {
            await StartedAsync();
            Assert.Equal(i + 1, _served.Count);
            Done($"{i}").Set();
            Assert.Equal($"ada:{i}", (await calls[i].InTime()).ToString());
        }

        Assert.Equal(["0", "1", "2", "3"], _served);
    }

    [Fact]
    public async Task Each_tool_of_a_toolkit_has_the_limit_of_its_registration()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("slow", Serve), Tool.Create("quick", () => 1)), new() { MaxConcurrency = 2, MaxWaiting = 0 }).InTime();
        var bob = await JoinAsync("bob");
        var first = bob.Toolkits.TryInvokeAsync("kit/slow", new { text = "1" }).AsTask();
        var second = bob.Toolkits.TryInvokeAsync("kit/slow", new { text = "2" }).AsTask();
        await StartedAsync();
        await StartedAsync();
        AssertCode(MeshErrorCode.Overloaded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/slow", new { text = "3" })));
        Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("kit/quick").InTime());
        TestEnds.Set();
        Assert.True((await first.InTime()).IsResult && (await second.InTime()).IsResult);
    }

    [Fact]
    public async Task One_more_than_may_wait_is_turned_away_with_the_time_after_which_to_come_again()
    {
        await RegisterAsync("ada", new() { MaxConcurrency = 1, MaxWaiting = 1 });
        var bob = await JoinAsync("bob");
        var first = Ask(bob, "first");
        await StartedAsync();
        var waiting = Ask(bob, "waiting");
        await WaitingAsync(2);
        var error = await FailureOf(new ValueTask<CallOutcome>(Ask(bob, "refused")));
        AssertCode(MeshErrorCode.Overloaded, error);
        Assert.Contains("'slow'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'ada'", error.Message, StringComparison.Ordinal);
        Assert.Equal((true, TimeSpan.FromSeconds(1)), (error.Retryable, error.RetryAfter));

        Clock.Advance(TimeSpan.FromSeconds(8));
        Done("first").Set();
        Assert.True((await first.InTime()).IsResult);
        await StartedAsync();
        var third = Ask(bob, "third");
        await WaitingAsync(2);
        error = await FailureOf(new ValueTask<CallOutcome>(Ask(bob, "refused")));
        Assert.Equal(TimeSpan.FromSeconds(16), error.RetryAfter);
        TestEnds.Set();
        Assert.True((await waiting.InTime()).IsResult && (await third.InTime()).IsResult);
        Assert.DoesNotContain("refused", _served);
    }

    [Fact]
    public async Task A_waiting_call_ends_with_its_token_its_deadline_or_its_caller()
    {
        await RegisterAsync("ada", new() { MaxConcurrency = 1 });
        var bob = await JoinAsync("bob");
        var eve = await JoinAsync("eve");
        var first = Ask(bob, "first");
        await StartedAsync();
        using var stop = new CancellationTokenSource();
        var cancelled = Ask(bob, "cancelled", stop.Token);
        var late = bob.Agents.TryAskAsync("slow", (object)"late", new() { Timeout = TimeSpan.FromSeconds(5) }).AsTask();
        var left = Ask(eve, "left");
        await WaitingAsync(4);
        await stop.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await cancelled.InTime()).Status);
        await eve.DisposeAsync().InTime();
        Assert.Equal(CallStatus.Cancelled, (await left.InTime()).Status);
        Clock.Advance(TimeSpan.FromSeconds(6));
        AssertCode(MeshErrorCode.DeadlineExceeded, (await late.InTime()).Error);
        var last = Ask(bob, "last");
        Done("first").Set();
        Assert.True((await first.InTime()).IsResult);
        await StartedAsync();
        TestEnds.Set();
        Assert.True((await last.InTime()).IsResult);
        Assert.Equal(["first", "last"], _served);
    }

    [Fact]
    public async Task A_call_whose_caller_loses_its_rights_while_it_waits_is_refused_when_its_turn_comes()
    {
        await RegisterAsync("ada", new() { MaxConcurrency = 1 });
        var (bob, zoe) = (await JoinAsync("bob"), await JoinAsync("zoe"));
        var first = Ask(zoe, "first");
        await StartedAsync();
        var waiting = Ask(bob, "waiting");
        await WaitingAsync(2);
        var next = Ask(zoe, "next");
        await WaitingAsync(3);
        Host.SetGrants(Den, "bob", Tools("other/*"));
        Done("first").Set();
        Done("next").Set();
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(new ValueTask<CallOutcome>(waiting)));
        Assert.True((await first.InTime()).IsResult && (await next.InTime()).IsResult);
        Assert.Equal(["first", "next"], _served);
    }

    [Fact]
    public async Task A_call_whose_provider_leaves_before_its_turn_goes_to_another_instance()
    {
        var ada = await RegisterAsync("ada", new() { MaxConcurrency = 1 });
        var bob = await JoinAsync("bob");
        var running = Ask(bob, "running");
        await StartedAsync();
        var waiting = Ask(bob, "waiting");
        await WaitingAsync(2);
        await RegisterAsync("eve", new() { MaxConcurrency = 1 });
        await ada.DisposeAsync().InTime();
        Assert.Equal(CallStatus.Unknown, (await running.InTime()).Status);
        await StartedAsync();
        Done("waiting").Set();
        Assert.Equal("eve:waiting", (await waiting.InTime()).ToString());
        Assert.Equal("eve", EntriesOf("agents/slow").Single(entry => entry.Status == CallStatus.Result).Provider);
    }

    [Fact]
    public async Task An_approved_call_that_has_gone_to_another_instance_has_nothing_to_do_with_the_first()
    {
        StartHostWithRoom(new()
        {
            RequiresApproval = static (_, caller) => caller.Name == "bob",
            Approver = static (request, _) => new(ApprovalAnswer.ApprovedFor(request.Record)),
        });
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var registration = await ada.Agents.RegisterAsync(Agent.Create("slow", Serve), new() { MaxConcurrency = 1 }).InTime();
        var bob = await JoinAsync("bob");
        var first = Ask(bob, "first");
        await StartedAsync();
        var moved = Ask(bob, "moved");
        await WaitingAsync(2);
        await RegisterAsync("eve", new() { MaxConcurrency = 1 });
        var second = Ask(bob, "second");
        await StartedAsync();
        var withdrawing = registration.DisposeAsync();
        await WaitingAsync(2);
        await ada.DisposeAsync().InTime();
        await withdrawing.InTime();
        Assert.Equal(CallStatus.Unknown, (await first.InTime()).Status);
        Assert.False(moved.IsCompleted);
        Done("second").Set();
        Assert.Equal("eve:second", (await second.InTime()).ToString());
        await StartedAsync();
        Done("moved").Set();
        Assert.Equal("eve:moved", (await moved.InTime()).ToString());
    }

    [Fact]
    public async Task A_call_whose_provider_leaves_before_its_turn_is_told_where_there_is_no_other()
    {
        var ada = await RegisterAsync("ada", new() { MaxConcurrency = 1 });
        var bob = await JoinAsync("bob");
        var running = Ask(bob, "running");
        await StartedAsync();
        var waiting = Ask(bob, "waiting");
        await WaitingAsync(2);
        await ada.DisposeAsync().InTime();
        var error = (await waiting.InTime()).Error;
        AssertCode(MeshErrorCode.Unavailable, error);
        Assert.True(error!.Retryable);
        Assert.Equal(["running"], _served);
        Assert.Equal(CallStatus.Unknown, (await running.InTime()).Status);
    }

    [Fact]
    public async Task A_call_goes_where_it_is_served_at_once()
    {
        await RegisterAsync("ada", new() { MaxConcurrency = 1, MaxWaiting = 0 });
        await RegisterAsync("eve", new() { MaxConcurrency = 3, MaxWaiting = 0 });
        var bob = await JoinAsync("bob");
        var calls = new List<Task<CallOutcome>>();
        for (int i = 0; i < 4; i++)
        {
            calls.Add(Ask(bob, $"{i}"));
            await StartedAsync();
        }

        AssertCode(MeshErrorCode.Overloaded, await FailureOf(new ValueTask<CallOutcome>(Ask(bob, "refused"))));
        TestEnds.Set();
        var answers = await Task.WhenAll(calls).InTime();
        Assert.Equal(3, answers.Count(answer => answer.ToString().StartsWith("eve:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_handler_that_goes_on_after_its_call_keeps_its_place()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var goOn = new Signal();
        int running = 0, most = 0;
        await ada.Agents.RegisterAsync(Agent.Create("stubborn", async (string text) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            _started.Release();
            await goOn.WaitStubbornlyAsync();
            Interlocked.Decrement(ref running);
            return text;
        }), new() { MaxConcurrency = 1 }).InTime();
        var bob = await JoinAsync("bob");
        using var stop = new CancellationTokenSource();
        var first = bob.Agents.TryAskAsync("stubborn", (object)"1", cancellationToken: stop.Token).AsTask();
        await StartedAsync();
        await stop.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await first.InTime()).Status);
        var second = bob.Agents.TryAskAsync("stubborn", (object)"2").AsTask();
        await WaitingAsync(2, "stubborn");
        Assert.False(second.IsCompleted);
        goOn.Set();
        Assert.True((await second.InTime()).IsResult);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task No_caller_waits_for_a_handler_that_blocks_its_thread_behind_its_own()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var (goOn, unblock) = (new Signal(), new ManualResetEventSlim());
        await ada.Agents.RegisterAsync(Agent.Create("turns", async (string text) =>
        {
            _started.Release();
            if (text == "blocks")
            {
                unblock.Wait(TestContext.Current.CancellationToken);
            }

            await goOn.WaitStubbornlyAsync();
            return text;
        }), new() { MaxConcurrency = 1 }).InTime();
        var bob = await JoinAsync("bob");
        var first = bob.Agents.TryAskAsync("turns", (object)"first").AsTask();
        await StartedAsync();
        var second = bob.Agents.TryAskAsync("turns", (object)"blocks").AsTask();
        await WaitingAsync(2, "turns");
        try
        {
            goOn.Set();
            await StartedAsync();
            Assert.True((await first.InTime()).IsResult);
            Assert.False(second.IsCompleted);
        }
        finally
        {
            unblock.Set();
        }

        Assert.True((await second.InTime()).IsResult);
    }

    [Fact]
    public async Task A_call_that_would_wait_for_itself_is_told_so()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        await ada.Agents.RegisterAsync(Agent.Create("self", async (int depth, CallContext call) =>
            depth == 0 ? "done" : (await call.Room.Agents.TryAskAsync("self", (object)(depth - 1))).Error?.Code.ToString() ?? "served", new() { MaxConcurrency = 1 })).InTime();
        var bob = await JoinAsync("bob");
        Assert.Equal("overloaded", await bob.Agents.AskAsync<string>("self", 1).InTime());
        Assert.Equal("done", await bob.Agents.AskAsync<string>("self", 0).InTime());
    }

    [Fact]
    public async Task The_limit_of_a_registration_goes_before_that_of_its_agent()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        var agent = Agent.Create("slow", Serve, new() { MaxConcurrency = 1, MaxWaiting = 0 });
        await ada.Agents.RegisterAsync(agent, new() { MaxConcurrency = 2 }).InTime();
        var bob = await JoinAsync("bob");
        var calls = new[] { Ask(bob, "1"), Ask(bob, "2") };
        await StartedAsync();
        await StartedAsync();
        AssertCode(MeshErrorCode.Overloaded, await FailureOf(new ValueTask<CallOutcome>(Ask(bob, "3"))));
        TestEnds.Set();
        Assert.All(await Task.WhenAll(calls).InTime(), outcome => Assert.True(outcome.IsResult));
    }

    [Theory]
    [InlineData("""{"maxConcurrency":0}""", "/maxConcurrency")]
    [InlineData("""{"maxConcurrency":-1}""", "/maxConcurrency")]
    [InlineData("""{"maxConcurrency":1,"maxWaiting":-1}""", "/maxWaiting")]
    public async Task A_limit_that_is_none_is_refused_by_the_room(string limits, string path)
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        string arguments = $$"""{"registration":"00000000000000000000000000000001","toolkit":{"name":"kit","tools":[]},{{limits[1..]}}""";
        var error = await FailureOf(ada.Toolkits.TryInvokeAsync("room/registerToolkit", Json(arguments)));
        AssertCode(MeshErrorCode.InvalidArguments, error);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_that_are_cancelled_as_their_turn_comes_take_no_place_with_them()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        int running = 0, most = 0;
        await ada.Agents.RegisterAsync(Agent.Create("brief", async (int number) =>
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return number;
        }), new() { MaxConcurrency = 2 }).InTime();
        var bob = await JoinAsync("bob");
        for (int round = 0; round < 30; round++)
        {
            using var stop = new CancellationTokenSource();
            var calls = Enumerable.Range(0, 16).Select(i => bob.Agents.TryAskAsync("brief", (object)i, cancellationToken: i % 2 == 0 ? stop.Token : default).AsTask()).ToArray();
            await Task.WhenAny(calls).InTime();
            await stop.CancelAsync();
            var outcomes = await Task.WhenAll(calls).InTime();
            Assert.All(outcomes, outcome => Assert.True(outcome.IsResult || outcome.Status == CallStatus.Cancelled, outcome.ToString()));
            Assert.All(outcomes.Where((_, i) => i % 2 == 1), outcome => Assert.True(outcome.IsResult));
        }

        Assert.InRange(most, 1, 2);
        int[] last = await Task.WhenAll(bob.Agents.AskAsync<int>("brief", 1).AsTask(), bob.Agents.AskAsync<int>("brief", 2).AsTask()).InTime();
        Assert.Equal([1, 2], last.AsEnumerable());
    }

    private static Task<CallOutcome> Ask(RoomClient who, string text, CancellationToken cancellationToken = default) =>
        who.Agents.TryAskAsync("slow", (object)text, cancellationToken: cancellationToken).AsTask();

    private async Task<string> Serve(string text, CallContext call)
    {
        _served.Enqueue(text);
        _started.Release();
        await Task.WhenAny(Done(text).WaitAsync(call.CancellationToken), TestEnds.WaitAsync(call.CancellationToken));
        return $"{call.Room.Self.Name}:{text}";
    }

    private Signal Done(string text) => _done.GetOrAdd(text, _ => new());

    private async Task<RoomClient> RegisterAsync(string name, RegistrationOptions options)
    {
        var provider = await JoinAsync(name, Grants.Full, ParticipantRole.Agent);
        await provider.Agents.RegisterAsync(Agent.Create("slow", Serve), options).InTime();
        return provider;
    }

    private async Task StartedAsync() => Assert.True(await _started.WaitAsync(Bounded.TestTimeout));

    /// <summary>Waits until so many calls run or wait at the instance that a call would go to.</summary>
    private async Task WaitingAsync(int calls, string agent = "slow")
    {
        _watcher ??= await JoinAsync("watcher");
        using var limit = new CancellationTokenSource(Bounded.TestTimeout);
        while ((await _watcher.Agents.ExplainAsync(agent, JsonPayload.FromElement(Json("""{"value":""}"""))).InTime()).CallsAhead != calls)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
