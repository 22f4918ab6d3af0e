namespace Mesh;

/// <summary>URIs by the grammar of RFC 3986, IRIs by RFC 3987, templates by RFC 6570.</summary>
internal static class UriFormats
{
    public static bool IsUri(ReadOnlySpan<char> text, bool absolute, bool international)
    {
        int colon = text.IndexOf(':');
        int stop = text.IndexOfAny('/', '?', '#');
        bool hasScheme = colon > 0 && (stop < 0 || colon < stop);
        if (hasScheme ? !IsScheme(text[..colon]) : absolute || colon == 0)
            return false;
        ReadOnlySpan<char> rest = hasScheme ? text[(colon + 1)..] : text;
        int hash = rest.IndexOf('#');
        if (hash >= 0 && !AreParts(rest[(hash + 1)..], ":@/?", international))
            return false;
        rest = hash < 0 ? rest : rest[..hash];
        int question = rest.IndexOf('?');
        if (question >= 0 && !AreParts(rest[(question + 1)..], ":@/?", international))
            return false;
        rest = question < 0 ? rest : rest[..question];
        if (!rest.StartsWith("//"))
            return AreParts(rest, ":@/", international);
        int path = rest[2..].IndexOf('/');
        ReadOnlySpan<char> authority = path < 0 ? rest[2..] : rest.Slice(2, path);
        return IsAuthority(authority, international) && (path < 0 || AreParts(rest[(path + 2)..], ":@/", international));
    }

    /// <summary>Literals and expressions in braces, which do not nest.</summary>
    public static bool IsTemplate(ReadOnlySpan<char> text)
    {
        bool inside = false;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '{' or '}')
            {
                if (inside == (c == '{') || inside && i == start + 1)
                    return false;
                inside = !inside;
                start = i;
            }
            else if (c <= ' ' || c == 0x7F || "\"'<>\\^`|".Contains(c) && !(inside && c == '|') || inside && c == ' ')
            {
                return false;
            }
            else if (c == '%' && !IsEncoded(text[i..]))
            {
                return false;
            }
        }

        return !inside;
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
                return false;
        }

        return char.IsAsciiLetter(text[0]);
    }

    private static bool IsAuthority(ReadOnlySpan<char> text, bool international)
    {
        int at = text.IndexOf('@');
        if (at >= 0 && !AreParts(text[..at], ":", international))
            return false;
        ReadOnlySpan<char> host = text[(at + 1)..];
        int port;
        if (host.StartsWith("["))
        {
            int end = host.IndexOf(']');
            if (end < 0 || !HostFormats.IsIpv6(host[1..end]) && !host.StartsWith("[v", StringComparison.OrdinalIgnoreCase))
                return false;
            host = host[(end + 1)..];
            port = host.IsEmpty ? -1 : 0;
            if (port == 0 && host[0] != ':')
                return false;
        }
        else
        {
            port = host.IndexOf(':');
            if (!AreParts(port < 0 ? host : host[..port], "", international))
                return false;
        }

        return port < 0 || !host[(port + 1)..].ContainsAnyExceptInRange('0', '9');
    }

    private static bool AreParts(ReadOnlySpan<char> text, string allowed, bool international)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool valid = char.IsAsciiLetterOrDigit(c) || "-._~!$&'()*+,;=".Contains(c) || allowed.Contains(c)
                || c == '%' && IsEncoded(text[i..]) || international && c >= 0xA0 && c != 0xFFFD;
            if (!valid)
                return false;
        }

        return true;
    }

    private static bool IsEncoded(ReadOnlySpan<char> text) =>
        text.Length > 2 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);
}
