namespace Mesh;

/// <summary>Limits that belong to the platform, not to a host.</summary>
internal static class CallLimits
{
    /// <summary>Timers take at most about 49 days; longer deadlines are waited for in steps.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(20);
}
