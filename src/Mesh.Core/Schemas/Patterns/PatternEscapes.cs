using System.Globalization;

namespace Mesh;

/// <summary>The escapes of ECMA-262 patterns: what follows a backslash.</summary>
internal readonly ref struct PatternEscapes(string pattern, bool inClass)
{
    /// <param name="position">Behind the backslash; afterwards behind the escape.</param>
    /// <param name="codePoint">The code point, when the escape stands for a single one; otherwise negative.</param>
    public CodePointSet Read(ref int position, out int codePoint)
    {
        codePoint = -1;
        if (position >= pattern.Length)
            throw new PatternException("ends with a backslash");
        char escape = pattern[position++];
        switch (escape)
        {
            case 'd':
                return CodePointSet.Digits;
            case 'D':
                return CodePointSet.Digits.Complement();
            case 'w':
                return CodePointSet.Word;
            case 'W':
                return CodePointSet.Word.Complement();
            case 's':
                return CodePointSet.Space;
            case 'S':
                return CodePointSet.Space.Complement();
            case 'p' or 'P':
                CodePointSet property = ReadProperty(ref position);
                return escape == 'p' ? property : property.Complement();
            case 'b' or 'B' when !inClass || escape == 'B':
                throw new PatternException("uses a word boundary, which cannot run in linear time", isUnsupported: true);
            case >= '1' and <= '9' or 'k':
                throw new PatternException("uses a back-reference, which cannot run in linear time", isUnsupported: true);
        }

        codePoint = escape switch
        {
            't' => '\t',
            'n' => '\n',
            'v' => '\v',
            'f' => '\f',
            'r' => '\r',
            'b' => '\b',
            '0' when position >= pattern.Length || !char.IsAsciiDigit(pattern[position]) => 0,
            'c' when position < pattern.Length && char.IsAsciiLetter(pattern[position]) => pattern[position++] & 31,
            'x' => ReadHex(ref position, 2),
            'u' => ReadUnicode(ref position),
            _ when !char.IsAsciiLetterOrDigit(escape) => ReadCodePointBack(ref position),
            _ => throw new PatternException($"has the escape '\\{escape}', which ECMA-262 does not know"),
        };
        return CodePointSet.Of((codePoint, codePoint));
    }

    public static int ReadCodePoint(string pattern, ref int position)
    {
        bool pair = position + 1 < pattern.Length && char.IsSurrogatePair(pattern[position], pattern[position + 1]);
        int codePoint = pair ? char.ConvertToUtf32(pattern[position], pattern[position + 1]) : pattern[position];
        position += pair ? 2 : 1;
        return codePoint;
    }

    private int ReadCodePointBack(ref int position)
    {
        position--;
        return ReadCodePoint(pattern, ref position);
    }

    private int ReadHex(ref int position, int digits)
    {
        if (position + digits > pattern.Length
            || !int.TryParse(pattern.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
            throw new PatternException("has a malformed hexadecimal escape");
        position += digits;
        return value;
    }

    private int ReadUnicode(ref int position)
    {
        if (position < pattern.Length && pattern[position] == '{')
        {
            int end = pattern.IndexOf('}', position);
            if (end < 0 || end - position is < 2 or > 9)
                throw new PatternException("has a malformed \\u{…} escape");
            position++;
            int value = ReadHex(ref position, end - position);
            position = end + 1;
            return value is >= 0 and <= 0x10FFFF ? value : throw new PatternException("names a code point that does not exist");
        }

        int unit = ReadHex(ref position, 4);
        if (!char.IsHighSurrogate((char)unit) || !pattern.AsSpan(position).StartsWith("\\u"))
            return unit;
        int next = position + 2;
        if (next + 4 > pattern.Length || pattern[next] == '{')
            return unit;
        int low = ReadHex(ref next, 4);
        if (!char.IsLowSurrogate((char)low))
            return unit;
        position = next;
        return char.ConvertToUtf32((char)unit, (char)low);
    }

    private CodePointSet ReadProperty(ref int position)
    {
        int end = position < pattern.Length && pattern[position] == '{' ? pattern.IndexOf('}', position) : -1;
        if (end < 0)
            throw new PatternException("has a \\p without {…}");
        string name = pattern[(position + 1)..end];
        position = end + 1;
        return PatternProperties.Find(name)
            ?? throw new PatternException($"uses the Unicode property '{name}'; general categories, Any and ASCII are known", isUnsupported: true);
    }
}
