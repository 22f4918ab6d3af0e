using System.Globalization;

namespace Mesh.Agents;

/// <summary>
/// Text of a limited length: two thirds of what is kept are its beginning and one third its end, with a line between that says
/// how much was left out.
/// </summary>
internal static class TrimmedText
{
    /// <summary>The beginning of a text, in which no character is cut in two.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">How many characters it has at most.</param>
    public static ReadOnlySpan<char> Head(string text, int limit) =>
        text.Length <= limit ? text : text.AsSpan(0, limit > 0 && char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit);

    /// <summary>The text, or what is kept of it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">How many characters are kept.</param>
    public static string Of(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }

        var head = Head(text, limit * 2 / 3);
        int tail = text.Length - (limit - (limit * 2 / 3));
        tail += tail < text.Length && char.IsLowSurrogate(text[tail]) ? 1 : 0;
        return string.Create(
            CultureInfo.InvariantCulture, $"{head}\n[… {tail - head.Length} of {text.Length} characters left out …]\n{text.AsSpan(tail)}");
    }
}
