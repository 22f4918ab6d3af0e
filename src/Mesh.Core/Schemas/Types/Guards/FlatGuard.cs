namespace Mesh;

/// <summary>
/// A short cut through the guard of an object all of whose properties are scalars and texts that nothing is demanded of,
/// as those of most calls: it accepts, or leaves the answer to the guard.
/// </summary>
internal sealed class FlatGuard<T>
{
    private readonly Func<T, string?>[] _texts;
    private readonly int _cost;
    private readonly int _limit;

    private FlatGuard(Func<T, string?>[] texts, int cost, int limit)
    {
        _texts = texts;
        _cost = cost;
        _limit = limit;
    }

    /// <summary>Null where the object has properties of other kinds.</summary>
    /// <param name="node">The guard.</param>
    /// <param name="limit">How many bytes and steps it may take.</param>
    public static FlatGuard<T>? TryCreate(GuardNode node, int limit)
    {
        if (node is not ObjectGuard guard)
            return null;
        var texts = new Func<T, string?>[guard.Properties.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            if (guard.Properties[i] is not IPlainText<T> { Getter: { } getter })
                return null;
            texts[i] = getter;
        }
        return new(texts, guard.Cost + (StringRules.PlainCost * texts.Length), limit);
    }

    public bool Accepts(T value, int maxBytes)
    {
        long left = Math.Min(_limit, maxBytes) - _cost;
        foreach (var read in _texts)
        {
            if (read(value) is not { } text || text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
                return false;
            left -= StringRules.BytesPerChar * (long)text.Length;
        }
        return left >= 0;
    }
}

/// <summary>A property of an object that is a text which nothing is demanded of, and reading it runs nobody's code.</summary>
internal interface IPlainText<TOwner>
{
    /// <summary>Reads the text; null where the property is no such text.</summary>
    Func<TOwner, string?>? Getter { get; }
}
