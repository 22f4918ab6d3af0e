namespace Mesh;

/// <summary>Text as UTF-8, which may not be well formed.</summary>
internal static class Utf8Text
{
    /// <summary>How much of the beginning of a text to keep, so that no character is cut in two.</summary>
    /// <param name="text">A text that is longer than <paramref name="most"/>.</param>
    /// <param name="most">How many bytes at most.</param>
    public static int LengthWithin(ReadOnlySpan<byte> text, int most)
    {
        // A character has three bytes at most beside its first.
        int least = Math.Max(0, most - 3);
        int length = most;
        while (length > least && (text[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return length;
    }
}
