using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>The kinds of room events that Mesh itself publishes. The set is open: preserve kinds that you do not know.</summary>
public static class RoomEventKinds
{
    /// <summary>A participant joined. Payload: the participant.</summary>
    public const string ParticipantJoined = "participant.joined";

    /// <summary>A participant left. Payload: <c>{"participant": …, "reason": "left" | "disconnected" | "removed" | "roomRetired"}</c>.</summary>
    public const string ParticipantLeft = "participant.left";

    /// <summary>A participant changed its attributes. Payload: the participant as it is now.</summary>
    public const string ParticipantChanged = "participant.changed";

    /// <summary>What the reader of the event may do was changed; others do not see it. Payload: <c>{"participant": …}</c>, without the grants.</summary>
    public const string GrantsChanged = "participant.grantsChanged";

    /// <summary>A toolkit was registered. Payload: <c>{"toolkit": …, "participant": …, "tools": […], "changes": […]}</c>; the
    /// changes list how its contracts differ from those of live registrations of the same names.</summary>
    public const string ToolkitRegistered = "toolkit.registered";

    /// <summary>A toolkit was withdrawn, or its provider left. Payload: <c>{"toolkit": …, "participant": …, "tools": […]}</c>.</summary>
    public const string ToolkitUnregistered = "toolkit.unregistered";

    /// <summary>An agent was registered. Payload: <c>{"agent": …, "participant": …, "version": …, "shape": …, "contractHash": …,
    /// "tags": […], "capabilities": […], "changes": […]}</c>; the changes list how its contract differs from those of live
    /// registrations of the same name.</summary>
    public const string AgentRegistered = "agent.registered";

    /// <summary>An agent was withdrawn, or its provider left. Payload: as for registered, with <c>"reason"</c>, why its provider
    /// left (<c>"left"</c>, <c>"disconnected"</c>, <c>"removed"</c>, <c>"roomRetired"</c>), if it did.</summary>
    public const string AgentUnregistered = "agent.unregistered";

    /// <summary>The background work of an agent failed, and is started again. Payload: as for registered, with
    /// <c>"failures"</c>, how many in a row, and <c>"retryAfter"</c>, how long until then (<c>"00:00:01"</c>).</summary>
    public const string AgentFailed = "agent.failed";

    /// <summary>A service of the room did not start. Payload: <c>{"service": …, "required": …}</c>.</summary>
    public const string ServiceFailed = "service.failed";

    /// <summary>The room is being retired; no new calls are taken. Payload: none.</summary>
    public const string RoomRetiring = "room.retiring";

    /// <summary>
    /// Events are missing before the next one: the reader was too slow, or asked for events that are gone. Not an
    /// event of the room but of its reader; <see cref="RoomEvent.Lagged"/> says how many.
    /// </summary>
    public const string Lagged = "lagged";
}

/// <summary>
/// Something that happened in a room. Sequence numbers count the events of one session from 1 without gaps; a reader
/// who misses some is told how many. Immutable.
/// </summary>
[JsonConverter(typeof(RoomEventJsonConverter))]
public sealed class RoomEvent
{
    private readonly object? _data;
    private JsonElement _payload;

    /// <summary>An event of a known payload.</summary>
    /// <param name="session">The session of the room.</param>
    /// <param name="sequence">The place in the session, from 1.</param>
    /// <param name="time">When it happened.</param>
    /// <param name="kind">What happened; see <see cref="RoomEventKinds"/>.</param>
    /// <param name="payload">The data of the event; must own its memory. Undefined for none.</param>
    public RoomEvent(MeshId session, long sequence, DateTimeOffset time, string kind, JsonElement payload)
        : this(session, sequence, time, kind, (object?)null) => _payload = payload;

    internal RoomEvent(MeshId session, long sequence, DateTimeOffset time, string kind, object? data)
    {
        Session = session;
        Sequence = sequence;
        Time = time;
        Kind = kind;
        _data = data;
    }

    /// <summary>The session of the room.</summary>
    public MeshId Session { get; }

    /// <summary>The place in the session, from 1. For a lag: that of the last event that is missing.</summary>
    public long Sequence { get; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What happened; see <see cref="RoomEventKinds"/>.</summary>
    public string Kind { get; }

    /// <summary>How many events are missing before the next one; 0 for every event of the room itself.</summary>
    public long Lagged { get; init; }

    /// <summary>The data of the event; of kind <see cref="JsonValueKind.Undefined"/> for none. It owns its memory.</summary>
    public JsonElement Payload
    {
        get
        {
            // Written when somebody looks: most events are never read as JSON in the process that made them.
            if (_payload.ValueKind == JsonValueKind.Undefined && _data is not null)
            {
                lock (_data)
                {
                    _payload = RoomEventData.ToJson(_data);
                }
            }

            return _payload;
        }
    }

    /// <summary>The participant that joined, left or changed, as it was then; null for other kinds.</summary>
    public Participant? Participant => _data switch
    {
        Participant participant => participant,
        ParticipantLeft left => left.Participant,
        GrantsChange change => change.Participant,
        null => RoomEventData.ReadParticipant(this),
        _ => null,
    };

    internal object? Data => _data;

    /// <summary>Sequence and kind.</summary>
    public override string ToString() => Lagged > 0 ? $"lagged {Lagged}" : $"#{Sequence} {Kind}";
}

/// <summary>Writes a <see cref="RoomEvent"/> in the one form that it has on a wire too.</summary>
internal sealed class RoomEventJsonConverter : JsonConverter<RoomEvent>
{
    public override RoomEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, WireJsonContext.Default.WireEvent)?.FromWire() ?? throw new JsonException("An event is an object.");

    public override void Write(Utf8JsonWriter writer, RoomEvent value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToWire(), WireJsonContext.Default.WireEvent);
}
