using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Mesh;

internal sealed record GetStateArguments([property: JsonSchema(StateKeys.KeySchema)] string Key) : IResourceArguments
{
    string IResourceArguments.Resource => Key;

    public static bool IsValid(GetStateArguments arguments, int maxBytes) => StateGuards.AcceptsKey(arguments.Key, maxBytes);
}

internal sealed record PutStateArguments([property: JsonSchema(StateKeys.KeySchema)] string Key, JsonPayload Value) : IResourceArguments
{
    string IResourceArguments.Resource => Key;

    public static bool IsValid(PutStateArguments arguments, int maxBytes) =>
        StateGuards.AcceptsKey(arguments.Key, maxBytes) && StateGuards.AcceptsValue(arguments.Value, maxBytes);
}

internal sealed record UpdateStateArguments(
    [property: JsonSchema(StateKeys.KeySchema)] string Key,
    JsonPayload Value,
    [property: Range(1, long.MaxValue), Description("The version that the key must have.")] long ExpectedVersion) : IResourceArguments
{
    string IResourceArguments.Resource => Key;

    public static bool IsValid(UpdateStateArguments arguments, int maxBytes) =>
        arguments.ExpectedVersion >= 1 && StateGuards.AcceptsKey(arguments.Key, maxBytes) && StateGuards.AcceptsValue(arguments.Value, maxBytes);
}

internal sealed record DeleteStateArguments(
    [property: JsonSchema(StateKeys.KeySchema)] string Key,
    [property: Range(1, long.MaxValue), Description("The version that the key must have; null for any.")] long? ExpectedVersion = null) : IResourceArguments
{
    string IResourceArguments.Resource => Key;

    public static bool IsValid(DeleteStateArguments arguments, int maxBytes) =>
        arguments.ExpectedVersion is null or >= 1 && StateGuards.AcceptsKey(arguments.Key, maxBytes);
}

internal sealed record ListStateArguments(
    [property: JsonSchema(StateKeys.PatternSchema)] string Pattern = ">",
    [property: JsonSchema(StateKeys.CursorSchema)] string? Cursor = null,
    [property: Range(1, ListStateArguments.MaxLimit), Description("How many entries at most.")] int Limit = 100)
{
    public const int MaxLimit = 1_000;

    public static bool IsValid(ListStateArguments arguments, int maxBytes) =>
        arguments.Limit is >= 1 and <= MaxLimit
        && StateKeys.IsPattern(arguments.Pattern)
        && (arguments.Cursor is null || StateKeys.IsKey(arguments.Cursor))
        && maxBytes >= StateGuards.Overhead + 3 * StateKeys.MaxLength;
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

/// <summary>
/// What stands for the schemas of arguments that go by reference. What it turns down goes as JSON and is refused, or let
/// in, there: it need not take everything, and must not take what the schema refuses.
/// </summary>
internal static class StateGuards
{
    /// <summary>More than the names of all arguments, a number and what stands between take as JSON.</summary>
    public const int Overhead = 128;

    private static readonly int MaxInstanceBytes = SchemaOptions.Default.MaxInstanceBytes;

    // The value is one level down in the arguments.
    private static readonly int MaxDepth = SchemaOptions.Default.MaxInstanceDepth - 1;

    public static bool AcceptsKey(string key, int maxBytes) => StateKeys.IsKey(key) && maxBytes >= Overhead + StateKeys.MaxLength;

    public static bool AcceptsValue(JsonPayload value, int maxBytes)
    {
        if (value.IsEmpty || value.IsElement)
        {
            return false;
        }

        int most = Math.Min(maxBytes, MaxInstanceBytes) - Overhead - StateKeys.MaxLength;
        return JsonEntrance.Check(value.Utf8Span, MaxDepth, most) is null;
    }
}
