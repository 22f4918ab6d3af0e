using System.Globalization;
using System.Text;

namespace Mesh;

/// <summary>
/// Writes a parsed pattern as a .NET regular expression. .NET matches UTF-16 units where ECMA-262 matches code points,
/// so a set is written as its units: pairs of surrogates for what lies beyond the basic plane.
/// </summary>
internal static class PatternTranslator
{
    public static string Translate(PatternPart part)
    {
        StringBuilder text = new();
        Write(text, part);
        return text.ToString();
    }

    private static void Write(StringBuilder text, PatternPart part)
    {
        switch (part)
        {
            case PatternSet set:
                WriteSet(text, set.Set);
                break;
            case PatternAnchor anchor:
                text.Append(anchor.IsEnd ? "\\z" : "\\A");
                break;
            case PatternSequence sequence:
                foreach (PatternPart next in sequence.Parts)
                    Write(text, next);
                break;
            case PatternChoice choice:
                text.Append("(?:");
                for (int i = 0; i < choice.Parts.Length; i++)
                {
                    if (i > 0)
                        text.Append('|');
                    Write(text, choice.Parts[i]);
                }

                text.Append(')');
                break;
            case PatternRepeat repeat:
                text.Append("(?:");
                Write(text, repeat.Part);
                text.Append(CultureInfo.InvariantCulture, $"){{{repeat.Min},");
                if (repeat.Max != PatternRepeat.Unlimited)
                    text.Append(CultureInfo.InvariantCulture, $"{repeat.Max}");
                text.Append('}');
                break;
        }
    }

    private static void WriteSet(StringBuilder text, CodePointSet set)
    {
        StringBuilder basic = new();
        List<string> choices = [];
        foreach ((int first, int last) in set.Ranges)
        {
            if (first <= 0xFFFF)
                WriteRange(basic, first, Math.Min(last, 0xFFFF));
            if (last > 0xFFFF)
                AddPairs(choices, Math.Max(first, 0x10000), last);
        }

        if (basic.Length > 0)
            choices.Insert(0, $"[{basic}]");

        // An empty set matches nothing: something that is neither white space nor anything else.
        text.Append(choices.Count switch
        {
            0 => "[^\\s\\S]",
            1 when basic.Length > 0 => choices[0],
            _ => $"(?:{string.Join('|', choices)})",
        });
    }

    private static void AddPairs(List<string> choices, int first, int last)
    {
        (int firstHigh, int firstLow) = Split(first);
        (int lastHigh, int lastLow) = Split(last);
        if (firstHigh == lastHigh)
        {
            choices.Add(Pair(firstHigh, firstHigh, firstLow, lastLow));
            return;
        }

        if (firstLow > 0xDC00)
            choices.Add(Pair(firstHigh, firstHigh++, firstLow, 0xDFFF));
        if (lastLow < 0xDFFF)
            choices.Add(Pair(lastHigh, lastHigh--, 0xDC00, lastLow));
        if (firstHigh <= lastHigh)
            choices.Add(Pair(firstHigh, lastHigh, 0xDC00, 0xDFFF));
    }

    private static (int High, int Low) Split(int codePoint) =>
        (0xD800 + ((codePoint - 0x10000) >> 10), 0xDC00 + ((codePoint - 0x10000) & 0x3FF));

    private static string Pair(int firstHigh, int lastHigh, int firstLow, int lastLow)
    {
        StringBuilder text = new("[");
        WriteRange(text, firstHigh, lastHigh);
        text.Append("][");
        WriteRange(text, firstLow, lastLow);
        return text.Append(']').ToString();
    }

    private static void WriteRange(StringBuilder text, int first, int last)
    {
        text.Append(CultureInfo.InvariantCulture, $"\\u{first:X4}");
        if (last > first)
            text.Append(CultureInfo.InvariantCulture, $"-\\u{last:X4}");
    }
}
