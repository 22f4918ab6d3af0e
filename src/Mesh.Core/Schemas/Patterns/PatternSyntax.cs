namespace Mesh;

/// <summary>A part of a parsed pattern.</summary>
internal abstract record PatternPart
{
    /// <summary>How many parts there are when counted repetitions are written out: what an automaton for it would need.</summary>
    public abstract long Size { get; }
}

/// <summary>One code point of a set.</summary>
internal sealed record PatternSet(CodePointSet Set) : PatternPart
{
    /// <summary>A set of very many ranges, such as all letters, is more to build than one character.</summary>
    public override long Size => 1 + (Set.Ranges.Length >> 4);
}

/// <summary>The beginning (<c>^</c>) or the end (<c>$</c>) of the subject.</summary>
internal sealed record PatternAnchor(bool IsEnd) : PatternPart
{
    public override long Size => 1;
}

/// <summary>Parts one after the other.</summary>
internal sealed record PatternSequence(PatternPart[] Parts) : PatternPart
{
    public override long Size { get; } = Sum(Parts);

    internal static long Sum(PatternPart[] parts)
    {
        long size = 1;
        foreach (PatternPart part in parts)
            size = Math.Min(size + part.Size, int.MaxValue);
        return size;
    }
}

/// <summary>One of several parts.</summary>
internal sealed record PatternChoice(PatternPart[] Parts) : PatternPart
{
    public override long Size { get; } = PatternSequence.Sum(Parts);
}

/// <summary>A part repeated. Whether greedily or not makes no difference to whether there is a match.</summary>
internal sealed record PatternRepeat(PatternPart Part, int Min, int Max) : PatternPart
{
    public const int Unlimited = int.MaxValue;

    public override long Size { get; } = Math.Min(Part.Size * Math.Max(1, Max == Unlimited ? (long)Min + 1 : Max), int.MaxValue);
}

/// <summary>Why a pattern is refused.</summary>
/// <param name="reason">To be read after the pattern.</param>
/// <param name="isUnsupported">Whether it is a pattern of ECMA-262 all the same, only none that can be run safely.</param>
internal sealed class PatternException(string reason, bool isUnsupported = false) : Exception(reason)
{
    public bool IsUnsupported => isUnsupported;
}
