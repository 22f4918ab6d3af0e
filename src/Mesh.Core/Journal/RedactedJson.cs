using System.Buffers;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// JSON without the values of its strings and numbers. It goes from token to token and so takes any depth that a reader
/// does, and copies names as they are written.
/// </summary>
internal static class RedactedJson
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = 1_000 };

    /// <param name="json">The JSON.</param>
    /// <param name="most">Where to stop, in bytes.</param>
    /// <param name="isWhole">Whether it did not have to stop.</param>
    /// <exception cref="JsonException">The text is not well-formed, as far as it was read, or nests deeper than 1,000.</exception>
    public static byte[] Write(ReadOnlySpan<byte> json, int most, out bool isWhole)
    {
        var output = new ArrayBufferWriter<byte>(Math.Min(json.Length + 16, most));
        var reader = new Utf8JsonReader(json, AnyDepth);
        bool needsComma = false;
        isWhole = true;
        while (reader.Read())
        {
            bool ends = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            int before = output.WrittenCount;
            if (needsComma && !ends)
            {
                output.Write(","u8);
            }

            Write(ref reader, output);
            needsComma = reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.StartObject or JsonTokenType.StartArray);
            if (output.WrittenCount > most)
            {
                isWhole = false;
                return output.WrittenSpan[..before].ToArray();
            }
        }

        return output.WrittenSpan.ToArray();
    }

    public static bool IsWellFormed(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, AnyDepth);
            while (reader.Read())
            {
                // Reading is all that is asked for.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Write(ref Utf8JsonReader reader, ArrayBufferWriter<byte> output)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                output.Write("\""u8);
                output.Write(reader.ValueSpan);
                output.Write("\":"u8);
                break;
            case JsonTokenType.String:
                output.Write("\"<string>\""u8);
                break;
            case JsonTokenType.Number:
                output.Write("\"<number>\""u8);
                break;
            default:
                // Brackets, true, false and null.
                output.Write(reader.ValueSpan);
                break;
        }
    }
}
