using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// A ceiling for a call and everything that it calls, for a participant, or for a room. Budgets nest: a call must fit
/// into all that it lies in. A member that is null sets no limit of its own, and zero lets nothing be spent.
/// </summary>
/// <remarks>
/// Once a budget is used up, no new call that lies in it is let in (<see cref="MeshErrorCode.BudgetExceeded"/>); those
/// that run go on.
/// </remarks>
public sealed record Budget
{
    // The scale of a decimal has no meaning here; without it, equal amounts have equal texts.
    private const decimal WithoutTrailingZeros = 1.0000000000000000000000000000m;

    /// <summary>
    /// The number of calls, at least 0. For a call's own budget it counts that call too, and all below it; for a
    /// participant's the calls that it makes itself; for a room's all calls in it.
    /// </summary>
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

    /// <summary>
    /// Tokens that models read and write, both together, at least 0. They are counted when handlers report them
    /// (<see cref="CallContext.ReportUsageAsync"/>): calls that run may pass the ceiling, and from then on no further is let in.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Tokens { get; init => field = Check(value, nameof(Tokens)); }

    /// <summary>
    /// Money, in the one currency that the host reckons in, at least 0. It counts what handlers report
    /// (<see cref="CallContext.ReportUsageAsync"/>) and holds what they reserve (<see cref="CallContext.ReserveCostAsync"/>).
    /// On a participant it covers its calls with all below them. With 0, calls that cost nothing can be made.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Cost
    {
        get;
        init => field = value is < 0
            ? throw new ArgumentOutOfRangeException(nameof(Cost), value, "A budget must not be negative.")
            : value / WithoutTrailingZeros;
    }

    private static long? Check(long? value, string name) => value is < 0
        ? throw new ArgumentOutOfRangeException(name, value, "A budget must not be negative.")
        : value;
}
