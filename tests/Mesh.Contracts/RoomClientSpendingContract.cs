namespace Mesh.Contracts;

/// <summary>Money is reserved before it is spent, in all budgets around a call or in none, and settled once.</summary>
public abstract class RoomClientSpendingContract : RoomClientContract
{
    /// <summary>Reserves an estimate and settles it at what it really took.</summary>
    private static readonly Tool Spend = Tool.Create("spend", async (decimal estimate, decimal cost, CallContext call) =>
    {
        await using var reserved = await call.ReserveCostAsync(estimate);
        await reserved.SettleAsync(new(1, 1, cost));
        return reserved.Estimate;
    });

    /// <summary>Spends a number of times through calls of its own, and counts how often it could.</summary>
    private static readonly Tool Shop = Tool.Create("shop", async (int times, decimal each, CallContext call) =>
    {
        int done = 0;
        for (int i = 0; i < times; i++)
        {
            done += (await call.Room.Toolkits.TryInvokeAsync("kit/spend", new { estimate = each, cost = each })).IsResult ? 1 : 0;
        }

        return done;
    });

    [Fact]
    public async Task What_is_settled_is_what_is_spent()
    {
        await OfferAsync("ada", Spend);
        var bob = await JoinAsync("bob", Holding(1));
        Assert.Equal(0.75m, await bob.Toolkits.InvokeAsync<decimal>("kit/spend", new { estimate = 0.75m, cost = 0.5m }).InTime());
        Assert.Equal(0.5m, await LeftAsync(bob));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/spend", new { estimate = 0.5m, cost = 0m }).InTime()).IsResult);
        Assert.Equal(0.5m, await LeftAsync(bob));
        Assert.Equal([new(1, 1, 0.5m), new(1, 1)], EntriesOf("kit/spend").Select(entry => entry.Usage));
    }

    [Theory]
    [InlineData("tree", "the tree of calls")]
    [InlineData("own", "the call's own budget")]
    [InlineData("participant", "the budget of 'bob'")]
    [InlineData("room", "the budget of room 'den'")]
    public async Task A_budget_that_has_no_room_is_named_and_nobody_has_paid(string which, string owner)
    {
        StartHostWithRoom(new RoomOptions { Budget = new() { Cost = which == "room" ? 1 : 100 } });
        await OfferAsync("ada", Spend, Tool.Create("outer", async (CallContext call) => (await call.Room.Toolkits.TryInvokeAsync(
            "kit/spend", new { estimate = 2m, cost = 2m }, new() { Budget = which == "own" ? new() { Cost = 1 } : null })).Error!.Code.Value));
        var bob = await JoinAsync("bob", Holding(which == "participant" ? 1 : 100));
        var options = new CallOptions { Budget = which == "tree" ? new() { Cost = 1 } : null };
        Assert.Equal("budget_exceeded", await bob.Toolkits.InvokeAsync<string>("kit/outer", null, options).InTime());
        var refusal = Assert.IsType<MeshException>(Assert.Single(Faults).Exception).Error;
        Assert.Equal(
            (MeshErrorCode.BudgetExceeded, $"Tool 'kit/spend': {owner} does not leave the 2 of money that the call wants to spend.", false),
            (refusal.Code, refusal.Message, refusal.Retryable));
        Assert.Equal(which is "participant" or "room" ? 1 : 100, await LeftAsync(bob));
        Assert.Null(Assert.Single(EntriesOf("kit/spend")).Usage);
    }

    [Fact]
    public async Task Money_of_a_participant_is_for_its_calls_with_all_below_them()
    {
        await OfferAsync("ada", Spend, Shop);
        var bob = await JoinAsync("bob", Holding(1));
        Assert.Equal(3, await bob.Toolkits.InvokeAsync<int>("kit/shop", new { times = 9, each = 0.3m }).InTime());
        Assert.Equal(0.1m, await LeftAsync(bob));
    }

    [Fact]
    public async Task Who_calls_in_the_middle_pays_for_what_lies_below_its_own_calls()
    {
        await OfferAsync("ada", Spend, Shop);
        var broker = await JoinAsync("broker", Grants.Full with { Budget = new() { Cost = 0.5m } }, ParticipantRole.Agent);
        await broker.Toolkits.RegisterAsync(Toolkit.Create("broker", Tool.Create("buy", async (CallContext call) =>
        {
            await call.ReportUsageAsync(new(0, 0, 10));
            return await call.Room.Toolkits.InvokeAsync<int>("kit/shop", new { times = 9, each = 0.2m });
        }))).InTime();
        var bob = await JoinAsync("bob", Holding(100));
        Assert.Equal(2, await bob.Toolkits.InvokeAsync<int>("broker/buy").InTime());
        Assert.Equal((0.1m, 89.6m), (await LeftAsync(broker), await LeftAsync(bob)));
    }

    [Fact]
    public async Task A_budget_within_a_budget_holds_no_more_money()
    {
        await OfferAsync("ada", Spend, Shop, Tool.Create("generous", async (CallContext call) =>
            await call.Room.Toolkits.InvokeAsync<int>("kit/shop", new { times = 9, each = 1m }, new() { Budget = new() { Cost = 1_000 } })));
        var bob = await JoinAsync("bob");
        Assert.Equal(2, await bob.Toolkits.InvokeAsync<int>("kit/generous", null, new() { Budget = new() { Cost = 2.5m } }).InTime());
    }

    [Fact]
    public async Task What_one_call_has_reserved_another_may_have_when_it_is_given_back()
    {
        var holding = new Signal();
        await OfferAsync("ada", Spend, Tool.Create("hold", async (CallContext call) =>
        {
            await using (await call.ReserveCostAsync(0.8m))
            {
                holding.Set();
                await TestEnds.WaitAsync(call.CancellationToken);
            }
        }), Tool.Create("want", async (decimal estimate, CallContext call) =>
            (await Assert.ThrowsAsync<MeshException>(async () => await call.ReserveCostAsync(estimate))).Error.Retryable),
            Tool.Create("insist", async (decimal estimate, CallContext call) => { await using var reserved = await call.ReserveCostAsync(estimate); }));
        var bob = await JoinAsync("bob", Holding(1));
        var hold = bob.Toolkits.TryInvokeAsync("kit/hold").AsTask();
        await holding.InTime();
        Assert.Equal(0.2m, await LeftAsync(bob));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/spend", new { estimate = 0.2m, cost = 0m }).InTime()).IsResult);
        Assert.True(await bob.Toolkits.InvokeAsync<bool>("kit/want", new { estimate = 0.5m }).InTime());
        Assert.False(await bob.Toolkits.InvokeAsync<bool>("kit/want", new { estimate = 1.5m }).InTime());

        // Where the handler lets it pass, its caller is told the same.
        foreach ((decimal estimate, bool isRetryable) in ((decimal, bool)[])[(0.5m, true), (1.5m, false)])
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/insist", new { estimate }));
            Assert.Equal((MeshErrorCode.BudgetExceeded, isRetryable), (error.Code, error.Retryable));
        }

        TestEnds.Set();
        Assert.True((await hold.InTime()).IsResult);
        Assert.Equal(1, await LeftAsync(bob));
    }

    [Fact]
    public async Task Concurrent_reservations_never_exceed_a_budget()
    {
        StartHostWithRoom(new RoomOptions { Budget = new() { Cost = 5 } });
        int open = 0, most = 0;
        await OfferAsync("ada", Tool.Create("take", async (CallContext call) =>
        {
            await using var reserved = await call.ReserveCostAsync(1);
            InterlockedMax(ref most, Interlocked.Increment(ref open));
            await Task.Yield();
            Interlocked.Decrement(ref open);
            await reserved.SettleAsync(new(0, 0, 0.1m));
        }));
        var bob = await JoinAsync("bob");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await bob.Toolkits.TryInvokeAsync("kit/take")))).InTime();
        int done = outcomes.Count(outcome => outcome.IsResult);
        Assert.InRange(most, 1, 5);
        Assert.InRange(done, 5, 41);
        Assert.Equal(5 - done * 0.1m, await LeftAsync(bob));
        Assert.Equal(done * 0.1m, (await Journal.GetTotalsAsync()).ByRoom[Den].Cost);
    }

    [Fact]
    public async Task What_costs_more_than_its_estimate_is_counted_in_full_and_is_the_last()
    {
        await OfferAsync("ada", Spend);
        var bob = await JoinAsync("bob", Holding(1));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/spend", new { estimate = 1m, cost = 3m }).InTime()).IsResult);
        Assert.Equal(0, await LeftAsync(bob));
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/spend", new { estimate = 0m, cost = 0m }));
        AssertCode(MeshErrorCode.BudgetExceeded, error);
        Assert.Equal("Tool 'kit/spend': the money that the budget of 'bob' allows is used up.", error.Message);
    }

    [Fact]
    public async Task A_reservation_is_settled_once()
    {
        await OfferAsync("ada", Tool.Create("twice", async (CallContext call) =>
        {
            var settled = await call.ReserveCostAsync(0.5m);
            await settled.SettleAsync(new(0, 0, 0.25m));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await settled.SettleAsync(new(0, 0, 0.25m)));
            await settled.DisposeAsync();
            var unused = await call.ReserveCostAsync(0.5m);
            await unused.DisposeAsync();
            await unused.DisposeAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await unused.SettleAsync(new(0, 0, 0.25m)));
            Assert.Equal("estimate", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await call.ReserveCostAsync(-0.01m))).ParamName);
            return true;
        }));
        var bob = await JoinAsync("bob", Holding(1));
        Assert.True(await bob.Toolkits.InvokeAsync<bool>("kit/twice").InTime());
        Assert.Equal((0.75m, 0.25m), (await LeftAsync(bob), EntriesOf("kit/twice")[0].Usage!.Cost));
    }

    [Fact]
    public async Task A_handler_that_fails_before_it_has_spent_anything_gives_back_what_it_disposes()
    {
        await OfferAsync("ada", Tool.Create("fail", async Task (CallContext call) =>
        {
            await using var reserved = await call.ReserveCostAsync(1);
            throw new InvalidOperationException("The model is not there.");
        }));
        var bob = await JoinAsync("bob", Holding(1));
        AssertCode(MeshErrorCode.HandlerFailed, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/fail")));
        Assert.Equal(1, await LeftAsync(bob));
        Assert.Null(EntriesOf("kit/fail")[0].Usage);
    }

    [Theory]
    [InlineData("forgotten")]
    [InlineData("cancelled")]
    [InlineData("late")]
    [InlineData("gone")]
    public async Task What_nobody_settles_counts_as_used_when_the_call_ends(string how)
    {
        var reserved = new Signal();
        var told = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ada = await OfferAsync("ada", Tool.Create("think", async (CallContext call) =>
        {
            await call.ReportUsageAsync(new(7, 0, 0.125m));
            var reservation = await call.ReserveCostAsync(0.5m);
            reserved.Set();
            if (how != "forgotten")
            {
                await TestEnds.WaitStubbornlyAsync();

                // At the far end of a connection, that the call is over is known when its token says so.
                await Record.ExceptionAsync(() => new Signal().WaitAsync(call.CancellationToken));
                told.SetResult(await Record.ExceptionAsync(async () => await reservation.SettleAsync(new(1, 1, 0.25m))));
            }
        }));
        var bob = await JoinAsync("bob", Holding(1));
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("kit/think", cancellationToken: cancel.Token).AsTask();
        await reserved.InTime();
        switch (how)
        {
            case "cancelled":
                await cancel.CancelAsync();
                break;
            case "late":
                await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(61));
                break;
            case "gone":
                await ada.DisposeAsync().InTime();
                break;
        }

        var outcome = await call.InTime();
        Assert.Equal(how switch
        {
            "forgotten" => CallStatus.Result,
            "cancelled" => CallStatus.Cancelled,
            "late" => CallStatus.Error,
            _ => CallStatus.Unknown,
        }, outcome.Status);
        Assert.Equal((0.375m, new CallUsage(7, 0, 0.625m)), (await LeftAsync(bob), Assert.Single(EntriesOf("kit/think")).Usage));
        TestEnds.Set();
        if (how != "forgotten")
        {
            AssertCode(MeshErrorCode.CallEnded, Assert.IsType<MeshException>(await told.Task.InTime()).Error);
            Assert.Equal(0.375m, await LeftAsync(bob));
        }
    }

    [Fact]
    public async Task A_second_attempt_counts_what_the_first_had_reserved_once()
    {
        var started = new Signal();
        int attempts = 0;
        var tool = Tool.Create("think", async (CallContext call) =>
        {
            await using var reserved = await call.ReserveCostAsync(0.25m);
            if (Interlocked.Increment(ref attempts) == 1)
            {
                started.Set();
                await TestEnds.WaitStubbornlyAsync();
            }

            await reserved.SettleAsync(new(1, 1, 0.125m));
        }, new() { Annotations = new() { Idempotent = true } });
        var first = await OfferAsync("ada", tool);
        var bob = await JoinAsync("bob", Holding(1));
        var call = bob.Toolkits.TryInvokeAsync("kit/think").AsTask();
        await started.InTime();
        await OfferAsync("eve", tool);
        await first.DisposeAsync().InTime();
        Assert.True((await call.InTime()).IsResult);
        Assert.Equal((0.625m, new CallUsage(1, 1, 0.375m)), (await LeftAsync(bob), Assert.Single(EntriesOf("kit/think")).Usage));
    }

    [Fact]
    public async Task Nothing_is_reserved_in_a_call_that_is_over()
    {
        var told = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await OfferAsync("ada", Tool.Create("forget", (CallContext call) =>
        {
            _ = Task.Run(async () =>
            {
                await TestEnds.WaitStubbornlyAsync();
                told.SetResult(await Record.ExceptionAsync(async () => await call.ReserveCostAsync(1)));
            });
        }));
        var bob = await JoinAsync("bob", Holding(1));
        await bob.Toolkits.TryInvokeAsync("kit/forget").InTime();
        TestEnds.Set();
        AssertCode(MeshErrorCode.CallEnded, Assert.IsType<MeshException>(await told.Task.InTime()).Error);
        Assert.Equal(1, await LeftAsync(bob));
    }

    [Fact]
    public async Task A_reservation_that_its_handler_does_not_wait_for_ends_with_the_call()
    {
        Task<CostReservation>? reserving = null;
        await OfferAsync("ada", Tool.Create("hasty", async (CallContext call) =>
        {
            await call.ReportProgressAsync(1);
            reserving = call.ReserveCostAsync(0.25m).AsTask();
        }));
        var bob = await JoinAsync("bob", Holding(1));
        Assert.Equal(2, (await bob.Toolkits.StreamAsync("kit/hasty").ToListInTimeAsync()).Count);

        // It was made before the call had ended, whether its handler was told so or not.
        Assert.True(await Record.ExceptionAsync(() => reserving!.InTime()) is null or MeshException { Code.Value: "call_ended" });
        Assert.Equal((0.75m, new CallUsage(0, 0, 0.25m)), (await LeftAsync(bob), EntriesOf("kit/hasty")[0].Usage));
    }

    [Fact]
    public async Task A_handler_that_never_settles_is_stopped_at_a_thousand_reservations()
    {
        await OfferAsync("ada", Tool.Create("hoard", async (CallContext call) =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                await call.ReserveCostAsync(0.001m);
            }

            return (await Assert.ThrowsAsync<MeshException>(async () => await call.ReserveCostAsync(0))).Code.Value;
        }));
        var bob = await JoinAsync("bob", Holding(2));
        Assert.Equal("overloaded", await bob.Toolkits.InvokeAsync<string>("kit/hoard").InTime());
        Assert.Equal(1, await LeftAsync(bob));
    }

    [Fact]
    public async Task Where_the_tokens_are_used_up_nothing_can_be_reserved_not_even_nothing()
    {
        await OfferAsync("ada", Tool.Create("talk", async (CallContext call) =>
        {
            await (await call.ReserveCostAsync(0)).SettleAsync(new(10, 0));
            var error = (await Assert.ThrowsAsync<MeshException>(async () => await call.ReserveCostAsync(0))).Error;
            return $"{error.Code} {error.Retryable} {error.Message}";
        }));
        var bob = await JoinAsync("bob");
        Assert.Equal(
            "budget_exceeded False Tool 'kit/talk': the tokens that the tree of calls allows is used up.",
            await bob.Toolkits.InvokeAsync<string>("kit/talk", null, new() { Budget = new() { Tokens = 10 } }).InTime());
    }

    [Fact]
    public async Task Without_a_budget_anything_may_be_reserved_and_the_journal_has_what_was_used()
    {
        await OfferAsync("ada", Spend);
        var bob = await JoinAsync("bob");
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/spend", new { estimate = decimal.MaxValue, cost = 2m }).InTime()).IsResult);
        Assert.Equal(new CallUsage(1, 1, 2), EntriesOf("kit/spend")[0].Usage);
        Assert.Null(await LeftAsync(bob));
    }

    [Fact]
    public async Task A_new_budget_of_a_participant_starts_with_its_next_tree()
    {
        await OfferAsync("ada", Spend, Tool.Create("outer", async (CallContext call) =>
        {
            Host.SetGrants(Den, "bob", Holding(3));
            return (await call.Room.Toolkits.TryInvokeAsync("kit/spend", new { estimate = 2m, cost = 2m })).IsResult;
        }));
        var bob = await JoinAsync("bob", Holding(1));
        Assert.False(await bob.Toolkits.InvokeAsync<bool>("kit/outer").InTime());
        Assert.Equal(3, await LeftAsync(bob));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/spend", new { estimate = 2m, cost = 2m }).InTime()).IsResult);
        Assert.Equal(1, await LeftAsync(bob));
    }

    private static Grants Holding(decimal cost) => Grants.UserDefault with { Budget = new() { Cost = cost } };

    private static async Task<decimal?> LeftAsync(RoomClient client) => (await client.Toolkits.ExplainAsync("room/listToolkits").InTime()).RemainingCost;

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
