using System.Text;

namespace Mesh;

/// <summary>
/// A pattern that can be matched from left to right without ever choosing: anchored at the beginning, a sequence of
/// repeated sets, of which none can take what a following one may need. Most patterns of schemas are of this kind, and they
/// match on UTF-8 directly.
/// </summary>
internal sealed class LinearPattern
{
    private readonly Step[] _steps;
    private readonly bool _toEnd;

    private LinearPattern(Step[] steps, bool toEnd)
    {
        _steps = steps;
        _toEnd = toEnd;
    }

    /// <returns>Null when the pattern is not of this kind.</returns>
    public static LinearPattern? TryCreate(PatternPart pattern)
    {
        if (pattern is not PatternSequence { Parts: [PatternAnchor { IsEnd: false }, ..] parts } sequence)
            return null;
        bool toEnd = parts[^1] is PatternAnchor { IsEnd: true };
        List<Step> steps = [];
        foreach (PatternPart part in sequence.Parts.AsSpan(1, parts.Length - (toEnd ? 2 : 1)))
        {
            if (part is PatternSet once)
                steps.Add(new Step(once.Set, 1, 1));
            else if (part is PatternRepeat { Part: PatternSet set } repeat)
                steps.Add(new Step(set.Set, repeat.Min, repeat.Max));
            else
                return null;
        }

        return NeverChooses(steps) ? new LinearPattern([.. steps], toEnd) : null;
    }

    private static bool NeverChooses(List<Step> steps)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i].Min == steps[i].Max)
                continue;
            for (int next = i + 1; next < steps.Count; next++)
            {
                if (steps[i].Set.Overlaps(steps[next].Set))
                    return false;
                if (steps[next].Min > 0)
                    break;
            }
        }

        return true;
    }

    /// <param name="text">The subject as UTF-8, without escapes.</param>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        int position = 0;
        foreach (Step step in _steps)
        {
            int count = 0;
            while (count < step.Max && position < text.Length)
            {
                int length = 1;
                int codePoint = text[position];
                if (codePoint >= 0x80)
                {
                    Rune.DecodeFromUtf8(text[position..], out Rune rune, out length);
                    codePoint = rune.Value;
                }

                if (!step.Set.Contains(codePoint))
                    break;
                position += length;
                count++;
            }

            if (count < step.Min)
                return false;
        }

        return !_toEnd || position == text.Length;
    }

    private sealed record Step(CodePointSet Set, int Min, int Max);
}
