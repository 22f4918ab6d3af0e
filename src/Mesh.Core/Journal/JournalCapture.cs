using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>How much of arguments and results a journal keeps, from least to most.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalCapture>))]
public enum JournalCapture
{
    /// <summary>Nothing. The default.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>
    /// SHA-256 of the canonical JSON, as 64 hexadecimal digits: equal for equal values, however they were written. Where
    /// the text is not JSON that may enter a room, of its bytes, with a note.
    /// </summary>
    [JsonStringEnumMemberName("hash")]
    Hash,

    /// <summary>
    /// The JSON with every string replaced by <c>"&lt;string&gt;"</c> and every number by <c>"&lt;number&gt;"</c>; names of
    /// properties, true, false, null and the order of everything stay. Without white space, at most 16 KiB of it, and
    /// nothing of a text that is not JSON.
    /// </summary>
    [JsonStringEnumMemberName("redacted")]
    Redacted,

    /// <summary>The text as it was; of one that is longer than 16 KiB the beginning, with a note.</summary>
    [JsonStringEnumMemberName("full")]
    Full,
}
