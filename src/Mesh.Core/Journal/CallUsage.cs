using System.Text.Json.Serialization;

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
    [JsonConstructor]
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

    /// <summary>
    /// What of it each model used, by the order in which they were first used; null where nobody said. At most 16 models are told
    /// apart, and all others are together the model <see cref="JournalTotals.Others"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ModelUsage>? Models { get; init; }

    /// <summary>What one model used.</summary>
    /// <param name="model">The model's name, 1 to 128 characters.</param>
    /// <param name="inputTokens">Tokens that it read; at least 0.</param>
    /// <param name="outputTokens">Tokens that it wrote; at least 0.</param>
    /// <param name="cost">Money, in the host's currency; at least 0.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or one of the others is negative.</exception>
    public static CallUsage OfModel(string model, long inputTokens, long outputTokens, decimal cost = 0) =>
        new(inputTokens, outputTokens, cost) { Models = [new(model, inputTokens, outputTokens, cost)] };

    /// <summary>Both together; a sum that its type cannot hold stays at the type's largest value.</summary>
    /// <param name="other">The other; null for nothing.</param>
    public CallUsage Add(CallUsage? other) => other is null ? this : Sum(other) with { Models = ModelUsage.Merge(other.Models, Models) };

    /// <summary>Equal in all sums, those of the models too.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(CallUsage? other) => other is not null
        && (InputTokens, OutputTokens, Cost) == (other.InputTokens, other.OutputTokens, other.Cost)
        && (Models ?? []).SequenceEqual(other.Models ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(InputTokens, OutputTokens, Cost);

    /// <summary>Both together, without telling models apart.</summary>
    internal CallUsage Sum(CallUsage other) => new(
        Saturating.Add(InputTokens, other.InputTokens),
        Saturating.Add(OutputTokens, other.OutputTokens),
        Saturating.Add(Cost, other.Cost));
}
