namespace Mesh;

/// <summary>What one model used within a call. Immutable.</summary>
public sealed record ModelUsage
{
    private const int MaxNameLength = 128;
    private const int MostModels = 16;

    /// <summary>What a model used.</summary>
    /// <param name="model">Its name, 1 to 128 characters.</param>
    /// <param name="inputTokens">Tokens that it read; at least 0.</param>
    /// <param name="outputTokens">Tokens that it wrote; at least 0.</param>
    /// <param name="cost">Money, in the host's currency; at least 0.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or one of the others is negative.</exception>
    public ModelUsage(string model, long inputTokens, long outputTokens, decimal cost)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(model.Length, MaxNameLength, nameof(model));
        ArgumentOutOfRangeException.ThrowIfNegative(inputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(outputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(cost);
        Model = model;
        InputTokens = inputTokens;
        OutputTokens = outputTokens;
        Cost = cost;
    }

    /// <summary>Its name.</summary>
    public string Model { get; }

    /// <summary>Tokens that it read.</summary>
    public long InputTokens { get; }

    /// <summary>Tokens that it wrote.</summary>
    public long OutputTokens { get; }

    /// <summary>Money, in the host's currency.</summary>
    public decimal Cost { get; }

    /// <summary>Both lists together.</summary>
    internal static IReadOnlyList<ModelUsage>? Merge(IReadOnlyList<ModelUsage>? first, IReadOnlyList<ModelUsage>? second)
    {
        if (first is null || second is null)
        {
            return first ?? second;
        }

        var merged = first.ToList();
        foreach (var each in second)
        {
            int place = merged.FindIndex(known => known.Model == each.Model);
            if (place < 0 && merged.Count >= MostModels)
            {
                place = merged.FindIndex(static known => known.Model == JournalTotals.Others);
                if (place < 0)
                {
                    merged.Add(new(JournalTotals.Others, each.InputTokens, each.OutputTokens, each.Cost));
                    continue;
                }
            }

            if (place < 0)
            {
                merged.Add(each);
            }
            else
            {
                var known = merged[place];
                merged[place] = new(
                    known.Model,
                    Saturating.Add(known.InputTokens, each.InputTokens),
                    Saturating.Add(known.OutputTokens, each.OutputTokens),
                    Saturating.Add(known.Cost, each.Cost));
            }
        }

        return merged;
    }
}
