namespace Mesh;

/// <summary>An open room, as it was when it was looked up.</summary>
/// <param name="Name">The name.</param>
/// <param name="Session">The id of its present life.</param>
/// <param name="ParticipantCount">How many participants are in it, services not counted.</param>
/// <param name="IsOpen">Whether it can be joined; false while it is being retired.</param>
public sealed record RoomInfo(string Name, MeshId Session, int ParticipantCount, bool IsOpen);
