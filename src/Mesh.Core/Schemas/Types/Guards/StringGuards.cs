namespace Mesh;

/// <summary>What a shape demands of a text.</summary>
internal sealed class StringRules
{
    // The serializer may escape every character: \u0000.
    public const int BytesPerChar = 6;

    /// <summary>What a text takes besides its characters, where nothing is demanded of it.</summary>
    public const int PlainCost = 8;

    private readonly int _minLength;
    private readonly int _maxLength;
    private readonly SchemaPattern? _pattern;
    private readonly int _cost;
    private readonly long _costPerChar;
    private readonly StringFormat? _format;
    private readonly HashSet<string>? _allowed;
    private readonly HashSet<string>? _denied;

    /// <exception cref="MeshException"><see cref="MeshErrorCode.InvalidSchema"/>: the pattern cannot be run.</exception>
    public StringRules(StringShape shape)
    {
        _minLength = shape.MinLength;
        _maxLength = shape.MaxLength ?? int.MaxValue;
        _pattern = shape.Pattern is null ? null : Compile(shape.Pattern);
        _cost = PlainCost + GuardValues.Cost(shape);
        _costPerChar = BytesPerChar * (_pattern?.CostPerByte ?? 1);
        _format = shape.Format is null ? null : StringFormats.Find(shape.Format);
        _allowed = GuardValues.Strings(shape.Allowed);
        _denied = GuardValues.Strings(shape.Denied);
        IsPlain = shape is { MinLength: 0, MaxLength: null, Pattern: null, Format: null, Allowed: null, Denied: null };
    }

    /// <summary>Whether every well-formed text satisfies them.</summary>
    public bool IsPlain { get; }

    public bool Accept(ReadOnlySpan<char> text, ref GuardRun run)
    {
        if (!run.TrySpend(_cost + (_costPerChar * text.Length)))
            return true;
        int length = text.ContainsAnyInRange('\uD800', '\uDFFF') ? CountCodePoints(text) : text.Length;
        return length >= 0 && (IsPlain || AcceptRules(text, length, ref run));
    }

    private bool AcceptRules(ReadOnlySpan<char> text, int length, ref GuardRun run)
    {
        if (length < _minLength || length > _maxLength || !AcceptListed(text))
            return false;
        if (_pattern is not null)
        {
            if (text.Length * BytesPerChar > SchemaOptions.Default.MaxPatternSubject)
                return run.LeaveUndecided();
            if (!_pattern.IsMatch(text))
                return false;
        }
        return _format is null || _format(text);
    }

    private bool AcceptListed(ReadOnlySpan<char> text) =>
        (_allowed is null || _allowed.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text))
        && (_denied is null || !_denied.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text));

    /// <returns>Negative when there is half of a surrogate pair.</returns>
    private static int CountCodePoints(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return -1;
            count--;
            i++;
        }
        return count;
    }

    private static SchemaPattern Compile(string pattern)
    {
        try
        {
            return new SchemaPattern(pattern, SchemaOptions.Default);
        }
        catch (PatternException exception)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidSchema, $"The pattern '{pattern}' {exception.Message}."), exception);
        }
    }
}

/// <summary>A string.</summary>
internal sealed class StringGuard(StringRules rules) : GuardNode<string>
{
    public bool IsPlain => rules.IsPlain;

    public override bool Accepts(string value, ref GuardRun run) => rules.Accept(value, ref run);
}

/// <summary>A character, as a string of one.</summary>
internal sealed class CharGuard(StringRules rules) : GuardNode<char>
{
    public override bool Accepts(char value, ref GuardRun run) => rules.Accept([value], ref run);
}

/// <summary>A URI, by the text that it was made from.</summary>
internal sealed class UriGuard(StringRules rules) : GuardNode<Uri>
{
    public override bool Accepts(Uri value, ref GuardRun run) => rules.Accept(value.OriginalString, ref run);
}
