using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>What a participant is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParticipantRole>))]
public enum ParticipantRole
{
    /// <summary>A person. Calls that a person starts are made on their behalf through every hop.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>An AI agent.</summary>
    [JsonStringEnumMemberName("agent")]
    Agent,

    /// <summary>A provider of tools.</summary>
    [JsonStringEnumMemberName("tool")]
    Tool,
}

/// <summary>
/// A participant of a room as it was at one moment; later changes make a new snapshot. Immutable.
/// </summary>
public sealed record Participant
{
    /// <summary>The id of this life in the room: who leaves and joins again gets another one.</summary>
    public required MeshId Id { get; init; }

    /// <summary>The name, unique among those who are in the room now.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required ParticipantRole Role { get; init; }

    /// <summary>Counts the lives in the room's session: a later life has a larger number.</summary>
    public long Incarnation { get; init; }

    /// <summary>When it joined.</summary>
    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>Whether it is a service of the host, which does not keep its room open.</summary>
    public bool IsService { get; init; }

    /// <summary>What the participant says of itself; empty by default.</summary>
    public IReadOnlyDictionary<string, JsonElement> Attributes { get; init => field = value ?? Participants.NoAttributes; } = Participants.NoAttributes;
}
