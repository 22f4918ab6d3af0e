namespace Mesh;

/// <summary>Limits that belong to the platform, not to a host.</summary>
internal static class CallLimits
{
    /// <summary>Timers take at most about 49 days; longer deadlines are waited for in steps.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(20);

    /// <summary>The longest time that a caller may give a call: about 24 days.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>How many toolkits of its own a caller may give with one call.</summary>
    public const int MostToolkits = 64;
}
