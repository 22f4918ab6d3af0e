using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What the tokens of one model cost: money for a million of them, in the one currency that the host reckons in. Immutable.</summary>
public sealed record ModelPrice
{
    private const decimal Million = 1_000_000m;

    /// <summary>What is read; at least 0.</summary>
    public required decimal Input { get; init => field = AtLeastZero(value, nameof(Input)); }

    /// <summary>What is written; at least 0.</summary>
    public required decimal Output { get; init => field = AtLeastZero(value, nameof(Output)); }

    /// <summary>What is read out of the provider's cache; at least 0. Null, the default, for the same as <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; init => field = AtLeastZero(value, nameof(CachedInput)); }

    /// <summary>What is written as reasoning; at least 0. Null, the default, for the same as <see cref="Output"/>.</summary>
    public decimal? Reasoning { get; init => field = AtLeastZero(value, nameof(Reasoning)); }

    /// <summary>What a request has cost.</summary>
    /// <param name="usage">What it used. As the abstractions have it, cached tokens are among those that were read, and those of
    /// reasoning among those that were written; more of either than there are in all count as all of them, and less than none as none.</param>
    public decimal CostOf(UsageDetails usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        decimal read = Math.Max(0, usage.InputTokenCount ?? 0);
        decimal written = Math.Max(0, usage.OutputTokenCount ?? 0);
        decimal cached = Math.Clamp(usage.CachedInputTokenCount ?? 0, 0, read);
        decimal reasoned = Math.Clamp(usage.ReasoningTokenCount ?? 0, 0, written);
        return (((read - cached) * Input) + (cached * (CachedInput ?? Input)) + ((written - reasoned) * Output) + (reasoned * (Reasoning ?? Output))) / Million;
    }

    /// <summary>The most that a request can cost.</summary>
    /// <param name="inputTokens">How much it reads at most.</param>
    /// <param name="outputTokens">How much it writes at most.</param>
    public decimal CostOf(long inputTokens, long outputTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        return ((inputTokens * Math.Max(Input, CachedInput ?? Input)) + (outputTokens * Math.Max(Output, Reasoning ?? Output))) / Million;
    }

    private static decimal? AtLeastZero(decimal? value, string name) => value is { } given ? AtLeastZero(given, name) : null;

    private static decimal AtLeastZero(decimal value, string name) => value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{nameof(ModelPrice)}.{name} must be at least 0.");
}
