namespace Mesh;

/// <summary>What is said when a room cannot be joined or found.</summary>
internal static class RoomErrors
{
    public static MeshError NotOpen(string name) => new(MeshErrorCode.NotFound, $"Room '{name}' is not open.")
    {
        Remedy = "Looking a room up does not open it; join it.",
    };

    public static MeshError Retiring(Room room) => new(MeshErrorCode.RoomRetiring, $"Room '{room.Name}' is just being retired.")
    {
        Remedy = "Join again in a moment, for a new session.",
        Retryable = true,
    };

    public static MeshError Full(Room room, int capacity) => new(MeshErrorCode.RoomFull, $"Room '{room.Name}' is full: it holds at most {capacity} participants.")
    {
        Remedy = "Wait until somebody leaves, or raise RoomOptions.Capacity.",
        Retryable = true,
    };

    public static MeshError Disabled(string name) => new(MeshErrorCode.RoomDisabled, $"Room '{name}' is disabled.")
    {
        Remedy = "Ask the host to enable it.",
    };

    public static MeshError NameTaken(Room room, string name) => new(MeshErrorCode.NameTaken, $"A participant named '{name}' is already in room '{room.Name}'.")
    {
        Remedy = "Join under another name, or let the other one leave first.",
        Retryable = true,
    };

    public static MeshError NoSuchService(Room room, string service) =>
        new(MeshErrorCode.NotFound, $"There is no service '{ShownText.Cut(service, 128)}' that could be invited into room '{room.Name}'.")
        {
            Remedy = "Ask the host which it keeps for this room: RoomService.OnDemand.",
        };

    public static MeshError ServiceDidNotStart(Room room, string service) =>
        new(MeshErrorCode.Unavailable, $"Service '{service}' did not start in room '{room.Name}'.")
        {
            Remedy = "Invite it again; the host finds the reason in its fault handler.",
            Retryable = true,
        };

    public static MeshError HostClosed() => new(MeshErrorCode.Closed, "The host is disposed.")
    {
        Remedy = "Make a new MeshHost.",
    };
}
