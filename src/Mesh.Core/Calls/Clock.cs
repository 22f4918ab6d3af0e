namespace Mesh;

/// <summary>Arithmetic on the timestamps of a <see cref="TimeProvider"/>.</summary>
internal static class Clock
{
    /// <summary>The timestamp that lies a span after another, never overflowing.</summary>
    public static long After(this TimeProvider clock, long timestamp, TimeSpan span)
    {
        double ticks = span.TotalSeconds * clock.TimestampFrequency;
        return ticks >= long.MaxValue - (double)timestamp ? long.MaxValue : timestamp + (long)ticks;
    }
}
