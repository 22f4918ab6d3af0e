namespace Mesh.Contracts;

/// <summary>Budgets of tokens and money that handlers report afterwards: what runs goes on, and nothing new is let in.</summary>
public abstract class RoomClientUsageContract : RoomClientContract
{
    private static readonly Tool Leaf = Tool.Create("leaf", () => "leaf");

    private static readonly Tool Report = Tool.Create("report", async (long tokens, decimal cost, CallContext call) =>
        await call.ReportUsageAsync(new(tokens, tokens, cost)));

    public static TheoryData<string> Places => ["tree", "own", "participant", "room"];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Tokens_that_are_used_up_let_no_further_call_in(string place) =>
        await AssertStopsAsync(place, new() { Tokens = 10 }, "tokens", new { tokens = 5L, cost = 0m });

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Money_that_is_used_up_lets_no_further_call_in(string place) =>
        await AssertStopsAsync(place, new() { Cost = 10 }, "money", new { tokens = 0L, cost = 11m });

    [Fact]
    public async Task What_each_model_used_is_told_apart_in_the_entry_and_in_the_totals()
    {
        await OfferAsync("ada", Tool.Create("talk", async (CallContext call) =>
        {
            await call.ReportUsageAsync(CallUsage.OfModel("small", 1, 2, 0.5m));
            await call.ReportUsageAsync(CallUsage.OfModel("large", 10, 20));
            await call.ReportUsageAsync(CallUsage.OfModel("small", 3, 4));
            await call.ReportUsageAsync(new(100, 0));
        }));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.InvokeAsync<ToolResponse>("kit/talk").InTime();
        var entry = Assert.Single(EntriesOf("kit/talk"));
        Assert.Equal(new CallUsage(114, 26, 0.5m) { Models = [new("small", 4, 6, 0.5m), new("large", 10, 20, 0)] }, entry.Usage);
        Assert.Equal(entry.Usage, JournalEntry.FromJson(entry.ToJson()).Usage);
        var models = (await Journal.GetTotalsAsync()).ByModel;
        Assert.Equal((2, 1, 4, 0.5m), (models.Count, models["small"].Calls, models["small"].InputTokens, models["small"].Cost));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_streams_a_call_is_told_at_its_end_what_it_has_used_itself(bool fails)
    {
        await OfferAsync("ada", Report, Tool.Create("outer", async (CallContext call) =>
        {
            await call.ReportUsageAsync(CallUsage.OfModel("small", 3, 2, 0.5m));
            await call.Room.Toolkits.TryInvokeAsync("kit/report", new { tokens = 9L, cost = 1m });
            await call.WriteChunkAsync(new TextPart("one"));
            await call.ReportUsageAsync(new(1, 1));
            if (fails)
            {
                throw new ToolException("no");
            }
        }));
        var bob = await JoinAsync("bob");

        var frames = await bob.Toolkits.StreamAsync("kit/outer", default).ToListInTimeAsync();
        var quiet = await bob.Toolkits.StreamAsync("kit/outer/nowhere", default).ToListInTimeAsync();

        var usage = frames[^1] is ErrorFrame error ? error.Usage : ((ResultFrame)frames[^1]).Usage;
        Assert.Equal(fails, frames[^1] is ErrorFrame);
        Assert.Equal((4L, 3L, 0.5m, "small"), (usage!.InputTokens, usage.OutputTokens, usage.Cost, Assert.Single(usage.Models!).Model));
        Assert.Null(Assert.IsType<ErrorFrame>(Assert.Single(quiet)).Usage);
    }

    [Fact]
    public async Task Models_beyond_sixteen_are_one()
    {
        await OfferAsync("ada", Tool.Create("talk", async (CallContext call) =>
        {
            for (int i = 0; i < 20; i++)
            {
                await call.ReportUsageAsync(CallUsage.OfModel($"m{i}", 1, 0));
            }
        }));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.InvokeAsync<ToolResponse>("kit/talk").InTime();
        var models = Assert.Single(EntriesOf("kit/talk")).Usage!.Models!;
        Assert.Equal((17, JournalTotals.Others, 4), (models.Count, models[^1].Model, models[^1].InputTokens));
    }

    [Fact]
    public async Task A_tree_stops_within_the_calls_in_flight_when_its_budget_is_used_up()
    {
        var (running, used) = (new Signal(), new Signal());
        await OfferAsync("ada", Leaf, Report, Tool.Create("wait", async (CallContext call) =>
        {
            running.Set();
            await used.WaitAsync(call.CancellationToken);
            var inner = await call.Room.Toolkits.TryInvokeAsync("kit/leaf");
            return $"went on, {inner.Error?.Code}";
        }), Tool.Create("outer", async (CallContext call) =>
        {
            var wait = call.Room.Toolkits.InvokeAsync<string>("kit/wait").AsTask();
            await running.InTime();
            await call.Room.Toolkits.TryInvokeAsync("kit/report", new { tokens = 600L, cost = 0m });
            used.Set();
            return $"{await wait}; {(await call.Room.Toolkits.TryInvokeAsync("kit/leaf")).Error?.Code}";
        }));
        var bob = await JoinAsync("bob");
        Assert.Equal(
            "went on, budget_exceeded; budget_exceeded",
            await bob.Toolkits.InvokeAsync<string>("kit/outer", null, new() { Budget = new() { Tokens = 1_000 } }).InTime());
        Assert.Equal("leaf", await bob.Toolkits.InvokeAsync<string>("kit/leaf").InTime());
    }

    [Fact]
    public async Task A_call_that_is_approved_too_late_is_not_let_in()
    {
        var (asked, answer) = (new Signal(), new TaskCompletionSource<ApprovalAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        bool ran = false;
        StartHostWithRoom(new RoomOptions
        {
            Approver = async (_, stop) =>
            {
                asked.Set();
                return await answer.Task.WaitAsync(stop);
            },
        });
        await OfferAsync("ada", Report, Tool.Create("delete", () => ran = true, new ToolOptions { RequiresApproval = true }));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Tokens = 10, Calls = 2 } });
        var call = bob.Toolkits.TryInvokeAsync("kit/delete");
        await asked.InTime();
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/report", new { tokens = 5L, cost = 0m }).InTime()).IsResult);
        answer.SetResult(ApprovalAnswer.Approved);
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(call));
        Assert.False(ran);

        // It was never made, so it is not counted as one.
        Assert.Equal((1, 0), await LeftAsync(bob));
    }

    [Fact]
    public async Task With_a_budget_of_zero_calls_that_use_nothing_can_be_made()
    {
        await OfferAsync("ada", Leaf, Report, Tool.Create("reserve", async (CallContext call) =>
        {
            await using (await call.ReserveCostAsync(0))
            {
                return (await Assert.ThrowsAsync<MeshException>(async () => await call.ReserveCostAsync(0.0001m))).Code.Value;
            }
        }));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Cost = 0, Tokens = 0 } });
        Assert.Equal("leaf", await bob.Toolkits.InvokeAsync<string>("kit/leaf").InTime());
        Assert.Equal("budget_exceeded", await bob.Toolkits.InvokeAsync<string>("kit/reserve").InTime());
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/report", new { tokens = 0L, cost = 0m }).InTime()).IsResult);
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/report", new { tokens = 0L, cost = 0.0001m }).InTime()).IsResult);
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf")));
    }

    [Fact]
    public async Task Usage_of_any_size_adds_up_without_going_round()
    {
        await OfferAsync("ada", Report);
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Cost = decimal.MaxValue, Tokens = long.MaxValue } });
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/report", new { tokens = 1L, cost = decimal.MaxValue - 1 }).InTime()).IsResult);
        var explained = await bob.Toolkits.ExplainAsync("kit/report", JsonPayload.FromElement(Json("""{"tokens":1,"cost":1}"""))).InTime();
        Assert.Equal((true, long.MaxValue - 2, 1m), (explained.WouldRun, explained.RemainingTokens, explained.RemainingCost));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/report", new { tokens = long.MaxValue, cost = decimal.MaxValue }).InTime()).IsResult);
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/report", new { tokens = 0L, cost = 0m })));
    }

    [Fact]
    public async Task What_is_left_is_told_and_a_call_that_would_be_refused_too()
    {
        await OfferAsync("ada", Leaf, Report, Tool.Create("outer", async (CallContext call) =>
        {
            await call.ReportUsageAsync(new(20, 10, 0.5m));
            await using var reserved = await call.ReserveCostAsync(0.25m);
            var explained = await call.Room.Toolkits.ExplainAsync("kit/leaf");
            return $"{explained.WouldRun} {explained.RemainingTokens} {explained.RemainingCost}";
        }));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Cost = 2, Tokens = 50 } });
        Assert.Equal("True 20 0.25", await bob.Toolkits.InvokeAsync<string>("kit/outer", null, new() { Budget = new() { Cost = 1 } }).InTime());
        var explained = await bob.Toolkits.ExplainAsync("kit/leaf").InTime();
        Assert.Equal((true, 20, 1.5m), (explained.WouldRun, explained.RemainingTokens, explained.RemainingCost));
        await bob.Toolkits.TryInvokeAsync("kit/report", new { tokens = 10L, cost = 0m }).InTime();
        explained = await bob.Toolkits.ExplainAsync("kit/leaf").InTime();
        AssertCode(MeshErrorCode.BudgetExceeded, explained.Error);
        Assert.Equal((false, 0, 1.5m), (explained.WouldRun, explained.RemainingTokens, explained.RemainingCost));
    }

    [Fact]
    public async Task A_filter_does_not_escape_a_budget_with_another_one()
    {
        StartHost(options => options with { Filters = [new Generous()] });
        await OfferAsync("ada", Leaf, Report);
        var bob = await JoinAsync("bob");
        var options = new CallOptions { Budget = new() { Cost = 1 } };
        await OfferAsync("eve", Tool.Create("outer", async (CallContext call) =>
        {
            await call.Room.Toolkits.TryInvokeAsync("kit/report", new { tokens = 0L, cost = 5m });
            return (await call.Room.Toolkits.TryInvokeAsync("kit/leaf")).Error?.Code.Value ?? "let in";
        }));
        Assert.Equal("budget_exceeded", await bob.Toolkits.InvokeAsync<string>("kit/outer", null, options).InTime());
    }

    [Theory]
    [InlineData("""{"calls":-1}""")]
    [InlineData("""{"tokens":-1}""")]
    [InlineData("""{"cost":-0.5}""")]
    [InlineData("""{"cost":1e40}""")]
    [InlineData("""{"cost":"1"}""")]
    [InlineData("""{"wallTime":"00:00:00"}""")]
    public async Task A_budget_that_makes_no_sense_is_not_given_to_anybody(string budget)
    {
        await OfferAsync("ada", Leaf);
        var root = await JoinAsync("root", Grants.Full);
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Calls = 1 } });
        var arguments = JsonPayload.FromElement(Json("""{"participant":"bob","grants":{"budget":""" + budget + "}}"));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(root.Toolkits.TryInvokeAsync("room/setGrants", arguments)));
        Assert.Equal("leaf", await bob.Toolkits.InvokeAsync<string>("kit/leaf").InTime());
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/leaf")));
    }

    private async Task AssertStopsAsync(string place, Budget budget, string what, object usage)
    {
        StartHostWithRoom(new RoomOptions { Budget = place == "room" ? budget : null });
        await OfferAsync("ada", Leaf, Report, Tool.Create("inner", InnerAsync), Tool.Create("outer", async (CallContext call) =>
            await call.Room.Toolkits.InvokeAsync<string>("kit/inner", null, new() { Budget = place == "own" ? budget : null })));
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = place == "participant" ? budget : null });
        string message = await bob.Toolkits.InvokeAsync<string>("kit/outer", null, new() { Budget = place == "tree" ? budget : null }).InTime();
        string owner = place switch
        {
            "tree" => "the tree of calls",
            "own" => "the call's own budget",
            "participant" => "the budget of 'bob'",
            _ => "the budget of room 'den'",
        };
        Assert.Equal($"Tool 'kit/leaf': the {what} that {owner} allows is used up.", message);
        var next = await bob.Toolkits.TryInvokeAsync("kit/leaf").InTime();
        Assert.Equal(place is "tree" or "own", next.IsResult);

        async Task<string> InnerAsync(CallContext call)
        {
            await call.Room.Toolkits.InvokeAsync<string>("kit/leaf");
            await call.Room.Toolkits.TryInvokeAsync("kit/report", usage);
            return (await call.Room.Toolkits.TryInvokeAsync("kit/leaf")).Error?.Message ?? "let in";
        }
    }

    private static async Task<(long? Calls, long? Tokens)> LeftAsync(RoomClient client)
    {
        var explained = await client.Toolkits.ExplainAsync("room/listToolkits").InTime();
        return (explained.RemainingCalls, explained.RemainingTokens);
    }

    private sealed class Generous : ICallFilter
    {
        public ValueTask<CallRequest> OnCallAsync(CallRequest request, Participant caller, CancellationToken cancellationToken) =>
            new(request with { Budget = new() { Cost = 1_000_000 } });
    }
}
