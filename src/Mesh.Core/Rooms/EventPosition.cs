namespace Mesh;

/// <summary>Where a reader of a room's events begins.</summary>
public readonly record struct EventPosition
{
    private EventPosition(long value) => Value = value;

    /// <summary>With the reader's own joining: what has happened since is replayed. The default.</summary>
    public static EventPosition SinceJoin => default;

    /// <summary>With the first event after the reader begins to read.</summary>
    public static EventPosition Latest => new(-1);

    /// <summary>With an event that the session has had or will have.</summary>
    /// <param name="sequence">Its sequence number, from 1.</param>
    public static EventPosition At(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequence, 1);
        return new(sequence);
    }

    /// <summary>The sequence number; 0 for since joining, -1 for the latest.</summary>
    internal long Value { get; }

    internal static EventPosition FromWire(long value) => new(value);
}
