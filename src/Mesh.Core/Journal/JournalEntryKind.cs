using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>What an entry of the journal tells of.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalEntryKind>))]
public enum JournalEntryKind
{
    /// <summary>A call that has ended.</summary>
    [JsonStringEnumMemberName("call")]
    Call,

    /// <summary>Something that happened in a room: <see cref="JournalEntry.Event"/>.</summary>
    [JsonStringEnumMemberName("event")]
    Event,
}
