using Mesh.Contracts;

namespace Mesh.Core.Tests.Calls;

public sealed class CallGateTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(3, 8)]
    [InlineData(2, 0)]
    public async Task No_place_is_lost_or_given_twice_whatever_leaves_when(int places, int waiting)
    {
        var gate = new CallGate(places, waiting);
        int running = 0, most = 0, came = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 2_000; i++)
            {
                var turn = new Waiting(gate);
                var state = gate.Enter(turn);
                if (state == CallTurnState.Waiting)
                {
                    // Leaves at any moment, that in which its turn comes among them.
                    var leaving = random.Next(3) == 0 ? Task.Run(() => gate.Leave(turn)) : Task.CompletedTask;
                    await turn.Told.Task;
                    state = turn.State;
                    await leaving;
                }

                if (state == CallTurnState.Come)
                {
                    int now = Interlocked.Increment(ref running);
                    InterlockedMax(ref most, now);
                    Interlocked.Increment(ref came);
                    if (random.Next(2) == 0)
                    {
                        await Task.Yield();
                    }

                    Interlocked.Decrement(ref running);
                    gate.Exit(1)?.Tell();
                }
            }
        }))).InTime();
        Assert.Equal((0, true, false), (gate.Load, gate.IsFree, gate.IsFull));
        Assert.InRange(most, 1, places);
        Assert.True(came > 0);
    }

    [Fact]
    public async Task A_turn_that_has_come_cannot_be_left_and_one_that_was_left_does_not_come()
    {
        var gate = new CallGate(1, 2);
        Assert.True(gate.TryEnter());
        var (first, second) = (new Waiting(gate), new Waiting(gate));
        Assert.Equal(CallTurnState.Waiting, gate.Enter(first));
        Assert.Equal(CallTurnState.Waiting, gate.Enter(second));
        Assert.Equal(CallTurnState.Refused, gate.Enter(new Waiting(gate)));
        gate.Leave(first);
        await first.Told.Task.InTime();
        Assert.Equal(CallTurnState.Left, first.State);
        Assert.Same(second, gate.Exit(0));
        gate.Leave(second);
        Assert.Equal(CallTurnState.Come, second.State);
        second.Take(0);
        await second.Told.Task.InTime();
        Assert.Null(gate.Exit(0));
        Assert.True(gate.TryEnter());
        Assert.Equal(1, gate.Load);
    }

    [Fact]
    public void Leaving_without_standing_in_line_takes_nobody_else_out_of_it()
    {
        var (gate, other) = (new CallGate(1, 8), new CallGate(1, 8));
        Assert.True(gate.TryEnter());
        Assert.True(other.TryEnter());
        var (first, late) = (new Waiting(gate), new Waiting(gate));
        Assert.Equal(CallTurnState.Waiting, gate.Enter(first));
        gate.Leave(late);
        Assert.Equal(CallTurnState.Waiting, gate.Enter(late));
        other.Leave(first);
        Assert.Same(first, gate.Exit(0));
        Assert.Same(late, gate.Exit(0));
        Assert.Null(gate.Exit(0));
        Assert.Equal(0, gate.Load);
    }

    [Fact]
    public async Task A_withdrawn_instance_sends_all_away_that_wait_and_lets_none_line_up()
    {
        var gate = new CallGate(1, 8);
        Assert.True(gate.TryEnter());
        Waiting[] turns = [.. Enumerable.Range(0, 3).Select(_ => new Waiting(gate))];
        Assert.All(turns, turn => Assert.Equal(CallTurnState.Waiting, gate.Enter(turn)));
        gate.Close();
        await Task.WhenAll(turns.Select(each => each.Told.Task)).InTime();
        Assert.All(turns, turn => Assert.Equal(CallTurnState.Withdrawn, turn.State));

        Assert.Equal(CallTurnState.Withdrawn, gate.Enter(new Waiting(gate)));
        gate.Exit(0);
        Assert.Equal(0, gate.Load);
    }

    [Fact]
    public void The_estimate_follows_the_time_that_calls_take()
    {
        var gate = new CallGate(2, 8);
        Assert.Equal(0, gate.EstimateTurn());
        for (int i = 0; i < 100; i++)
        {
            Assert.True(gate.TryEnter());
            gate.Exit(1_000);
        }

        Assert.Equal(500, gate.EstimateTurn());
        Assert.True(gate.TryEnter());
        gate.Exit(9_000);
        Assert.Equal(1_000, gate.EstimateTurn());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_limit_below_one_is_refused_by_its_name(int limit)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new RegistrationOptions { MaxConcurrency = limit });
        Assert.Contains("RegistrationOptions.MaxConcurrency", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentOutOfRangeException>(() => new AgentOptions { MaxConcurrency = limit });
        Assert.Contains("AgentOptions.MaxConcurrency", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100_001)]
    public void A_number_that_may_not_wait_is_refused_by_its_name(int limit)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new RegistrationOptions { MaxWaiting = limit });
        Assert.Contains("RegistrationOptions.MaxWaiting", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentOutOfRangeException>(() => new AgentOptions { MaxWaiting = limit });
        Assert.Contains("AgentOptions.MaxWaiting", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Waits for being told; told twice, it fails.</summary>
    private sealed class Waiting : CallTurn
    {
        public Waiting(CallGate gate) => Gate = gate;

        public TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Execute() => Told.SetResult();
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (int seen = Volatile.Read(ref most); now > seen;)
        {
            int before = Interlocked.CompareExchange(ref most, now, seen);
            (seen, now) = (before, before == seen ? before : now);
        }
    }
}
