namespace Mesh;

/// <summary><c>uuid</c>, <c>json-pointer</c>, <c>relative-json-pointer</c> and <c>regex</c>.</summary>
internal static class TextFormats
{
    public static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36)
            return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
                return false;
        }

        return true;
    }

    /// <summary>RFC 6901.</summary>
    public static bool IsPointer(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return true;
        if (text[0] != '/')
            return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '~' && (i + 1 == text.Length || text[i + 1] is not ('0' or '1')))
                return false;
        }

        return true;
    }

    public static bool IsRelativePointer(ReadOnlySpan<char> text)
    {
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        if (digits == 0 || digits > 1 && text[0] == '0')
            return false;
        ReadOnlySpan<char> rest = text[digits..];
        return rest is "#" || IsPointer(rest);
    }

    /// <summary>A pattern of ECMA-262, also one that could not be run here.</summary>
    public static bool IsPattern(ReadOnlySpan<char> text)
    {
        try
        {
            new PatternParser(text.ToString()).Parse();
            return true;
        }
        catch (PatternException exception)
        {
            return exception.IsUnsupported;
        }
    }
}
