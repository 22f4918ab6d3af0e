using System.Globalization;

namespace Mesh.Agents;

/// <summary>
/// Text of a limited length: two thirds of what is kept are its beginning and one third its end, with a line between that says
/// how much was left out.
/// </summary>
internal static class TrimmedText
{
    /// <summary>The text, or what is kept of it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">How many characters are kept.</param>
    public static string Of(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }

        int head = limit * 2 / 3;
        int tail = text.Length - (limit - head);

        // No character is cut in two.
        head -= head > 0 && char.IsHighSurrogate(text[head - 1]) ? 1 : 0;
        tail += tail < text.Length && char.IsLowSurrogate(text[tail]) ? 1 : 0;
        return string.Create(
            CultureInfo.InvariantCulture, $"{text.AsSpan(0, head)}\n[… {tail - head} of {text.Length} characters left out …]\n{text.AsSpan(tail)}");
    }
}
