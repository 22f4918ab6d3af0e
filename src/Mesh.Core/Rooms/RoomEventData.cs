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

    /// <summary>The name of the participant that an event is about; null when there is none, or the payload is not as its kind says.</summary>
    public static string? NameIn(RoomEvent e) => e.Data switch
    {
        Participant participant => participant.Name,
        ParticipantLeft left => left.Participant.Name,
        ToolkitChange change => change.Participant,
        null => e.Kind switch
        {
            RoomEventKinds.ParticipantJoined or RoomEventKinds.ParticipantChanged => Text(Member(e.Payload, "name")),
            RoomEventKinds.ParticipantLeft => Text(Member(Member(e.Payload, "participant"), "name")),
            RoomEventKinds.ToolkitRegistered or RoomEventKinds.ToolkitUnregistered => Text(Member(e.Payload, "participant")),
            _ => null,
        },
        _ => null,
    };

    /// <summary>A member of a payload; of kind undefined when it is not there, or the payload is no object.</summary>
    public static JsonElement Member(JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out var member) ? member : default;

    /// <summary>The text of a JSON string; null for any other value, and for one that is no text.</summary>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

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
