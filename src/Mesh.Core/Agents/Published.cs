namespace Mesh;

/// <summary>An item of a publisher. It converts to the item alone: <c>await foreach (Price price in …)</c>.</summary>
/// <param name="Item">The item.</param>
/// <param name="Missed">How many items are missing before this one, because their reader was too slow; 0 for none.</param>
/// <typeparam name="T">The type of the items.</typeparam>
public readonly record struct Published<T>(T Item, long Missed)
{
    /// <summary>The item alone.</summary>
    /// <param name="published">The item, with what is missing before it.</param>
    public static implicit operator T(Published<T> published) => published.Item;

    /// <summary>The item alone; what the implicit conversion does.</summary>
    public T ToT() => Item;
}
