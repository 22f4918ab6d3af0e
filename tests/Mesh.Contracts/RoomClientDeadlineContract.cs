using System.Runtime.CompilerServices;

namespace Mesh.Contracts;

/// <summary>Calls end when their caller no longer wants them, or when their time is over, whatever their handler does.</summary>
public abstract class RoomClientDeadlineContract : RoomClientContract
{
    private readonly Signal _started = new();
    private readonly Signal _cancelled = new();

    /// <summary>A tool that waits until its call is cancelled.</summary>
    private Tool Wait => Tool.Create("wait", async (CancellationToken stop) =>
    {
        _started.Set();
        await WaitUntilCancelledAsync(stop);
    });

    /// <summary>A tool that does not listen.</summary>
    private Tool Ignore => Tool.Create("ignore", async () =>
    {
        _started.Set();
        await TestEnds.WaitStubbornlyAsync();
    });

    [Fact]
    public async Task A_cancellation_reaches_the_handler_whenever_it_comes()
    {
        int started = 0, ended = 0;
        await OfferAsync("ada", Tool.Create("ping", () => 1), Tool.Create("hang", async (string text, CancellationToken stop) =>
        {
            Interlocked.Increment(ref started);
            try
            {
                await new Signal().WaitAsync(stop);
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }));
        var bob = await JoinAsync("bob");

        // Large, so that sending it takes its time.
        string text = new('x', 200_000);
        for (int i = 0; i < 100; i++)
        {
            using var cancel = new CancellationTokenSource();
            var call = bob.Toolkits.TryInvokeAsync("kit/hang", new { text }, cancellationToken: cancel.Token).AsTask();
            for (int yields = 0; yields < i % 20; yields++)
            {
                await Task.Yield();
            }

            await cancel.CancelAsync();
            Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        }

        Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("kit/ping").InTime());
        using var limit = new CancellationTokenSource(Bounded.TestTimeout);
        while (Volatile.Read(ref ended) < Volatile.Read(ref started))
        {
            Assert.False(limit.IsCancellationRequested, $"{ended} of {started} handlers were told that their call is over.");
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Cancelling_reaches_the_handler_and_throws_for_the_caller()
    {
        await OfferAsync("ada", Wait);
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.InvokeAsync<ToolResponse>("kit/wait", cancellationToken: cancel.Token);
        await _started.InTime();
        await cancel.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call.InTime());
        Assert.Equal(cancel.Token, thrown.CancellationToken);
        await _cancelled.InTime();
        Assert.Equal((CallStatus.Cancelled, MeshErrorCode.Cancelled), (EntriesOf("kit/wait")[0].Status, EntriesOf("kit/wait")[0].ErrorCode));
    }

    [Fact]
    public async Task Cancelling_is_an_outcome_for_those_who_try()
    {
        await OfferAsync("ada", Ignore);
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("kit/ignore", cancellationToken: cancel.Token);
        await _started.InTime();
        await cancel.CancelAsync();
        var outcome = await call.InTime();
        Assert.Equal((CallStatus.Cancelled, MeshErrorCode.Cancelled), (outcome.Status, outcome.Error?.Code));
    }

    [Fact]
    public async Task Calls_of_many_deadlines_each_end_at_their_own()
    {
        using var started = new SemaphoreSlim(0);
        await OfferAsync("ada", Tool.Create("hold", async (CancellationToken stop) =>
        {
            started.Release();
            await TestEnds.WaitAsync(stop);
        }));
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();

        // In no order, some at the same time, and some that are gone before theirs.
        var calls = Enumerable.Range(0, 40).Select(i => (Seconds: 1 + (i * 7 % 20), IsCancelled: i % 5 == 0)).Select(each => (each.Seconds, each.IsCancelled, Call: bob.Toolkits
            .TryInvokeAsync("kit/hold", options: new() { Timeout = TimeSpan.FromSeconds(each.Seconds) }, cancellationToken: each.IsCancelled ? cancel.Token : default).AsTask())).ToArray();
        for (int i = 0; i < calls.Length; i++)
        {
            Assert.True(await started.WaitAsync(Bounded.TestTimeout));
        }

        await cancel.CancelAsync();
        foreach (var (_, _, call) in calls.Where(each => each.IsCancelled))
        {
            Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        }

        for (int second = 1; second <= 20; second++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            foreach (var (_, _, call) in calls.Where(each => !each.IsCancelled && each.Seconds == second))
            {
                AssertCode(MeshErrorCode.DeadlineExceeded, (await call.InTime()).Error!);
            }

            Assert.DoesNotContain(calls, each => !each.IsCancelled && each.Seconds > second && each.Call.IsCompleted);
        }

        Assert.All(calls, each => Assert.True(each.Call.IsCompleted));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_begins_is_not_made()
    {
        await OfferAsync("ada", Wait);
        var bob = await JoinAsync("bob");
        var cancelled = new CancellationToken(canceled: true);
        Assert.Equal(CallStatus.Cancelled, (await bob.Toolkits.TryInvokeAsync("kit/wait", cancellationToken: cancelled).InTime()).Status);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bob.Toolkits.InvokeAsync<string>("kit/wait", cancellationToken: cancelled).InTime());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bob.Toolkits.StreamAsync("kit/wait", cancellationToken: cancelled).ToListInTimeAsync());
        Assert.False(_started.IsSet);
    }

    [Theory]
    [InlineData("kit/wait")]
    [InlineData("kit/ignore")]
    public async Task A_call_ends_at_its_deadline_of_60_s(string tool)
    {
        await OfferAsync("ada", Wait, Ignore);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync(tool);
        await _started.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(61));
        var error = await FailureOf(call);
        AssertCode(MeshErrorCode.DeadlineExceeded, error);
        Assert.Contains("60 s", error.Message, StringComparison.Ordinal);
        Assert.True(error.Retryable);
    }

    [Fact]
    public async Task A_call_does_not_end_before_its_deadline()
    {
        await OfferAsync("ada", Wait);
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait", options: new() { Timeout = TimeSpan.FromSeconds(100) }).AsTask();
        await _started.InTime();
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(101));
        Clock.Advance(TimeSpan.FromSeconds(99));
        Assert.False(call.IsCompleted);
        Assert.False(_cancelled.IsSet);
        Clock.Advance(TimeSpan.FromSeconds(2));
        AssertCode(MeshErrorCode.DeadlineExceeded, (await call.InTime()).Error);
        await _cancelled.InTime();
    }

    [Fact]
    public async Task A_deadline_is_a_mesh_exception_not_a_cancellation()
    {
        await OfferAsync("ada", Wait);
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.InvokeAsync<ToolResponse>("kit/wait", null, new() { Timeout = TimeSpan.FromSeconds(1) }, cancel.Token);
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(2));
        AssertCode(MeshErrorCode.DeadlineExceeded, await FailureOf(call));
    }

    [Fact]
    public async Task A_handler_that_blocks_past_the_deadline_is_told_of_when_it_returns()
    {
        await OfferAsync("ada", Tool.Create("block", () => Clock.Advance(TimeSpan.FromSeconds(61))));
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.DeadlineExceeded, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/block")));
    }

    [Fact]
    public async Task A_blocking_handler_on_the_thread_pool_does_not_hold_its_caller()
    {
        using var release = new ManualResetEventSlim();
        await OfferAsync("ada", Tool.Create("block", () =>
        {
            _started.Set();
            release.Wait(Bounded.TestTimeout);
        }, new ToolOptions { RunOnThreadPool = true }));
        var bob = await JoinAsync("bob");
        try
        {
            var call = bob.Toolkits.TryInvokeAsync("kit/block");
            await _started.InTime();
            await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(61));
            AssertCode(MeshErrorCode.DeadlineExceeded, await FailureOf(call));
        }
        finally
        {
            release.Set();
        }
    }

    [Fact]
    public async Task A_call_within_a_call_ends_with_it()
    {
        MeshErrorCode? inner = null;
        var innerEnded = new Signal();
        await OfferAsync("ada", Wait, Tool.Create("outer", async (CallContext call) =>
        {
            inner = (await call.Room.Toolkits.TryInvokeAsync("kit/wait", options: new() { Timeout = TimeSpan.FromMinutes(5) })).Error?.Code;
            innerEnded.Set();
        }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/outer");
        await _started.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(61));
        AssertCode(MeshErrorCode.DeadlineExceeded, await FailureOf(call));
        await _cancelled.InTime();
        await innerEnded.InTime();
        Assert.Equal(MeshErrorCode.Cancelled, inner);
    }

    [Fact]
    public async Task A_call_within_a_call_has_a_shorter_deadline_of_its_own()
    {
        MeshErrorCode? inner = null;
        await OfferAsync("ada", Wait, Tool.Create("outer", async (CallContext call) =>
        {
            inner = (await call.Room.Toolkits.TryInvokeAsync("kit/wait", options: new() { Timeout = TimeSpan.FromSeconds(5) })).Error?.Code;
            return "went on";
        }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<string>("kit/outer");
        await _started.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(6));
        Assert.Equal("went on", await call.InTime());
        Assert.Equal(MeshErrorCode.DeadlineExceeded, inner);
    }

    [Fact]
    public async Task Cancelling_reaches_handlers_over_every_hop()
    {
        await OfferAsync("ada", Wait);
        await (await JoinAsync("eve", Grants.Full)).Toolkits.RegisterAsync(Toolkit.Create("relay",
            Tool.Create("pass", async (CallContext call) => await call.Room.Toolkits.InvokeAsync<ToolResponse>("kit/wait")))).InTime();
        var bob = await JoinAsync("bob");
        using var cancel = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("relay/pass", cancellationToken: cancel.Token);
        await _started.InTime();
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await _cancelled.InTime();
    }

    [Fact]
    public async Task A_stream_has_no_deadline_as_a_whole_but_must_not_be_silent_for_60_s()
    {
        var next = new SemaphoreSlim(0);
        await OfferAsync("ada", Tool.Create("tick", (CancellationToken stop) => Tick(stop)));
        var bob = await JoinAsync("bob");
        await using var reader = bob.Toolkits.StreamAsync<int>("kit/tick").GetAsyncEnumerator();
        for (int i = 0; i < 4; i++)
        {
            var item = reader.MoveNextAsync();
            await Clock.TimerWithinAsync(TimeSpan.FromSeconds(60));
            Clock.Advance(TimeSpan.FromSeconds(50));
            next.Release();
            Assert.True(await item.InTime());
        }

        var silent = reader.MoveNextAsync();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(61));
        var error = await Assert.ThrowsAsync<MeshException>(async () => await silent.InTime());
        AssertCode(MeshErrorCode.DeadlineExceeded, error.Error);
        await _cancelled.InTime();

        async IAsyncEnumerable<int> Tick([EnumeratorCancellation] CancellationToken stop)
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    await next.WaitAsync(stop);
                    yield return i;
                }
            }
            finally
            {
                _cancelled.Set();
            }
        }
    }

    [Fact]
    public async Task A_stream_may_be_given_a_deadline()
    {
        await OfferAsync("ada", Wait);
        var bob = await JoinAsync("bob");
        var frames = bob.Toolkits.StreamAsync("kit/wait", options: new() { Timeout = TimeSpan.FromSeconds(5) }).ToListInTimeAsync();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(6));
        AssertCode(MeshErrorCode.DeadlineExceeded, Assert.IsType<ErrorFrame>(Assert.Single(await frames)).Error);
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
