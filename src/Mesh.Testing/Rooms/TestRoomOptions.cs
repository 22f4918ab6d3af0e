namespace Mesh.Testing;

/// <summary>What is special about a <see cref="TestRoom"/>. Immutable.</summary>
public sealed record TestRoomOptions
{
    /// <summary>The name of the room, <c>test</c> by default.</summary>
    public string Name { get; init => field = value ?? throw new ArgumentNullException(nameof(Name)); } = "test";

    /// <summary>
    /// The options of the room; the defaults by default. Where they do not say what the journal keeps of arguments and
    /// results, it keeps them in full, so that tests may look at them.
    /// </summary>
    public RoomOptions Room { get; init => field = value ?? throw new ArgumentNullException(nameof(Room)); } = new();

    /// <summary>
    /// Changes the options of the host; null, the default, for none. It is given those of the test room, whose clock, journal, faults and
    /// room stay: filters, services and limits are what one changes.
    /// </summary>
    public Func<MeshHostOptions, MeshHostOptions>? ConfigureHost { get; init; }
}
