using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>Why a participant is no longer in its room.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LeaveReason>))]
public enum LeaveReason
{
    /// <summary>It left by itself.</summary>
    [JsonStringEnumMemberName("left")]
    Left,

    /// <summary>Its connection broke.</summary>
    [JsonStringEnumMemberName("disconnected")]
    Disconnected,

    /// <summary>Somebody with the right to do so removed it.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,

    /// <summary>The room was retired.</summary>
    [JsonStringEnumMemberName("roomRetired")]
    RoomRetired,
}
