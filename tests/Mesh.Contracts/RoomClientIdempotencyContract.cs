namespace Mesh.Contracts;

/// <summary>Calls of one participant to one tool under one key have one effect and one outcome.</summary>
public abstract class RoomClientIdempotencyContract : RoomClientContract
{
    private readonly CallOptions _key = new() { IdempotencyKey = "order-7" };
    private int _effects;

    private Tool Order => Tool.Create("order", (string what) => $"{what} {Interlocked.Increment(ref _effects)}");

    [Fact]
    public async Task A_repeated_call_gets_the_first_ones_outcome()
    {
        await OfferAsync("ada", Order);
        var bob = await JoinAsync("bob");
        Assert.Equal("tea 1", await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime());
        Assert.Equal("tea 1", await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime());
        Assert.Equal("tea 1", (await bob.Toolkits.TryInvokeAsync("kit/order", JsonPayload.FromUtf8(Utf8("""{ "what" : "te\u0061" }""")), _key).InTime()).Response?.ToString());
        Assert.Equal("tea 2", await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }).InTime());
    }

    [Fact]
    public async Task Keys_belong_to_a_caller_and_a_tool()
    {
        await OfferAsync("ada", Order, Tool.Create("buy", (string what) => $"{what} {Interlocked.Increment(ref _effects)}"));
        var (bob, eve) = (await JoinAsync("bob"), await JoinAsync("eve"));
        await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime();
        await bob.Toolkits.InvokeAsync<string>("kit/buy", new { what = "tea" }, _key).InTime();
        await eve.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime();
        await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, new() { IdempotencyKey = "order-8" }).InTime();
        Assert.Equal(4, _effects);
    }

    [Fact]
    public async Task Other_arguments_under_the_same_key_are_a_conflict()
    {
        await OfferAsync("ada", Order);
        var bob = await JoinAsync("bob");
        await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime();
        AssertCode(MeshErrorCode.IdempotencyConflict, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/order", new { what = "gin" }, _key)));
        Assert.Equal(1, _effects);
    }

    [Fact]
    public async Task Concurrent_duplicates_wait_for_the_one_that_runs()
    {
        var (started, release) = (new Signal(), new Signal());
        await OfferAsync("ada", Tool.Create("slow", async () =>
        {
            int effect = Interlocked.Increment(ref _effects);
            started.Set();
            await release.WaitStubbornlyAsync();
            return effect;
        }));
        var bob = await JoinAsync("bob");
        var first = bob.Toolkits.InvokeAsync<int>("kit/slow", null, _key);
        await started.InTime();
        var others = Enumerable.Range(0, 5).Select(_ => bob.Toolkits.InvokeAsync<int>("kit/slow", null, _key).AsTask()).ToArray();
        Assert.All(others, other => Assert.False(other.IsCompleted));
        release.Set();
        Assert.Equal(1, await first.InTime());
        Assert.Equal([1, 1, 1, 1, 1], (await Task.WhenAll(others).InTime()).AsEnumerable());
        Assert.Equal(1, _effects);
    }

    [Fact]
    public async Task A_duplicate_may_give_up_waiting()
    {
        var (started, release) = (new Signal(), new Signal());
        await OfferAsync("ada", Tool.Create("slow", async () =>
        {
            started.Set();
            await release.WaitStubbornlyAsync();
            return "done";
        }));
        var bob = await JoinAsync("bob");
        var first = bob.Toolkits.InvokeAsync<string>("kit/slow", null, _key);
        await started.InTime();
        using var cancel = new CancellationTokenSource();
        var second = bob.Toolkits.TryInvokeAsync("kit/slow", options: _key, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await second.InTime()).Status);
        release.Set();
        Assert.Equal("done", await first.InTime());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_duplicate_of_a_call_that_was_given_up_before_it_began_has_the_effect_itself(bool byDeadline)
    {
        var (started, release) = (new Signal(), new Signal());
        var slow = Tool.Create("slow", async () =>
        {
            started.Set();
            await release.WaitStubbornlyAsync();
            return Interlocked.Increment(ref _effects);
        });
        await (await JoinAsync("ada", Grants.Full)).Toolkits.RegisterAsync(Toolkit.Create("kit", slow), new() { MaxConcurrency = 1 });
        var bob = await JoinAsync("bob");
        var busy = bob.Toolkits.InvokeAsync<int>("kit/slow").AsTask();
        await started.InTime();
        using var cancel = new CancellationTokenSource();
        var first = bob.Toolkits.TryInvokeAsync("kit/slow", options: _key with { Timeout = TimeSpan.FromSeconds(byDeadline ? 2 : 20) }, cancellationToken: cancel.Token).AsTask();
        for (int looks = 0; looks < 100_000 && (await bob.Toolkits.ExplainAsync("kit/slow").InTime()).CallsAhead < 2; looks++)
        {
            // Over a connection it is on its way.
        }

        var second = bob.Toolkits.InvokeAsync<int>("kit/slow", null, _key).AsTask();
        await bob.Toolkits.ExplainAsync("kit/slow").InTime();
        if (byDeadline)
        {
            Clock.Advance(TimeSpan.FromSeconds(3));
        }
        else
        {
            await cancel.CancelAsync();
        }

        AssertCode(byDeadline ? MeshErrorCode.DeadlineExceeded : MeshErrorCode.Cancelled, (await first.InTime()).Error);
        release.Set();
        Assert.Equal(1, await busy.InTime());
        Assert.Equal(2, await second.InTime());
        Assert.Equal(2, await bob.Toolkits.InvokeAsync<int>("kit/slow", null, _key).InTime());
    }

    [Fact]
    public async Task A_key_is_forgotten_after_10_minutes()
    {
        await OfferAsync("ada", Order);
        var bob = await JoinAsync("bob");
        Assert.Equal("tea 1", await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime());
        Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal("tea 1", await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime());
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("gin 2", await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "gin" }, _key).InTime());
    }

    [Fact]
    public async Task A_failure_of_the_tool_is_an_outcome_like_any_other()
    {
        await OfferAsync("ada", Tool.Create("fail", string () => throw new ToolException($"broke {Interlocked.Increment(ref _effects)}")));
        var bob = await JoinAsync("bob");
        Assert.Equal("broke 1", (await FailureOf(bob.Toolkits.TryInvokeAsync("kit/fail", options: _key))).Message);
        Assert.Equal("broke 1", (await FailureOf(bob.Toolkits.TryInvokeAsync("kit/fail", options: _key))).Message);
    }

    [Fact]
    public async Task A_call_that_had_no_effect_gives_its_key_back()
    {
        bool approve = false;
        StartHostWithRoom(new RoomOptions { Approver = (_, _) => new(approve ? ApprovalAnswer.Approved : ApprovalAnswer.Refused()) });
        await OfferAsync("ada", Tool.Create("ask", () => ++_effects, new ToolOptions { RequiresApproval = true }));
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.ApprovalRefused, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/ask", options: _key)));
        approve = true;
        Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("kit/ask", null, _key).InTime());
        Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("kit/ask", null, _key).InTime());
    }

    [Fact]
    public async Task A_repeated_call_costs_no_budget_and_is_journaled()
    {
        await OfferAsync("ada", Order);
        var bob = await JoinAsync("bob", Grants.UserDefault with { Budget = new() { Calls = 1 } });
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("tea 1", await bob.Toolkits.InvokeAsync<string>("kit/order", new { what = "tea" }, _key).InTime());
        }

        Assert.Equal(3, EntriesOf("kit/order").Count);
    }

    [Fact]
    public void A_key_has_1_to_256_characters()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CallOptions { IdempotencyKey = "" });
        Assert.Throws<ArgumentOutOfRangeException>(() => new CallOptions { IdempotencyKey = new string('k', 257) });
        Assert.Equal(256, new CallOptions { IdempotencyKey = new string('k', 256) }.IdempotencyKey?.Length);
    }
}
