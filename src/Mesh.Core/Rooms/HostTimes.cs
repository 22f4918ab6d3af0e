namespace Mesh;

/// <summary>
/// Turns the timestamps of a host's clock into times, without asking the clock. Immutable; it does not keep the host alive.
/// </summary>
internal sealed class HostTimes(TimeProvider clock)
{
    private readonly long _startedTicks = clock.GetUtcNow().UtcTicks;
    private readonly long _startedTimestamp = clock.GetTimestamp();
    private readonly double _ticksPerTimestamp = (double)TimeSpan.TicksPerSecond / clock.TimestampFrequency;

    public DateTimeOffset UtcAt(long timestamp) => new(_startedTicks + Elapsed(_startedTimestamp, timestamp).Ticks, TimeSpan.Zero);

    /// <summary>The time between two timestamps, as the clock itself would tell, which asks for its frequency each time.</summary>
    public TimeSpan Elapsed(long from, long to) => new((long)((to - from) * _ticksPerTimestamp));
}
