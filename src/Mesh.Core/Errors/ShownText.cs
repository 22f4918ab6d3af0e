namespace Mesh;

/// <summary>Text of others as an error shows it: no more of it than a reader needs.</summary>
internal static class ShownText
{
    private const int Usual = 80;

    /// <summary>The beginning of a text, with an ellipsis where there is more; no character is cut in two.</summary>
    /// <param name="text">The text; null is shown as empty.</param>
    /// <param name="most">How many UTF-16 code units of it at most, the ellipsis not counted.</param>
    public static string Cut(string? text, int most = Usual)
    {
        if (text is null || text.Length <= most)
        {
            return text ?? "";
        }

        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most), "…");
    }
}
