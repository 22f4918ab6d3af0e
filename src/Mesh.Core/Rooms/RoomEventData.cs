using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>The payload of <see cref="RoomEventKinds.ParticipantLeft"/>.</summary>
internal sealed record ParticipantLeft(Participant Participant, LeaveReason Reason);

/// <summary>The payload of <see cref="RoomEventKinds.GrantsChanged"/>.</summary>
internal sealed record GrantsChange(Participant Participant);

/// <summary>The payload of an event that tells of something offered or withdrawn.</summary>
internal abstract record RegistrationChange(string Participant)
{
    public IReadOnlyList<string> Changes { get; init => field = value ?? []; } = [];

    /// <summary>Who may see it; decides when the event is read.</summary>
    [JsonIgnore]
    public Registration? Registration { get; init; }
}

/// <summary>The payload of the toolkit events.</summary>
internal sealed record ToolkitChange(string Toolkit, string Participant, IReadOnlyList<string> Tools) : RegistrationChange(Participant);

/// <summary>The payload of the agent events.</summary>
internal sealed record AgentLeaseChange(string Agent, string Participant, string Version, AgentShape Shape, string ContractHash) : RegistrationChange(Participant)
{
    public IReadOnlyList<string> Tags { get; init => field = value ?? []; } = [];

    public IReadOnlyList<string> Capabilities { get; init => field = value ?? []; } = [];

    /// <summary>Why its provider left; null when it withdrew this agent alone.</summary>
    public LeaveReason? Reason { get; init; }

    /// <summary>How often in a row its background work has failed.</summary>
    public int? Failures { get; init; }

    /// <summary>How long until its background work is started again.</summary>
    public TimeSpan? RetryAfter { get; init; }
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
        RoomEventKinds.GrantsChanged => e.Payload.Deserialize(MeshJsonContext.Default.GrantsChange)?.Participant,
        _ => null,
    };

    /// <summary>The name of the participant that an event is about; null when there is none, or the payload is not as its kind says.</summary>
    public static string? NameIn(RoomEvent e) => e.Data switch
    {
        Participant participant => participant.Name,
        ParticipantLeft left => left.Participant.Name,
        GrantsChange grants => grants.Participant.Name,
        RegistrationChange change => change.Participant,
        null => e.Kind switch
        {
            RoomEventKinds.ParticipantJoined or RoomEventKinds.ParticipantChanged => Text(Member(e.Payload, "name")),
            RoomEventKinds.ParticipantLeft or RoomEventKinds.GrantsChanged => Text(Member(Member(e.Payload, "participant"), "name")),
            RoomEventKinds.ToolkitRegistered or RoomEventKinds.ToolkitUnregistered
                or RoomEventKinds.AgentRegistered or RoomEventKinds.AgentUnregistered or RoomEventKinds.AgentFailed => Text(Member(e.Payload, "participant")),
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
    /// those who may list them, toolkits and agents before those who may use them. What concerns the reader itself it always sees.
    /// </summary>
    public static bool IsVisible(RoomEvent e, RoomMember reader) => e.Data switch
    {
        Participant participant => participant.Id == reader.Snapshot.Id || MayList(reader),
        ParticipantLeft left => left.Participant.Id == reader.Snapshot.Id || MayList(reader),
        GrantsChange change => change.Participant.Id == reader.Snapshot.Id,
        RegistrationChange { Registration: { } registration } => registration.IsVisibleTo(reader, reader)
            && (registration.Provider == reader || registration.IsGrantedTo(reader.Grants)),
        _ => true,
    };

    private static bool MayList(RoomMember reader) => reader.Grants.Messaging?.List ?? false;
}
