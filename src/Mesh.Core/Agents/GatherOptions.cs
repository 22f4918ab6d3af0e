namespace Mesh;

/// <summary>How several agents are asked at once. Immutable; share and reuse it.</summary>
public sealed record GatherOptions
{
    /// <summary>
    /// How long all of it may take; then there is what has come by then, and those that have not answered are cancelled, with
    /// the error <see cref="MeshErrorCode.DeadlineExceeded"/>. More than 0 and at most 24 days; null for no limit but the
    /// deadline of each call.
    /// </summary>
    public TimeSpan? TimeLimit
    {
        get;
        init => field = value is { } time && (time <= TimeSpan.Zero || time.TotalMilliseconds > int.MaxValue)
            ? throw new ArgumentOutOfRangeException(nameof(TimeLimit), value, "GatherOptions.TimeLimit must be positive and at most 24 days.")
            : value;
    }

    /// <summary>Deadline, budget and the like of each of the calls; null for the defaults.</summary>
    public CallOptions? Call { get; init; }

    internal static GatherOptions Default { get; } = new();
}
