using System.Buffers.Text;
using System.Globalization;

namespace Mesh;

/// <summary>
/// A JSON number as the decimal that it is, of any size, over its own text: no digit is lost and nothing is copied.
/// The value is <c>0.d1d2d3… × 10^Point</c>, its digits without zeros at either end.
/// </summary>
internal readonly ref struct JsonNumber
{
    /// <summary>Up to so many digits, the digits fit a long.</summary>
    private const int SmallDigits = 18;

    private static readonly long[] Powers = MakePowers();

    private readonly ReadOnlySpan<byte> _text;
    private readonly int _first;
    private readonly int _dot;
    private readonly long _small;

    public JsonNumber(ReadOnlySpan<byte> text)
    {
        Negative = text[0] == '-';
        int exponentAt = text.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> mantissa = exponentAt < 0 ? text : text[..exponentAt];
        long exponent = exponentAt < 0 ? 0 : ReadExponent(text[(exponentAt + 1)..]);
        int begin = Negative ? 1 : 0;
        _text = mantissa;
        _dot = mantissa.IndexOf((byte)'.');
        if (_dot < 0)
            _dot = mantissa.Length;
        int first = mantissa[begin..].IndexOfAnyInRange((byte)'1', (byte)'9');
        if (first < 0)
        {
            Negative = false;
            return;
        }

        _first = begin + first;
        int last = mantissa.LastIndexOfAnyInRange((byte)'1', (byte)'9');
        Digits = last - _first + 1 - (_first < _dot && _dot < last ? 1 : 0);
        Point = exponent + (_first < _dot ? _dot - _first : _dot + 1 - _first);
        if (Digits > SmallDigits)
            return;
        for (int i = 0; i < Digits; i++)
            _small = (_small * 10) + Digit(i);
    }

    public bool Negative { get; }

    /// <summary>How many digits there are from the first to the last that is not zero; none for zero.</summary>
    public int Digits { get; }

    /// <summary>Where the decimal point is, counted from the first digit. Exponents beyond 10^17 are held to that.</summary>
    public long Point { get; }

    public bool IsZero => Digits == 0;

    public bool IsInteger => Digits <= Point || IsZero;

    /// <summary>Whether all digits are in <see cref="Small"/>.</summary>
    public bool IsSmall => Digits <= SmallDigits;

    /// <summary>The digits as an integer without sign, when <see cref="IsSmall"/>: the value is <c>Small × 10^Exponent</c>.</summary>
    public long Small => _small;

    /// <summary>The power of ten of the last digit.</summary>
    public long Exponent => Point - Digits;

    public static long Power(int exponent) => Powers[exponent];

    /// <summary>A digit by its rank, the most significant first; zeros beyond the end.</summary>
    public int Digit(int rank)
    {
        if (rank >= Digits)
            return 0;
        int at = _first + rank;
        return _text[_first < _dot && at >= _dot ? at + 1 : at] - '0';
    }

    public int CompareTo(in JsonNumber other)
    {
        if (Negative != other.Negative)
            return Negative ? -1 : 1;
        int magnitude = CompareMagnitude(other);
        return Negative ? -magnitude : magnitude;
    }

    private int CompareMagnitude(in JsonNumber other)
    {
        if (IsZero || other.IsZero)
            return Digits.CompareTo(other.Digits);
        if (Point != other.Point)
            return Point.CompareTo(other.Point);
        if (IsSmall && other.IsSmall)
            return (Small * Powers[SmallDigits - Digits]).CompareTo(other.Small * Powers[SmallDigits - other.Digits]);
        int count = Math.Max(Digits, other.Digits);
        for (int i = 0; i < count; i++)
        {
            int difference = Digit(i) - other.Digit(i);
            if (difference != 0)
                return difference;
        }

        return 0;
    }

    /// <summary>Equal for equal values, however they are written.</summary>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Negative);
        hash.Add(Point);
        hash.Add(Digits);
        if (IsSmall)
        {
            hash.Add(Small);
            return hash.ToHashCode();
        }

        for (int i = 0; i < Digits; i++)
            hash.Add(Digit(i));
        return hash.ToHashCode();
    }

    /// <summary>Reads a number's text by JSON's grammar.</summary>
    /// <returns>Its length; 0 when there is no number.</returns>
    public static int Scan(ReadOnlySpan<byte> text, out JsonKinds kind)
    {
        kind = JsonKinds.Integer;
        int i = text[0] == '-' ? 1 : 0;
        int digits = CountDigits(text, i);
        if (digits == 0 || digits > 1 && text[i] == '0')
            return 0;
        i += digits;
        if ((uint)i >= (uint)text.Length)
            return i;
        if (text[i] == '.')
        {
            kind = JsonKinds.Number;
            digits = CountDigits(text, i + 1);
            if (digits == 0)
                return 0;
            i += digits + 1;
        }

        if ((uint)i >= (uint)text.Length || (text[i] | 0x20) != 'e')
            return i;
        kind = JsonKinds.Number;
        i++;
        if ((uint)i < (uint)text.Length && text[i] is (byte)'+' or (byte)'-')
            i++;
        digits = CountDigits(text, i);
        return digits == 0 ? 0 : i + digits;
    }

    public static bool IsFinite(ReadOnlySpan<byte> text) =>
        text.Length < 20 && text.IndexOfAny((byte)'e', (byte)'E') < 0
        || double.IsFinite(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));

    /// <summary>Reads an integer that has few enough digits; the usual case, and the fast one.</summary>
    public static bool TryReadInt64(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.Length > SmallDigits)
            return false;
        int i = text[0] == '-' ? 1 : 0;
        for (; i < text.Length; i++)
            value = (value * 10) + (text[i] - '0');
        if (text[0] == '-')
            value = -value;
        return true;
    }

    private static int CountDigits(ReadOnlySpan<byte> text, int start)
    {
        int i = start;
        while ((uint)i < (uint)text.Length && (uint)(text[i] - '0') <= 9)
            i++;
        return i - start;
    }

    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        bool negative = text[0] == '-';
        ReadOnlySpan<byte> digits = text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        digits = digits.TrimStart((byte)'0');
        if (digits.Length > 17)
            return negative ? -100_000_000_000_000_000 : 100_000_000_000_000_000;
        return !Utf8Parser.TryParse(digits, out long value, out _) ? 0 : negative ? -value : value;
    }

    private static long[] MakePowers()
    {
        long[] powers = new long[SmallDigits + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
