using System.Text.Json;

namespace Mesh;

/// <summary>The payload of <see cref="RoomEventKinds.ParticipantLeft"/>.</summary>
internal sealed record ParticipantLeft(Participant Participant, LeaveReason Reason);

/// <summary>The payload of the toolkit events.</summary>
internal sealed record ToolkitChange(string Toolkit, string Participant, IReadOnlyList<string> Tools)
{
    public IReadOnlyList<string> Changes { get; init; } = [];

    public static ToolkitChange Of(Registration registration, IReadOnlyList<string> changes) =>
        new(registration.Toolkit.Name, registration.Provider.Snapshot.Name, [.. registration.Toolkit.Tools.Select(tool => tool.Name)])
        {
            Changes = changes,
            Registration = registration,
        };

    /// <summary>Who may see it; decides when the event is read.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Registration? Registration { get; init; }
}

/// <summary>The payload of <see cref="RoomEventKinds.ServiceFailed"/>.</summary>
internal sealed record ServiceFailure(string Service, bool Required);

/// <summary>Payloads of room events as JSON, and who may see which event.</summary>
internal static class RoomEventData
{
    public static JsonElement ToJson(object data) => JsonSerializer.SerializeToElement(data, data.GetType(), MeshJsonContext.Default);

    public static Participant? ReadParticipant(RoomEvent e) => e.Kind switch
    {
        RoomEventKinds.ParticipantJoined or RoomEventKinds.ParticipantChanged =>
            e.Payload.Deserialize(MeshJsonContext.Default.Participant),
        RoomEventKinds.ParticipantLeft =>
            e.Payload.Deserialize(MeshJsonContext.Default.ParticipantLeft)?.Participant,
        _ => null,
    };

    /// <summary>
    /// Events are filtered when they are read, by the grants that their reader has then: people come and go before
    /// those who may list them, toolkits before those who may use them. What concerns the reader itself it always sees.
    /// </summary>
    public static bool IsVisible(RoomEvent e, RoomMember reader) => e.Data switch
    {
        Participant participant => participant.Id == reader.Snapshot.Id || MayList(reader),
        ParticipantLeft left => left.Participant.Id == reader.Snapshot.Id || MayList(reader),
        ToolkitChange { Registration: { } registration } => registration.IsVisibleTo(reader, reader)
            && (registration.Provider == reader || registration.IsGrantedTo(reader.Grants)),
        _ => true,
    };

    public static RoomEvent Lag(Room room, long lastMissing, long count) =>
        new(room.Session, lastMissing, room.Host.Clock.GetUtcNow(), RoomEventKinds.Lagged, (object?)null) { Lagged = count };

    private static bool MayList(RoomMember reader) => reader.Grants.Messaging?.List ?? false;
}
