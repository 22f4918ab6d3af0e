namespace Mesh;

/// <summary>
/// What a call used besides time, as its handler reports it with <see cref="CallContext.ReportUsageAsync"/> and
/// <see cref="CostReservation.SettleAsync"/>; what it had reserved and not settled when it ended is in its cost. What it used
/// itself: the calls that it made report their own.
/// </summary>
public sealed record CallUsage
{
    /// <summary>What was used.</summary>
    /// <param name="inputTokens">Tokens that models read; at least 0.</param>
    /// <param name="outputTokens">Tokens that models wrote; at least 0.</param>
    /// <param name="cost">Money, in the host's currency; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is negative.</exception>
    public CallUsage(long inputTokens, long outputTokens, decimal cost = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        InputTokens = inputTokens;
        OutputTokens = outputTokens;
        Cost = cost;
    }

    /// <summary>Tokens that models read.</summary>
    public long InputTokens { get; }

    /// <summary>Tokens that models wrote.</summary>
    public long OutputTokens { get; }

    /// <summary>Money, in the host's currency.</summary>
    public decimal Cost { get; }

    /// <summary>Both together; a sum that its type cannot hold stays at the type's largest value.</summary>
    /// <param name="other">The other; null for nothing.</param>
    public CallUsage Add(CallUsage? other) => other is null ? this : new(
        Saturating.Add(InputTokens, other.InputTokens),
        Saturating.Add(OutputTokens, other.OutputTokens),
        Saturating.Add(Cost, other.Cost));
}
