namespace Mesh;

/// <summary>Where a watch of a room's state begins.</summary>
public readonly record struct StateWatchStart
{
    private readonly long _value;

    private StateWatchStart(long value) => _value = value;

    /// <summary>With the current values, one after the other, and then with what happens. The default.</summary>
    public static StateWatchStart Current => default;

    /// <summary>With what happens from now on.</summary>
    public static StateWatchStart Now => new(-1);

    /// <summary>After a version, such as that of the last change of an earlier watch: with what has changed since, of each
    /// key the latest.</summary>
    /// <param name="version">The version, from 0. One that the state does not reach back to, or has not reached, makes a
    /// <see cref="StateChangeKind.Lagged"/>, and then as <see cref="Current"/>.</param>
    public static StateWatchStart After(long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        return new(version + 1);
    }

    /// <summary>Whether the current values come first.</summary>
    public bool IsCurrent => _value == 0;

    /// <summary>The version to begin after; null when it begins with the current values or with what happens.</summary>
    public long? Version => _value > 0 ? _value - 1 : null;
}
