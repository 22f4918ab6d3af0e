using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// Reads an integer in every form in which JSON may write it: JSON Schema calls <c>1.0</c> and <c>1e2</c> integers, and
/// what a schema accepts must bind. Exact: a fraction or an overflow is refused, never rounded.
/// </summary>
internal sealed class IntegerConverter<T> : JsonConverter<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    // Int128 and UInt128 have up to 39 digits; whatever has more overflows.
    private const int MaxDigits = 39;

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
            throw new JsonException($"Expected an integer, but got {reader.TokenType}.");
        if (reader.TryGetInt64(out long small) && long.CreateTruncating(T.CreateTruncating(small)) == small
            && T.IsNegative(T.CreateTruncating(small)) == (small < 0))
            return T.CreateTruncating(small);
        string text = reader.HasValueSequence
            ? Encoding.UTF8.GetString(reader.ValueSequence.ToArray())
            : Encoding.UTF8.GetString(reader.ValueSpan);
        return ExactNumber.Parse(text).TryGetInteger(MaxDigits, out BigInteger value)
            && value >= BigInteger.CreateChecked(T.MinValue) && value <= BigInteger.CreateChecked(T.MaxValue)
            ? T.CreateChecked(value)
            : throw new JsonException($"The number is no integer from {T.MinValue} to {T.MaxValue}.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (T.IsNegative(value) ? value >= T.CreateSaturating(long.MinValue) : value <= T.CreateSaturating(long.MaxValue))
            writer.WriteNumberValue(long.CreateChecked(value));
        else
            writer.WriteRawValue(value.ToString(null, CultureInfo.InvariantCulture), skipInputValidation: true);
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value)
            ? value
            : throw new JsonException($"The property name is no integer from {T.MinValue} to {T.MaxValue}.");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString(null, CultureInfo.InvariantCulture));
}
