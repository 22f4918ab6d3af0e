namespace Mesh;

/// <summary>URIs as schemas use them: names to compare, never addresses to fetch from.</summary>
internal static class SchemaUris
{
    public static Uri Resolve(Uri baseUri, string reference, SchemaLocation location)
    {
        // A leading slash is a path here, on every system; Uri alone would take it for a file on some.
        UriKind kind = HasScheme(reference) ? UriKind.Absolute : UriKind.Relative;
        if (reference.Length <= 2_000 && Uri.TryCreate(reference, kind, out Uri? uri)
            && (uri.IsAbsoluteUri || Uri.TryCreate(baseUri, uri, out uri)))
            return uri;
        throw SchemaErrors.At(location, $"'{ViolationList.Shorten(reference)}' is not a URI that can be resolved");
    }

    public static Uri WithoutFragment(Uri uri) => uri.Fragment.Length == 0 ? uri : new Uri(Key(uri));

    /// <summary>What two references to the same document have in common.</summary>
    public static string Key(Uri uri)
    {
        string text = uri.AbsoluteUri;
        int hash = text.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? text : text[..hash];
    }

    private static bool HasScheme(string reference)
    {
        int colon = reference.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(reference[0]) && reference.AsSpan(0, colon).IndexOfAny("/?#") < 0;
    }
}
