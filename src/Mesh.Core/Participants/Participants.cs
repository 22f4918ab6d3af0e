using System.Collections.Frozen;
using System.Text.Json;

namespace Mesh;

/// <summary>Constants of participants.</summary>
internal static class Participants
{
    public static readonly IReadOnlyDictionary<string, JsonElement> NoAttributes = FrozenDictionary<string, JsonElement>.Empty;
}
