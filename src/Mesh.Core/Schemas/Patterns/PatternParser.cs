using System.Globalization;

namespace Mesh;

/// <summary>
/// Reads the regular expressions of ECMA-262 in their Unicode form. Refuses what no automaton can decide in linear time
/// (look-around, back-references, and word boundaries, which are look-around by another name), and what is not ECMA-262.
/// </summary>
internal ref struct PatternParser(string pattern)
{
    private const int MaxNesting = 50;

    private int _position;
    private int _nesting;

    private readonly bool AtEnd => _position >= pattern.Length;

    public PatternPart Parse()
    {
        PatternPart part = ParseChoice();
        return AtEnd ? part : throw new PatternException("has a ')' without '('");
    }

    private PatternPart ParseChoice()
    {
        if (++_nesting > MaxNesting)
            throw new PatternException($"nests more than {MaxNesting} groups");
        List<PatternPart> choices = [ParseSequence()];
        while (TryTake('|'))
            choices.Add(ParseSequence());
        _nesting--;
        return choices.Count == 1 ? choices[0] : new PatternChoice([.. choices]);
    }

    private PatternSequence ParseSequence()
    {
        List<PatternPart> parts = [];
        while (!AtEnd && pattern[_position] is not ('|' or ')'))
        {
            PatternPart part = ParsePart();
            parts.Add(part is PatternAnchor ? part : ParseRepeat(part));
        }

        return new PatternSequence([.. parts]);
    }

    private PatternPart ParsePart()
    {
        int start = _position;
        switch (pattern[_position++])
        {
            case '^':
                return new PatternAnchor(IsEnd: false);
            case '$':
                return new PatternAnchor(IsEnd: true);
            case '.':
                return new PatternSet(CodePointSet.Dot);
            case '(':
                return ParseGroup();
            case '[':
                return new PatternSet(ParseClass());
            case '\\':
                return new PatternSet(new PatternEscapes(pattern, inClass: false).Read(ref _position, out _));
            case '*' or '+' or '?':
                throw new PatternException($"has nothing to repeat at {start}");
            default:
                _position = start;
                return new PatternSet(Single(PatternEscapes.ReadCodePoint(pattern, ref _position)));
        }
    }

    private PatternPart ParseGroup()
    {
        if (TryTake('?'))
        {
            if (TryTake('<') && !AtEnd && pattern[_position] is not ('=' or '!'))
            {
                int end = pattern.IndexOf('>', _position);
                _position = end < 0 ? throw new PatternException("has a group name without '>'") : end + 1;
            }
            else if (!TryTake(':'))
            {
                throw !AtEnd && pattern[_position] is '=' or '!'
                    ? new PatternException("uses look-around, which cannot run in linear time", isUnsupported: true)
                    : new PatternException("has a group of an unknown kind");
            }
        }

        PatternPart part = ParseChoice();
        return TryTake(')') ? part : throw new PatternException("has a '(' without ')'");
    }

    private PatternPart ParseRepeat(PatternPart part)
    {
        if (AtEnd)
            return part;
        int min, max;
        switch (pattern[_position])
        {
            case '*':
                (min, max) = (0, PatternRepeat.Unlimited);
                break;
            case '+':
                (min, max) = (1, PatternRepeat.Unlimited);
                break;
            case '?':
                (min, max) = (0, 1);
                break;
            case '{' when TryReadCounts(out min, out max):
                break;
            default:
                return part;
        }

        _position++;
        TryTake('?');
        if (!AtEnd && (pattern[_position] is '*' or '+' or '?' || pattern[_position] == '{' && TryReadCounts(out _, out _)))
            throw new PatternException($"repeats a repetition at {_position}");
        return new PatternRepeat(part, min, max);
    }

    /// <summary>Reads <c>{2}</c>, <c>{2,}</c> or <c>{2,5}</c> up to the closing brace; any other brace is an ordinary character.</summary>
    private bool TryReadCounts(out int min, out int max)
    {
        (min, max) = (0, 0);
        int end = pattern.IndexOf('}', _position);
        if (end < 0)
            return false;
        ReadOnlySpan<char> counts = pattern.AsSpan((_position + 1)..end);
        int comma = counts.IndexOf(',');
        ReadOnlySpan<char> first = comma < 0 ? counts : counts[..comma];
        if (first.IsEmpty || first.ContainsAnyExceptInRange('0', '9') || comma >= 0 && counts[(comma + 1)..].ContainsAnyExceptInRange('0', '9'))
            return false;
        min = ToCount(first);
        max = comma < 0 ? min : comma == counts.Length - 1 ? PatternRepeat.Unlimited : ToCount(counts[(comma + 1)..]);
        if (max < min)
            throw new PatternException("repeats from more to fewer");
        _position = end;
        return true;
    }

    private static int ToCount(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= 1_000_000
            ? count
            : throw new PatternException("repeats more than a million times");

    private CodePointSet ParseClass()
    {
        bool negated = TryTake('^');
        PatternEscapes escapes = new(pattern, inClass: true);
        List<(int First, int Last)> ranges = [];
        while (!TryTake(']'))
        {
            CodePointSet first = ReadMember(escapes, out int low);
            if (low < 0 || _position + 1 >= pattern.Length || pattern[_position] != '-' || pattern[_position + 1] == ']')
            {
                ranges.AddRange(first.Ranges);
                continue;
            }

            _position++;
            ReadMember(escapes, out int high);
            if (high < low)
                throw new PatternException("has a range whose ends are in the wrong order");
            ranges.Add((low, high));
        }

        CodePointSet set = CodePointSet.Of(ranges.ToArray());
        return negated ? set.Complement() : set;
    }

    /// <param name="escapes">Reads the members that begin with a backslash.</param>
    /// <param name="codePoint">The code point, when the member is a single one; otherwise negative.</param>
    private CodePointSet ReadMember(in PatternEscapes escapes, out int codePoint)
    {
        if (AtEnd)
            throw new PatternException("has a '[' without ']'");
        if (TryTake('\\'))
            return escapes.Read(ref _position, out codePoint);
        codePoint = PatternEscapes.ReadCodePoint(pattern, ref _position);
        return Single(codePoint);
    }

    private static CodePointSet Single(int codePoint) => CodePointSet.Of((codePoint, codePoint));

    private bool TryTake(char expected)
    {
        if (AtEnd || pattern[_position] != expected)
            return false;
        _position++;
        return true;
    }
}
