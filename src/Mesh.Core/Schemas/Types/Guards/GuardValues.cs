using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>Listed values of a shape as CLR values.</summary>
internal static class GuardValues
{
    // As many as Int128 and UInt128 have.
    private const int MaxDigits = 39;

    /// <summary>What a validator may need to look through the listed values.</summary>
    public static int Cost(TypeShape shape) => 2 * ((shape.Allowed?.Count ?? 0) + (shape.Denied?.Count ?? 0));

    /// <summary>The strings among the values, which no other value equals; null when there is no list.</summary>
    public static HashSet<string>? Strings(IReadOnlyList<JsonElement>? values) => values is null
        ? null
        : [.. values.Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)];

    /// <summary>The integers of a type among the values; null when there is no list. 1.0 is one, as JSON Schema has it.</summary>
    public static T[]? Integers<T>(IReadOnlyList<JsonElement>? values)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (values is null)
            return null;
        List<T> integers = [];
        foreach (JsonElement value in values)
        {
            if (value.ValueKind == JsonValueKind.Number
                && ExactNumber.Parse(value.GetRawText()).TryGetInteger(MaxDigits, out BigInteger integer)
                && integer >= BigInteger.CreateChecked(T.MinValue) && integer <= BigInteger.CreateChecked(T.MaxValue))
                integers.Add(T.CreateChecked(integer));
        }
        return [.. integers];
    }
}

/// <summary>
/// One end of a range among the values of a type. A limit is a decimal of any size, and what is compared with it is the
/// decimal that the serializer writes for a value; a rounded limit tells those apart, except for the one value next to it.
/// </summary>
/// <param name="Value">The value of the type that is nearest to the limit.</param>
/// <param name="IsInside">Whether that value, as it is written, lies within.</param>
internal readonly record struct GuardBound<T>(T Value, bool IsInside)
    where T : struct, INumber<T>, IMinMaxValue<T>
{
    /// <param name="limit">The limit; null for none.</param>
    /// <param name="extreme">The least or the greatest value of the type, according to the end.</param>
    public static GuardBound<T> Create(NumberLimit? limit, T extreme)
    {
        if (limit is not { } given)
            return new GuardBound<T>(extreme, true);
        bool isMinimum = T.IsNegative(extreme);
        T value;
        try
        {
            value = T.Parse(given.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            // Beyond all decimals, which is either no limit or one that nothing keeps.
            return given.Text[0] == '-' == isMinimum ? new GuardBound<T>(extreme, true) : new GuardBound<T>(isMinimum ? T.MaxValue : T.MinValue, false);
        }
        if (!T.IsFinite(value))
            return new GuardBound<T>(value, false);
        byte[] written = Encoding.UTF8.GetBytes(value.ToString(null, CultureInfo.InvariantCulture));
        int order = new JsonNumber(written).CompareTo(new JsonNumber(Encoding.UTF8.GetBytes(given.Text)));
        return new GuardBound<T>(value, order == 0 ? !given.Exclusive : order > 0 == isMinimum);
    }
}
