using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mesh;

/// <summary>Host names, addresses and mail addresses.</summary>
internal static class HostFormats
{
    private static readonly SearchValues<char> Ipv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>RFC 1123, with the punycode of labels that have one checked.</summary>
    public static bool IsHostname(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 253)
            return false;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> label = text[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (char c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
            }

            if (label.Length > 3 && label[2] == '-' && label[3] == '-' && !IsPunycode(label))
                return false;
        }

        return true;
    }

    public static bool IsInternationalHostname(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 253)
            return false;
        try
        {
            return IsHostname(Idn.GetAscii(text.ToString()));
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public static bool IsIpv4(ReadOnlySpan<char> text)
    {
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part.Length > 1 && part[0] == '0'
                || part.ContainsAnyExceptInRange('0', '9') || int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture) > 255)
                return false;
        }

        return parts == 4;
    }

    public static bool IsIpv6(ReadOnlySpan<char> text)
    {
        if (text.Length > 45 || text.IndexOf(':') < 0 || text.ContainsAnyExcept(Ipv6Characters))
            return false;
        int dot = text.IndexOf('.');
        return (dot < 0 || IsIpv4(text[(text.LastIndexOf(':') + 1)..]))
            && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    public static bool IsEmail(ReadOnlySpan<char> text) => IsEmail(text, international: false);

    public static bool IsInternationalEmail(ReadOnlySpan<char> text) => IsEmail(text, international: true);

    private static bool IsEmail(ReadOnlySpan<char> text, bool international)
    {
        int at = text.LastIndexOf('@');
        if (at is < 1 or > 64)
            return false;
        ReadOnlySpan<char> domain = text[(at + 1)..];
        bool known = domain.Length > 2 && domain[0] == '[' && domain[^1] == ']'
            ? IsIpv4(domain[1..^1]) || domain.StartsWith("[IPv6:") && IsIpv6(domain[6..^1])
            : international ? IsInternationalHostname(domain) : IsHostname(domain);
        return known && (text[0] == '"' ? IsQuoted(text[..at], international) : IsDotAtom(text[..at], international));
    }

    private static bool IsDotAtom(ReadOnlySpan<char> text, bool international)
    {
        for (int i = 0; i < text.Length; i++)
        {
            bool dot = text[i] == '.' && i > 0 && i < text.Length - 1 && text[i - 1] != '.';
            if (!dot && !char.IsAsciiLetterOrDigit(text[i]) && !"!#$%&'*+-/=?^_`{|}~".Contains(text[i]) && !(international && text[i] >= 0x80))
                return false;
        }

        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<char> text, bool international)
    {
        if (text.Length < 2 || text[^1] != '"')
            return false;
        for (int i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '\\' && ++i == text.Length - 1 || text[i] < ' ' || text[i] == 0x7F || text[i] >= 0x80 && !international
                || text[i] == '"' && text[i - 1] != '\\')
                return false;
        }

        return true;
    }

    private static bool IsPunycode(ReadOnlySpan<char> label)
    {
        if (!label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase))
            return false;
        try
        {
            Idn.GetUnicode(label.ToString());
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
