namespace Mesh;

/// <summary>Sums over calls. Immutable. Sums that a type cannot hold stay at its largest value.</summary>
public sealed record CallTotals
{
    /// <summary>No calls.</summary>
    public static CallTotals None { get; } = new();

    /// <summary>How many calls there were: results, errors, cancelled and unknown ones together.</summary>
    public long Calls => Results + Errors + Cancelled + Unknown;

    /// <summary>How many ended with a result.</summary>
    public long Results { get; init; }

    /// <summary>How many failed or were refused.</summary>
    public long Errors { get; init; }

    /// <summary>How many were cancelled.</summary>
    public long Cancelled { get; init; }

    /// <summary>How many ended so that their effect cannot be known.</summary>
    public long Unknown { get; init; }

    /// <summary>How long they took, one after the other; a call's own time holds that of the calls that it made.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Bytes of arguments.</summary>
    public long BytesIn { get; init; }

    /// <summary>Bytes of results.</summary>
    public long BytesOut { get; init; }

    /// <summary>Tokens that models read, as handlers reported them.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens that models wrote.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Money, in the host's currency.</summary>
    public decimal Cost { get; init; }
}
