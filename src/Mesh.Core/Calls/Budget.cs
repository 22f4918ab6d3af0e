namespace Mesh;

/// <summary>
/// A ceiling for a call and everything that it calls, for a participant, or for a room. Budgets nest: a call must fit
/// into all that it lies in. A member that is null sets no limit of its own.
/// </summary>
public sealed record Budget
{
    /// <summary>The number of calls, at least 0; for a call's own budget it counts that call too.</summary>
    public long? Calls { get; init => field = Check(value, nameof(Calls)); }

    /// <summary>How many calls deep the tree may be, at least 0; 1 allows the call itself and nothing below it.</summary>
    public int? Depth { get; init => field = (int?)Check(value, nameof(Depth)); }

    /// <summary>
    /// Wall time for a call with all below it, from when the room receives it; positive. Unlike a deadline it also
    /// counts the time that a person takes to approve. On a participant or a room it limits each tree of calls.
    /// </summary>
    public TimeSpan? WallTime
    {
        get;
        init => field = value is { } time && time <= TimeSpan.Zero
            ? throw new ArgumentOutOfRangeException(nameof(WallTime), value, "A budget's wall time must be positive.")
            : value;
    }

    private static long? Check(long? value, string name) => value is < 0
        ? throw new ArgumentOutOfRangeException(name, value, "A budget must not be negative.")
        : value;
}
