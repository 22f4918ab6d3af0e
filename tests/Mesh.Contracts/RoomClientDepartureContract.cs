using System.Runtime.CompilerServices;

namespace Mesh.Contracts;

/// <summary>What becomes of calls when somebody goes away in the middle of them: an exact answer, at once.</summary>
public abstract class RoomClientDepartureContract : RoomClientContract
{
    private readonly Signal _started = new();
    private readonly Signal _cancelled = new();

    private Tool Wait(ToolAnnotations? annotations = null) => Tool.Create("wait", async (CancellationToken stop) =>
    {
        _started.Set();
        await WaitUntilCancelledAsync(stop);
        return "ended with the test";
    }, new ToolOptions { Annotations = annotations ?? ToolAnnotations.Default });

    [Fact]
    public async Task A_call_whose_provider_leaves_is_unknown_where_it_may_have_had_an_effect()
    {
        var ada = await OfferAsync("ada", Wait());
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait");
        await _started.InTime();
        await ada.DisposeAsync().InTime();
        var outcome = await call.InTime();
        Assert.Equal(CallStatus.Unknown, outcome.Status);
        AssertCode(MeshErrorCode.ProviderLost, outcome.Error);
        Assert.False(outcome.Error!.Retryable);
        Assert.Contains("'ada'", outcome.Error.Message, StringComparison.Ordinal);
        await _cancelled.InTime();
        var entry = Assert.Single(EntriesOf("kit/wait"));
        Assert.Equal((CallStatus.Unknown, "ada"), (entry.Status, entry.Provider));
    }

    [Fact]
    public async Task A_read_only_call_whose_provider_leaves_is_unavailable()
    {
        var ada = await OfferAsync("ada", Wait(new() { ReadOnly = true }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait");
        await _started.InTime();
        await ada.DisposeAsync().InTime();
        var outcome = await call.InTime();
        Assert.Equal(CallStatus.Error, outcome.Status);
        AssertCode(MeshErrorCode.Unavailable, outcome.Error);
        Assert.True(outcome.Error!.Retryable);
    }

    [Fact]
    public async Task An_idempotent_call_whose_provider_leaves_is_tried_once_more_under_its_key()
    {
        var idempotent = new ToolOptions { Annotations = new() { Idempotent = true } };
        var seen = new List<(string? Key, int Attempt, MeshId Id)>();
        async Task<string> Serve(CallContext call)
        {
            lock (seen)
            {
                seen.Add((call.Request.IdempotencyKey, call.Request.Attempt, call.Request.Id));
            }

            if (call.Request.Attempt == 1)
            {
                _started.Set();
                await TestEnds.WaitAsync(call.CancellationToken);
            }

            return call.Room.Self.Name;
        }

        var ada = await OfferAsync("ada", Tool.Create("serve", Serve, idempotent));
        var eve = await OfferAsync("eve", Tool.Create("serve", Serve, idempotent));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<string>("kit/serve", null, new() { IdempotencyKey = "once" });
        await _started.InTime();
        string first = EntriesOf("kit/serve").Count == 0 && (await bob.Toolkits.ExplainAsync("kit/serve").InTime()).Instances == 2 ? "both" : "?";
        Assert.Equal("both", first);

        // Whichever of the two has the call: it leaves, and the other one serves the second attempt.
        var (gone, other) = await WhoServesAsync(ada, eve);
        await gone.DisposeAsync().InTime();
        Assert.Equal(other.Self.Name, await call.InTime());
        Assert.Equal([("once", 1), ("once", 2)], seen.Select(each => (each.Key, each.Attempt)));
        Assert.Equal(seen[0].Id, seen[1].Id);
        var entry = Assert.Single(EntriesOf("kit/serve"));
        Assert.Equal((2, other.Self.Name, CallStatus.Result), (entry.Attempt, entry.Provider, entry.Status));
    }

    [Fact]
    public async Task An_idempotent_call_that_nobody_else_serves_is_unavailable()
    {
        var ada = await OfferAsync("ada", Wait(new() { Idempotent = true }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait");
        await _started.InTime();
        await ada.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.Unavailable, await FailureOf(call));
        Assert.Equal((1, "ada"), (EntriesOf("kit/wait")[0].Attempt, EntriesOf("kit/wait")[0].Provider));
    }

    [Fact]
    public async Task What_had_streamed_is_kept_by_its_reader()
    {
        var ada = await OfferAsync("ada", Tool.Create("tick", (CancellationToken stop) => Tick(stop)));
        var bob = await JoinAsync("bob");
        await using var reader = bob.Toolkits.StreamAsync("kit/tick").GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().InTime());
        Assert.IsType<ChunkFrame>(reader.Current);
        var next = reader.MoveNextAsync();
        await _started.InTime();
        await ada.DisposeAsync().InTime();
        Assert.True(await next.InTime());
        AssertCode(MeshErrorCode.ProviderLost, Assert.IsType<ErrorFrame>(reader.Current).Error);
        Assert.False(await reader.MoveNextAsync().InTime());
    }

    [Fact]
    public async Task What_had_streamed_is_in_the_outcome_of_who_asked_for_one()
    {
        var ada = await OfferAsync("ada", Tool.Create("tick", (CancellationToken stop) => Tick(stop)));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/tick");
        await _started.InTime();
        await ada.DisposeAsync().InTime();
        var outcome = await call.InTime();
        Assert.Equal((CallStatus.Unknown, "[1]"), (outcome.Status, outcome.Response?.ToString()));
    }

    [Fact]
    public async Task A_call_to_a_departed_provider_fails_at_once()
    {
        var ada = await OfferAsync("ada", Wait());
        var bob = await JoinAsync("bob");
        await ada.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/wait")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/wait@ada")));
    }

    [Fact]
    public async Task Only_the_calls_of_the_one_who_leaves_are_touched()
    {
        var release = new Signal();
        await OfferAsync("ada", Tool.Create("hold", async () =>
        {
            _started.Set();
            await release.WaitStubbornlyAsync();
            return "held";
        }));
        var eve = await JoinAsync("eve", Grants.Full);
        await eve.Toolkits.RegisterAsync(Toolkit.Create("other", Wait())).InTime();
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<string>("kit/hold");
        await _started.InTime();
        await eve.DisposeAsync().InTime();
        release.Set();
        Assert.Equal("held", await call.InTime());
    }

    [Fact]
    public async Task A_caller_that_leaves_cancels_its_calls()
    {
        await OfferAsync("ada", Wait());
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait");
        await _started.InTime();
        await bob.DisposeAsync().InTime();
        var outcome = await call.InTime();
        Assert.False(outcome.IsResult);
        await _cancelled.InTime();
        Assert.Equal(CallStatus.Cancelled, Assert.Single(EntriesOf("kit/wait")).Status);
    }

    [Fact]
    public async Task A_removed_provider_is_like_one_that_left()
    {
        var ada = await OfferAsync("ada", Wait());
        var bob = await JoinAsync("bob", Grants.Full);
        var call = bob.Toolkits.TryInvokeAsync("kit/wait");
        await _started.InTime();
        await bob.Participants.RemoveAsync("ada").InTime();
        Assert.Equal(CallStatus.Unknown, (await call.InTime()).Status);
        Assert.Equal(LeaveReason.Removed, await ada.Completion.InTime());
    }

    [Fact]
    public async Task Calls_that_run_may_end_before_their_room_is_retired()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var release = new Signal();
        await OfferAsync("ada", Tool.Create("hold", async () =>
        {
            _started.Set();
            await release.WaitStubbornlyAsync();
            return "held";
        }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<string>("kit/hold");
        await _started.InTime();
        var disposing = Host.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        AssertCode(MeshErrorCode.Closed, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/hold")));
        release.Set();
        Assert.Equal("held", await call.InTime());
        await disposing.InTime();
        Assert.Equal(LeaveReason.RoomRetired, await bob.Completion.InTime());
    }

    [Fact]
    public async Task Calls_that_do_not_end_are_ended_at_the_drain_limit()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        await OfferAsync("ada", Wait());
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait");
        await _started.InTime();
        var retiring = Host.RetireRoomAsync(Den);
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(10));
        await retiring.InTime();
        Assert.False((await call.InTime()).IsResult);
        await _cancelled.InTime();
        Assert.Empty(Host.Rooms);

        // Until it knows that it has left, a call of its own may be cancelled with those that were on their way.
        Assert.Equal(LeaveReason.RoomRetired, await bob.Completion.InTime());
        AssertCode(MeshErrorCode.Closed, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/wait")));
    }

    private async IAsyncEnumerable<int> Tick([EnumeratorCancellation] CancellationToken stop)
    {
        yield return 1;
        _started.Set();
        await TestEnds.WaitAsync(stop);
    }

    /// <summary>Finds out which of two instances is busy: a second call goes to the other one.</summary>
    private async Task<(RoomClient Busy, RoomClient Idle)> WhoServesAsync(RoomClient one, RoomClient other)
    {
        var probe = await JoinAsync("probe");
        string? idle = (await probe.Toolkits.ExplainAsync("kit/serve").InTime()).Provider;
        return idle == one.Self.Name ? (other, one) : (one, other);
    }

    private async Task WaitUntilCancelledAsync(CancellationToken stop)
    {
        try
        {
            await TestEnds.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            _cancelled.Set();
            throw;
        }
    }
}
