namespace Mesh;

/// <summary>What a token is, one bit each, so that a set of allowed types is a mask.</summary>
[Flags]
internal enum JsonKinds : byte
{
    None = 0,
    Null = 1,
    Boolean = 2,

    /// <summary>A number written without fraction and exponent.</summary>
    Integer = 4,

    /// <summary>A number written with a fraction or an exponent; it may still have an integer's value (<c>1.0</c>).</summary>
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
    AnyNumber = Integer | Number,
    Any = 127,
}

/// <summary>What reading a string found in it, so that the checks need not look again.</summary>
[Flags]
internal enum JsonStringFlags : byte
{
    None = 0,
    Escaped = 1,
    NonAscii = 2,
}

/// <summary>
/// One value or property name of a <see cref="JsonTape"/>. An object is followed by its names and values in turn, an
/// array by its items; a value in an object is always preceded by its name.
/// </summary>
internal struct JsonToken
{
    /// <summary>Where its text begins; for a string, after the opening quote.</summary>
    public int Start;

    /// <summary>Where its text ends; for a string, at the closing quote.</summary>
    public int End;

    /// <summary>The index of the token after this one and everything in it. While a container is open: the index of its parent.</summary>
    public int Next;

    /// <summary>How many items or properties a container has.</summary>
    public int Count;

    public JsonKinds Kind;
    public JsonStringFlags Flags;

    public readonly int Length => End - Start;
}

/// <summary>A document as the tokenizer leaves it: its bytes and the list of what is where.</summary>
internal readonly ref struct JsonTape(ReadOnlySpan<byte> json, ReadOnlySpan<JsonToken> tokens)
{
    public readonly ReadOnlySpan<byte> Json = json;
    public readonly ReadOnlySpan<JsonToken> Tokens = tokens;

    public ReadOnlySpan<byte> Text(int token) => Json[Tokens[token].Start..Tokens[token].End];
}
