using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;

namespace Mesh;

/// <summary><see cref="RangeAttribute"/> on integers and numbers.</summary>
internal static class TypeRanges
{
    /// <summary>The narrower shape; null when the range cannot be described there.</summary>
    public static TypeShape? Apply(TypeShape shape, RangeAttribute range, Type type, string path)
    {
        if (!TryRead(range.Minimum, out string? low) || !TryRead(range.Maximum, out string? high))
            return null;
        return shape switch
        {
            IntegerShape integer => Narrow(integer, low, high, range, type, path),
            NumberShape number => number with
            {
                Minimum = low is null ? number.Minimum : new NumberLimit(low, range.MinimumIsExclusive),
                Maximum = high is null ? number.Maximum : new NumberLimit(high, range.MaximumIsExclusive),
            },
            _ => null,
        };
    }

    // An integer's limits are whole and inclusive, whatever the attribute says: more than 0.5 is at least 1.
    private static IntegerShape Narrow(IntegerShape shape, string? low, string? high, RangeAttribute range, Type type, string path)
    {
        BigInteger least = shape.Minimum;
        BigInteger most = shape.Maximum;
        if (low is not null)
            least = BigInteger.Max(least, Whole(low, up: true, range.MinimumIsExclusive));
        if (high is not null)
            most = BigInteger.Min(most, Whole(high, up: false, range.MaximumIsExclusive));
        return least <= most
            ? shape with { Minimum = least, Maximum = most }
            : throw TypeRefusals.Refuse(type, path, "no value lies within its [Range]", "Correct the limits.");
    }

    private static BigInteger Whole(string text, bool up, bool exclusive)
    {
        ExactNumber number = ExactNumber.Parse(text);
        if (number.TryGetInteger(maxDigits: 400, out BigInteger whole))
            return exclusive ? whole + (up ? 1 : -1) : whole;
        BigInteger floor = number.Floor();
        return up ? floor + 1 : floor;
    }

    /// <summary>A limit as a JSON number; null when it is infinite, that is, none.</summary>
    private static bool TryRead(object limit, out string? text)
    {
        text = null;
        switch (limit)
        {
            case int value:
                text = value.ToString(CultureInfo.InvariantCulture);
                return true;
            case double value:
                if (double.IsFinite(value))
                    text = value.ToString("R", CultureInfo.InvariantCulture);
                return !double.IsNaN(value);
            case string value when decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number):
                text = number.ToString(CultureInfo.InvariantCulture);
                return true;
            default:
                return false;
        }
    }
}
