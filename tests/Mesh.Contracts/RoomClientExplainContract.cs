namespace Mesh.Contracts;

/// <summary>Telling what would become of a call, without any effect.</summary>
public abstract class RoomClientExplainContract : RoomClientContract
{
    private int _runs;

    private Tool Echo => Tool.Create("echo", (string text) =>
    {
        _runs++;
        return text;
    });

    [Fact]
    public async Task A_call_that_would_run_is_explained()
    {
        await OfferAsync("ada", Echo);
        await OfferAsync("eve", Echo);
        var bob = await JoinAsync("bob");
        var explained = await bob.Toolkits.ExplainAsync("kit/echo", JsonPayload.FromElement(Json("""{"text":"x"}"""))).InTime();
        Assert.Equal((true, true, true, true), (explained.WouldRun, explained.Visible, explained.Granted, explained.Valid));
        Assert.Null(explained.Error);
        Assert.True(explained.Provider is "ada" or "eve");
        Assert.Equal((2, false, "json", 32), (explained.Instances, explained.NeedsApproval, explained.Passing, explained.RemainingDepth));
        Assert.Equal((10_000, TimeSpan.FromSeconds(60)), (explained.RemainingCalls, explained.RemainingTime));
        Assert.Equal(0, _runs);
        Assert.Empty(EntriesOf("kit/echo"));
    }

    [Fact]
    public async Task Each_reason_against_a_call_is_told()
    {
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob", Tools("kit/other"));
        await AssertAsync(bob, "kit/none", "{}", MeshErrorCode.NotFound, visible: false, granted: false);
        await AssertAsync(bob, "kit/echo", """{"text":"x"}""", MeshErrorCode.NotGranted, visible: true, granted: false);
        var eve = await JoinAsync("eve");
        await AssertAsync(eve, "kit/echo", """{"text":7}""", MeshErrorCode.InvalidArguments, visible: true, granted: true);
        await AssertAsync(eve, "kit/echo", null, MeshErrorCode.InvalidArguments, visible: true, granted: true);
        Assert.Equal(0, _runs);

        static async Task AssertAsync(RoomClient client, string tool, string? arguments, MeshErrorCode code, bool visible, bool granted)
        {
            var payload = arguments is null ? default : JsonPayload.FromUtf8(Utf8(arguments));
            var explained = await client.Toolkits.ExplainAsync(tool, payload).InTime();
            AssertCode(code, explained.Error);
            Assert.Equal((false, visible, granted, false), (explained.WouldRun, explained.Visible, explained.Granted, explained.Valid));
            Assert.Equal(granted ? "ada" : null, explained.Provider);
        }
    }

    [Fact]
    public async Task Approvals_are_foretold_and_not_asked_for()
    {
        bool asked = false;
        StartHostWithRoom(new RoomOptions
        {
            Approver = (_, _) =>
            {
                asked = true;
                return new(ApprovalAnswer.Approved);
            },
        });
        await OfferAsync("ada", Tool.Create("ask", () => "asked", new ToolOptions { RequiresApproval = true }));
        var explained = await (await JoinAsync("bob")).Toolkits.ExplainAsync("kit/ask").InTime();
        Assert.Equal((true, true, false), (explained.NeedsApproval, explained.WouldRun, asked));
    }

    [Fact]
    public async Task Budgets_are_told_and_not_touched()
    {
        await OfferAsync("ada", Echo);
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Calls = 10, Depth = 4, WallTime = TimeSpan.FromSeconds(5) } });
        var arguments = JsonPayload.FromElement(Json("""{"text":"x"}"""));
        var explained = await bob.Toolkits.ExplainAsync("kit/echo", arguments).InTime();

        // Asking counts in no budget, however often.
        Assert.Equal((10, 4, TimeSpan.FromSeconds(5)), (explained.RemainingCalls, explained.RemainingDepth, explained.RemainingTime));
        Assert.Equal(10, (await bob.Toolkits.ExplainAsync("kit/echo", arguments).InTime()).RemainingCalls);
        for (int i = 0; i < 10; i++)
        {
            Assert.True((await bob.Toolkits.TryInvokeAsync("kit/echo", arguments).InTime()).IsResult);
        }

        explained = await bob.Toolkits.ExplainAsync("kit/echo", arguments).InTime();
        AssertCode(MeshErrorCode.BudgetExceeded, explained.Error);
        Assert.Equal((false, true, 0), (explained.WouldRun, explained.Valid, explained.RemainingCalls));
    }

    [Fact]
    public async Task Looking_takes_no_call_from_those_who_call_at_the_same_time()
    {
        const int Calls = 400;
        StartHostWithRoom(new RoomOptions { Budget = new() { Calls = Calls } });
        await OfferAsync("ada", Tool.Create("ping", () => "pong"));
        var (bob, eve) = (await JoinAsync("bob"), await JoinAsync("eve", Grants.UserDefault with { Budget = new() { Calls = 1 } }));
        long spent = EntriesOf("room/registerToolkit").Count;
        bool done = false;
        var looking = Task.Run(async () =>
        {
            while (!Volatile.Read(ref done))
            {
                await eve.Toolkits.ExplainAsync("kit/ping").InTime();
            }
        });

        // Each of them fits, so none may be refused for what somebody else only looks at.
        for (int i = 0; i < Calls - spent; i++)
        {
            var outcome = await bob.Toolkits.TryInvokeAsync("kit/ping").InTime();
            Assert.True(outcome.IsResult, outcome.ToString());
        }

        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/ping")));
        Volatile.Write(ref done, true);
        await looking.InTime();
        var explained = await eve.Toolkits.ExplainAsync("kit/ping").InTime();
        AssertCode(MeshErrorCode.BudgetExceeded, explained.Error);
        Assert.Equal(0, explained.RemainingCalls);
    }

    [Fact]
    public async Task Within_a_call_what_its_tree_has_left_is_told()
    {
        await OfferAsync("ada", Echo, Tool.Create("outer", async (CallContext call) =>
        {
            Clock.Advance(TimeSpan.FromSeconds(20));
            var explained = await call.Room.Toolkits.ExplainAsync("kit/echo", JsonPayload.FromElement(Json("""{"text":"x"}""")));
            return $"{explained.WouldRun} {explained.RemainingCalls} {explained.RemainingDepth} {explained.RemainingTime?.TotalSeconds}";
        }));
        var bob = await JoinAsync("bob");
        var options = new CallOptions { Budget = new() { Calls = 5, Depth = 3 }, Timeout = TimeSpan.FromSeconds(30) };
        Assert.Equal("True 4 2 10", await bob.Toolkits.InvokeAsync<string>("kit/outer", null, options).InTime());
    }

    [Fact]
    public async Task A_tool_of_the_room_is_explained_too()
    {
        var bob = await JoinAsync("bob");
        Assert.True((await bob.Toolkits.ExplainAsync("room/listParticipants").InTime()).WouldRun);
        var explained = await bob.Toolkits.ExplainAsync("room/removeParticipant", JsonPayload.FromElement(Json("""{"participant":"bob"}"""))).InTime();
        AssertCode(MeshErrorCode.NotGranted, explained.Error);
        Assert.Single(await bob.Participants.ListAsync().InTime());
    }
}
