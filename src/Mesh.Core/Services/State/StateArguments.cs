using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Mesh;

internal sealed record GetStateArguments([property: JsonSchema(StateKeys.KeySchema)] string Key) : IResourceArguments
{
    string IResourceArguments.Resource => Key;
}

internal sealed record PutStateArguments([property: JsonSchema(StateKeys.KeySchema)] string Key, JsonPayload Value) : IResourceArguments
{
    string IResourceArguments.Resource => Key;
}

internal sealed record UpdateStateArguments(
    [property: JsonSchema(StateKeys.KeySchema)] string Key,
    JsonPayload Value,
    [property: Range(1, long.MaxValue), Description("The version that the key must have.")] long ExpectedVersion) : IResourceArguments
{
    string IResourceArguments.Resource => Key;
}

internal sealed record DeleteStateArguments(
    [property: JsonSchema(StateKeys.KeySchema)] string Key,
    [property: Range(1, long.MaxValue), Description("The version that the key must have; null for any.")] long? ExpectedVersion = null) : IResourceArguments
{
    string IResourceArguments.Resource => Key;
}

internal sealed record ListStateArguments(
    [property: JsonSchema(StateKeys.PatternSchema)] string Pattern = ">",
    [property: JsonSchema(StateKeys.CursorSchema)] string? Cursor = null,
    [property: Range(1, ListStateArguments.MaxLimit), Description("How many entries at most.")] int Limit = 100)
{
    public const int MaxLimit = 1_000;
}

internal sealed record WatchStateArguments(
    [property: JsonSchema(StateKeys.PatternSchema)] string Pattern = ">",
    [property: Description("Whether the current values come first.")] bool Replay = true,
    [property: Range(0, long.MaxValue - 1), Description("The version to begin after, in the place of replaying; null for none.")] long? After = null)
{
    public StateWatchStart Start => After is { } version ? StateWatchStart.After(version) : Replay ? StateWatchStart.Current : StateWatchStart.Now;
}

/// <param name="Version">The version that the write has made.</param>
internal readonly record struct WriteStateResult(long Version);

/// <param name="Deleted">Whether there was something to delete.</param>
/// <param name="Version">The version of the deletion; 0 when there was nothing to delete.</param>
internal readonly record struct DeleteStateResult(bool Deleted, long Version);

/// <param name="Entry">The entry; null when the key is not there.</param>
internal readonly record struct GetStateResult(StateEntry? Entry = null);
