using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Mesh;

/// <summary>Reading of strings in their raw form: where they end, how long they are, what they say.</summary>
internal static class JsonText
{
    /// <summary>
    /// Finds the closing quote of the string whose text begins at <paramref name="position"/>.
    /// </summary>
    /// <returns>Where the closing quote is; negative when the string is malformed.</returns>
    public static int Scan(ReadOnlySpan<byte> json, int position, ref JsonStringFlags flags, ref bool loneSurrogate)
    {
        ref byte first = ref MemoryMarshal.GetReference(json);
        while (true)
        {
            if (json.Length >= Vector128<byte>.Count)
            {
                // The last block is read from further left, so that it ends with the bytes; what lies before is shifted out.
                int skipped = Math.Max(0, position + Vector128<byte>.Count - json.Length);
                if (skipped >= Vector128<byte>.Count)
                    return -1;
                Vector128<byte> block = Vector128.LoadUnsafe(ref first, (nuint)(position - skipped));
                uint stops = (Vector128.Equals(block, Vector128.Create((byte)'"'))
                    | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(block, Vector128.Create((byte)' '))).ExtractMostSignificantBits() >> skipped;
                uint high = block.ExtractMostSignificantBits() >> skipped;
                if (stops == 0)
                {
                    if (high != 0)
                        flags |= JsonStringFlags.NonAscii;
                    position += Vector128<byte>.Count - skipped;
                    continue;
                }

                int offset = BitOperations.TrailingZeroCount(stops);
                if ((high & ((1u << offset) - 1)) != 0)
                    flags |= JsonStringFlags.NonAscii;
                position += offset;
            }
            else
            {
                while ((uint)position < (uint)json.Length && json[position] is not ((byte)'"' or (byte)'\\' or < 0x20))
                {
                    if (json[position++] >= 0x80)
                        flags |= JsonStringFlags.NonAscii;
                }

                if ((uint)position >= (uint)json.Length)
                    return -1;
            }

            if (json[position] == '"')
                return position;
            if (json[position] != '\\')
                return -1;
            flags |= JsonStringFlags.Escaped;
            position = ScanEscape(json, position, ref loneSurrogate);
            if (position < 0)
                return -1;
        }
    }

    private static int ScanEscape(ReadOnlySpan<byte> json, int position, ref bool loneSurrogate)
    {
        if (position + 1 >= json.Length)
            return -1;
        if (json[position + 1] != 'u')
            return "\"\\/bfnrt"u8.Contains(json[position + 1]) ? position + 2 : -1;
        int unit = Hex(json, position + 2);
        if (unit < 0)
            return -1;
        position += 6;
        if (!char.IsSurrogate((char)unit))
            return position;
        if (char.IsHighSurrogate((char)unit) && TryLowSurrogate(json, position, out _))
            return position + 6;
        loneSurrogate = true;
        return position;
    }

    private static bool TryLowSurrogate(ReadOnlySpan<byte> json, int position, out int unit)
    {
        unit = position + 1 < json.Length && json[position] == '\\' && json[position + 1] == 'u' ? Hex(json, position + 2) : -1;
        return unit >= 0 && char.IsLowSurrogate((char)unit);
    }

    private static int Hex(ReadOnlySpan<byte> json, int position)
    {
        if (position + 4 > json.Length)
            return -1;
        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            byte digit = json[position + i];
            if (!char.IsAsciiHexDigit((char)digit))
                return -1;
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    /// <summary>How many code points a string has. Half a surrogate pair counts as one.</summary>
    public static int CountCodePoints(ReadOnlySpan<byte> text, JsonStringFlags flags)
    {
        if (flags == JsonStringFlags.None)
            return text.Length;
        int count = 0;
        for (int i = 0; i < text.Length; count++)
        {
            if (text[i] == '\\')
            {
                bool ignored = false;
                i = ScanEscape(text, i, ref ignored);
                continue;
            }

            i++;
            while (i < text.Length && (text[i] & 0xC0) == 0x80)
                i++;
        }

        return count;
    }

    /// <summary>Writes what an escaped string says. Half a surrogate pair becomes U+FFFD.</summary>
    /// <returns>The number of bytes written; never more than the text has.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int written = 0;
        for (int i = 0; i < text.Length;)
        {
            int plain = text[i..].IndexOf((byte)'\\');
            plain = plain < 0 ? text.Length - i : plain;
            text.Slice(i, plain).CopyTo(destination[written..]);
            written += plain;
            i += plain;
            if (i >= text.Length)
                break;
            if (text[i + 1] != 'u')
            {
                destination[written++] = Plain(text[i + 1]);
                i += 2;
                continue;
            }

            int unit = Hex(text, i + 2);
            i += 6;
            Rune rune = Rune.ReplacementChar;
            if (!char.IsSurrogate((char)unit))
            {
                rune = new Rune((char)unit);
            }
            else if (char.IsHighSurrogate((char)unit) && TryLowSurrogate(text, i, out int low))
            {
                rune = new Rune((char)unit, (char)low);
                i += 6;
            }

            written += rune.EncodeToUtf8(destination[written..]);
        }

        return written;
    }

    private static byte Plain(byte escape) => escape switch
    {
        (byte)'b' => 8,
        (byte)'f' => 12,
        (byte)'n' => 10,
        (byte)'r' => 13,
        (byte)'t' => 9,
        _ => escape,
    };
}
