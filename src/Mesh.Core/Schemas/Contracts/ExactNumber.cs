using System.Globalization;
using System.Numerics;
using System.Text;

namespace Mesh;

/// <summary>
/// A JSON number, exact at any size: sign × digits × 10^exponent, without leading or trailing zeros in the digits, so
/// that equal numbers are equal here. Zero has no digits.
/// </summary>
internal readonly record struct ExactNumber(bool IsNegative, string Digits, long Exponent)
{
    // Exponents beyond this stay what they are: nobody writes them for a number that is meant.
    private const long MaxExponent = long.MaxValue / 4;

    public bool IsZero => Digits.Length == 0;

    /// <summary>Reads the text of a JSON number, which must be valid.</summary>
    public static ExactNumber Parse(ReadOnlySpan<char> text)
    {
        int split = text.IndexOfAny('e', 'E');
        ReadOnlySpan<char> mantissa = split < 0 ? text : text[..split];
        long exponent = split < 0 ? 0 : ParseExponent(text[(split + 1)..]);
        bool negative = mantissa[0] == '-';
        StringBuilder digits = new(mantissa.Length);
        bool afterPoint = false;
        foreach (char c in mantissa)
        {
            if (c == '.')
                afterPoint = true;
            if (!char.IsAsciiDigit(c))
                continue;
            digits.Append(c);
            if (afterPoint)
                exponent--;
        }
        string all = digits.ToString().TrimStart('0');
        string significant = all.TrimEnd('0');
        return significant.Length == 0
            ? new ExactNumber(false, "", 0)
            : new ExactNumber(negative, significant, exponent + all.Length - significant.Length);
    }

    /// <summary>The number as an integer; false when it is none, or has more digits than allowed.</summary>
    public bool TryGetInteger(int maxDigits, out BigInteger value)
    {
        value = BigInteger.Zero;
        if (Exponent < 0 || Digits.Length + Exponent > maxDigits)
            return IsZero;
        value = ParseDigits(Digits) * BigInteger.Pow(10, (int)Exponent) * (IsNegative ? -1 : 1);
        return true;
    }

    /// <summary>The largest integer that is not greater, for a number that is no integer.</summary>
    public BigInteger Floor()
    {
        long whole = Digits.Length + Exponent;
        BigInteger truncated = whole <= 0 ? BigInteger.Zero : ParseDigits(Digits.AsSpan(0, (int)whole));
        return IsNegative ? -truncated - 1 : truncated;
    }

    /// <summary>Less than, equal to or greater than zero, as this number is to the other.</summary>
    public int CompareTo(ExactNumber other)
    {
        int sign = IsZero ? 0 : IsNegative ? -1 : 1;
        int otherSign = other.IsZero ? 0 : other.IsNegative ? -1 : 1;
        if (sign != otherSign || sign == 0)
            return sign.CompareTo(otherSign);
        int magnitude = (Digits.Length + Exponent).CompareTo(other.Digits.Length + other.Exponent);
        // With the same place of the first digit, and no trailing zeros, text order is the order of the numbers.
        return sign * (magnitude != 0 ? magnitude : string.CompareOrdinal(Digits, other.Digits));
    }

    /// <summary>The one text for this number: plain up to 21 digits as in ECMAScript, with an exponent beyond.</summary>
    public override string ToString()
    {
        if (IsZero)
            return "0";
        string sign = IsNegative ? "-" : "";
        long point = Digits.Length + Exponent;
        if (Exponent >= 0 && point <= 21)
            return sign + Digits + new string('0', (int)Exponent);
        if (point is > 0 and <= 21)
            return $"{sign}{Digits[..(int)point]}.{Digits[(int)point..]}";
        if (point is > -6 and <= 0)
            return $"{sign}0.{new string('0', (int)-point)}{Digits}";
        string fraction = Digits.Length > 1 ? "." + Digits[1..] : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{Digits[0]}{fraction}e{(point > 0 ? "+" : "")}{point - 1}");
    }

    private static BigInteger ParseDigits(ReadOnlySpan<char> digits) =>
        digits.IsEmpty ? BigInteger.Zero : BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private static long ParseExponent(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? Math.Clamp(value, -MaxExponent, MaxExponent)
            : text[0] == '-' ? -MaxExponent : MaxExponent;
}
