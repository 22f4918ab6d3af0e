namespace Mesh.Testing.Tests.Time;

public sealed class ManualTimeProviderTests
{
    [Fact]
    public void Timers_fire_in_the_order_of_their_times_and_see_that_time()
    {
        var clock = new ManualTimeProvider();
        var start = clock.GetUtcNow();
        var fired = new List<double>();
        using var late = clock.CreateTimer(_ => fired.Add((clock.GetUtcNow() - start).TotalSeconds), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using var early = clock.CreateTimer(_ => fired.Add((clock.GetUtcNow() - start).TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        clock.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal([1, 2, 3], fired);
        Assert.Equal(4, (clock.GetUtcNow() - start).TotalSeconds);
        Assert.Equal(1, clock.TimerCount);
    }

    [Fact]
    public async Task Who_waits_for_a_timer_goes_on_when_one_is_set()
    {
        var clock = new ManualTimeProvider();
        var found = clock.TimerWithinAsync(TimeSpan.FromSeconds(5));
        using var far = clock.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(6), Timeout.InfiniteTimeSpan);
        Assert.False(found.IsCompleted);
        using var near = clock.CreateTimer(static _ => { }, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        await found;
    }

    [Fact]
    public void It_does_not_go_back() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ManualTimeProvider().Advance(TimeSpan.FromSeconds(-1)));

    [Fact]
    public void It_moves_by_as_much_as_all_that_move_it_at_once()
    {
        var clock = new ManualTimeProvider();
        long start = clock.GetTimestamp();
        using var timer = clock.CreateTimer(_ => clock.Advance(TimeSpan.FromSeconds(3)), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(5, clock.GetElapsedTime(start).TotalSeconds);

        Parallel.For(0, 1_000, _ => clock.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal(1_005, clock.GetElapsedTime(start).TotalSeconds);
    }

    [Fact]
    public void A_timer_that_is_disposed_cannot_be_set_again()
    {
        var clock = new ManualTimeProvider();
        bool hasFired = false;
        var timer = clock.CreateTimer(_ => hasFired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        Assert.True(timer.Change(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)));
        timer.Dispose();

        Assert.False(timer.Change(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
        Assert.Equal(0, clock.TimerCount);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.False(hasFired);
    }

    [Fact]
    public async Task A_timer_that_comes_again_and_again_is_gone_when_it_is_disposed_as_it_fires()
    {
        var clock = new ManualTimeProvider();
        bool areDone = false;
        var moving = Task.Run(
            () =>
            {
                while (!Volatile.Read(ref areDone))
                {
                    clock.Advance(TimeSpan.FromTicks(1));
                }
            },
            TestContext.Current.CancellationToken);
        for (int i = 0; i < 20_000; i++)
        {
            using var timer = clock.CreateTimer(static _ => { }, null, TimeSpan.FromTicks(1), TimeSpan.FromTicks(1));
            Thread.SpinWait(i % 50);
        }

        Volatile.Write(ref areDone, true);
        await moving;
        Assert.Equal(0, clock.TimerCount);
    }
}
