using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>How a call ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallStatus>))]
public enum CallStatus
{
    /// <summary>It ended with a result.</summary>
    [JsonStringEnumMemberName("result")]
    Result,

    /// <summary>It ended with an error.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>Its caller cancelled it.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>Whether it had its effect cannot be known: its provider went away in the middle of it.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}
