namespace Mesh;

/// <summary>
/// Which keys of a room's state are meant: a key in which <c>*</c> stands for one segment and a last <c>&gt;</c> for one
/// segment or more, as in NATS. Immutable.
/// </summary>
/// <example><c>pipeline.*.raw</c> matches <c>pipeline.7.raw</c>; <c>pipeline.&gt;</c> matches that and
/// <c>pipeline.7</c>, but not <c>pipeline</c>; <c>&gt;</c> matches every key.</example>
public sealed class StatePattern
{
    private readonly string[] _segments;
    private readonly bool _isOpen;

    private StatePattern(string text)
    {
        Text = text;
        string[] segments = text.Split('.');
        _isOpen = segments[^1] is ">";
        _segments = _isOpen ? segments[..^1] : segments;
        int wild = text.AsSpan().IndexOfAny('*', '>');
        IsKey = wild < 0;
        Prefix = IsKey ? text : text[..wild];
    }

    /// <summary>Every key.</summary>
    public static StatePattern All { get; } = new(">");

    /// <summary>The pattern as it is written.</summary>
    public string Text { get; }

    /// <summary>What every key begins with that matches, for a store that looks keys up in their order; may be empty.</summary>
    public string Prefix { get; }

    /// <summary>Whether it has no wildcard, and so matches one key at most: itself.</summary>
    public bool IsKey { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">1 to 256 characters: segments with a dot between each two, each of them <c>*</c>, or letters,
    /// digits, <c>_</c>, <c>=</c>, <c>/</c> and <c>-</c>, or <c>&gt;</c> where it is the last.</param>
    /// <exception cref="MeshException">The text is no pattern (<see cref="MeshErrorCode.InvalidArguments"/>).</exception>
    public static StatePattern Parse(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return pattern is ">" ? All
            : StateKeys.IsPattern(pattern) ? new(pattern)
            : throw new MeshException(new MeshError(MeshErrorCode.InvalidArguments, $"'{ShownText.Cut(pattern)}' is no pattern of state keys.")
            {
                Remedy = "A pattern has 1 to 256 characters: segments with a dot between each two, each of them '*', or letters, digits, '_', '=', '/' and '-', or '>' where it is the last.",
            });
    }

    /// <summary>Whether a key matches. Segments are compared ordinally.</summary>
    /// <param name="key">A well-formed key.</param>
    public bool Matches(ReadOnlySpan<char> key)
    {
        if (IsKey)
        {
            return key.SequenceEqual(Text);
        }

        foreach (string segment in _segments)
        {
            if (key.IsEmpty)
            {
                return false;
            }

            int dot = key.IndexOf('.');
            var own = dot < 0 ? key : key[..dot];
            if (segment is not "*" && !own.SequenceEqual(segment))
            {
                return false;
            }

            key = dot < 0 ? default : key[(dot + 1)..];
        }

        return _isOpen != key.IsEmpty;
    }

    /// <summary>The pattern as it is written.</summary>
    public override string ToString() => Text;

}
