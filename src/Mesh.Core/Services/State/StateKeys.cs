using System.Buffers;

namespace Mesh;

/// <summary>
/// The grammar of keys and patterns, once as a schema for whoever calls, and once as code for what goes by reference. It
/// is that of the keys of NATS, so that the same keys may be used there.
/// </summary>
internal static class StateKeys
{
    public const int MaxLength = 256;

    public const string KeySchema =
        """{"type":"string","minLength":1,"maxLength":256,"pattern":"^[A-Za-z0-9_=/-]+(\\.[A-Za-z0-9_=/-]+)*$","description":"A key: 1 to 256 characters in segments with a dot between each two, such as 'pipeline.7.raw'; a segment has letters, digits, '_', '=', '/' and '-'."}""";

    public const string PatternSchema =
        """{"type":"string","minLength":1,"maxLength":256,"pattern":"^(>|(\\*|[A-Za-z0-9_=/-]+)(\\.(\\*|[A-Za-z0-9_=/-]+))*(\\.>)?)$","description":"A key in which '*' stands for one segment, and '>' as the last segment for one or more, such as 'pipeline.*.raw' or 'pipeline.>'; '>' alone is every key."}""";

    public const string CursorSchema =
        """{"type":["string","null"],"minLength":1,"maxLength":256,"pattern":"^[A-Za-z0-9_=/-]+(\\.[A-Za-z0-9_=/-]+)*$","description":"The cursor of the page before; null for the first page."}""";

    private static readonly SearchValues<char> KeyChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=/-.");

    private static readonly SearchValues<char> SegmentChars =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=/-");

    /// <summary>Whether a text is a key.</summary>
    public static bool IsKey(string? key) =>
        key is { Length: > 0 and <= MaxLength }
        && !key.AsSpan().ContainsAnyExcept(KeyChars)
        && !HasEmptySegment(key);

    /// <summary>Refuses a key of something that is set up before any call is made.</summary>
    /// <param name="key">The key.</param>
    /// <param name="of">What it is the key of, as the error names it.</param>
    /// <exception cref="MeshException">The key is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static void Check(string key, string of)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsKey(key))
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"The state key '{ShownText.Cut(key)}' of {of} is malformed.")
            {
                Remedy = "A key has 1 to 256 characters, in segments with a dot between each two, of letters, digits, '_', '=', '/' and '-'.",
            });
        }
    }

    /// <remarks>Held against every key that is written: a loop over a short text costs less than a search for two dots.</remarks>
    private static bool HasEmptySegment(string key)
    {
        char before = '.';
        foreach (char each in key)
        {
            if (each == '.' && before == '.')
            {
                return true;
            }

            before = each;
        }

        return before == '.';
    }

    /// <summary>Whether a text is a pattern.</summary>
    public static bool IsPattern(string? pattern)
    {
        if (pattern is not { Length: > 0 and <= MaxLength })
        {
            return false;
        }

        var rest = pattern.AsSpan();
        while (true)
        {
            int dot = rest.IndexOf('.');
            var segment = dot < 0 ? rest : rest[..dot];
            bool isWhole = segment is "*" || (segment is ">" && dot < 0) || (!segment.IsEmpty && !segment.ContainsAnyExcept(SegmentChars));
            if (!isWhole || dot < 0)
            {
                return isWhole;
            }

            rest = rest[(dot + 1)..];
        }
    }
}
