using System.Globalization;

namespace Mesh;

/// <summary>The formats of RFC 3339.</summary>
internal static class TimeFormats
{
    public static bool IsDateTime(ReadOnlySpan<char> text) =>
        text.Length > 10 && text[10] is 'T' or 't' && IsDate(text[..10]) && IsTime(text[11..]);

    public static bool IsDate(ReadOnlySpan<char> text) =>
        text.Length == 10 && text[4] == '-' && text[7] == '-'
        && Number(text[..4], 9999) is >= 0 and var year && Number(text[5..7], 12) is >= 1 and var month
        && Number(text[8..], DaysOf(year, month)) >= 1;

    public static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 9 || text[2] != ':' || text[5] != ':')
            return false;
        int hour = Number(text[..2], 23), minute = Number(text[3..5], 59), second = Number(text[6..8], 60);
        if (hour < 0 || minute < 0 || second < 0)
            return false;
        ReadOnlySpan<char> rest = text[8..];
        if (rest[0] == '.')
        {
            int digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits < 1)
                return false;
            rest = rest[(digits + 1)..];
        }

        return TryReadOffset(rest, out int offset) && (second < 60 || (((hour * 60) + minute - offset) % 1440 + 1440) % 1440 == 1439);
    }

    /// <summary>ISO 8601 durations as appendix A of RFC 3339 has them: <c>P1Y2M3DT4H5M6S</c>, <c>P2W</c>.</summary>
    public static bool IsDuration(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[0] != 'P')
            return false;
        int time = text.IndexOf('T');
        ReadOnlySpan<char> date = time < 0 ? text[1..] : text[1..time];
        if (time < 0 && date[^1] == 'W')
            return AreUnits(date, "W");
        return (date.IsEmpty || AreUnits(date, "YMD")) && (time < 0 ? !date.IsEmpty : AreUnits(text[(time + 1)..], "HMS"));
    }

    /// <summary>Numbers with units, in order and without leaving one out between two that are there.</summary>
    private static bool AreUnits(ReadOnlySpan<char> text, string units)
    {
        if (text.IsEmpty)
            return false;
        int expected = -1;
        while (!text.IsEmpty)
        {
            int digits = text.IndexOfAnyExceptInRange('0', '9');
            int unit = digits < 1 ? -1 : units.IndexOf(text[digits], StringComparison.Ordinal);
            if (unit < 0 || unit < expected || expected > 0 && unit != expected)
                return false;
            expected = unit + 1;
            text = text[(digits + 1)..];
        }

        return true;
    }

    private static bool TryReadOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        if (text is "Z" or "z")
            return true;
        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':')
            return false;
        int hour = Number(text[1..3], 23), minute = Number(text[4..], 59);
        minutes = (text[0] == '-' ? -1 : 1) * ((hour * 60) + minute);
        return hour >= 0 && minute >= 0;
    }

    private static int DaysOf(int year, int month) => year == 0
        ? month == 2 ? 29 : DateTime.DaysInMonth(4, month)
        : DateTime.DaysInMonth(year, month);

    /// <returns>Negative when the digits are none or make more than the most.</returns>
    private static int Number(ReadOnlySpan<char> digits, int most) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= most ? value : -1;
}
