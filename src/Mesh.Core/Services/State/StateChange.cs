using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>What a watch of a room's state tells.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StateChangeKind>))]
public enum StateChangeKind
{
    /// <summary>A key has a value: a new one, or, while the watch replays, the one that it had.</summary>
    [JsonStringEnumMemberName("put")]
    Put,

    /// <summary>A key was deleted.</summary>
    [JsonStringEnumMemberName("deleted")]
    Deleted,

    /// <summary>All that there was when the watch began, or after a gap, has been told; from here on it tells what happens.</summary>
    [JsonStringEnumMemberName("synced")]
    Synced,

    /// <summary>A gap: the state no longer knows all deletions that the watch has not told. The current values follow, then
    /// <see cref="Synced"/>; a key that is not among them is not there any more.</summary>
    [JsonStringEnumMemberName("lagged")]
    Lagged,
}

/// <summary>One item of a watch of a room's state. Immutable.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Version">The version of the change; for <see cref="StateChangeKind.Synced"/> and
/// <see cref="StateChangeKind.Lagged"/> the version of the state up to which it holds.</param>
public sealed record StateChange(StateChangeKind Kind, long Version)
{
    /// <summary>The key; null for <see cref="StateChangeKind.Synced"/> and <see cref="StateChangeKind.Lagged"/>.</summary>
    public string? Key { get; init; }

    /// <summary>The key with its value; null but for <see cref="StateChangeKind.Put"/>.</summary>
    public StateEntry? Entry { get; init; }

    /// <summary>For <see cref="StateChangeKind.Lagged"/>: how many writes to any key lie in the gap, so that at most so many
    /// deletions were missed; 0 where that cannot be told, because the version to begin after was never reached. Else 0.</summary>
    public long Missed { get; init; }
}
