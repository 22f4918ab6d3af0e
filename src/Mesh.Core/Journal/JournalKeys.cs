namespace Mesh;

// What the records of many calls have in common, made when the first of them is kept and shared by all. A journal keeps
// them for longer than there is a room: they hold names and ids, and nothing that leads back to a room or a participant.

/// <summary>The room of a call. Immutable.</summary>
internal sealed class RoomKey(Room room)
{
    public string Name { get; } = room.Name;

    public MeshId Session { get; } = room.Session;

    public HostTimes Times { get; } = room.Host.Times;
}

/// <summary>The participant that called, in its room. Immutable.</summary>
internal sealed class CallerKey(RoomMember member)
{
    public string Name { get; } = member.Snapshot.Name;

    public MeshId Id { get; } = member.Snapshot.Id;

    public RoomKey Room { get; } = member.Room.JournalKey;
}

/// <summary>The tool that served a call. Immutable.</summary>
internal sealed class ToolKey(ToolInstance instance)
{
    public string Path { get; } = instance.Path;

    public string? Provider { get; } = instance.Provider?.Snapshot.Name;

    public string ContractHash { get; } = instance.Contract.Definition.ContractHash;
}
