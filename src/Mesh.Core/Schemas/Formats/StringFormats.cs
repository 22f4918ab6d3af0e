namespace Mesh;

/// <summary>Whether a text has a format.</summary>
internal delegate bool StringFormat(ReadOnlySpan<char> text);

/// <summary>The formats that can be asserted.</summary>
internal static class StringFormats
{
    /// <returns>Null for a format that is not known: it is an annotation.</returns>
    public static StringFormat? Find(string name) => null;
}
