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
}
