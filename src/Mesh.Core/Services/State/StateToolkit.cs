namespace Mesh;

/// <summary>The toolkit <c>state</c>: keys with values and versions that everybody in a room shares.</summary>
internal static class StateToolkit
{
    public const string Name = "state";

    // What a page of a listing holds at most, so that one with large values is no larger than a host lets responses be.
    private const int PageBytes = 1024 * 1024;

    private static readonly MeshJsonContext Json = MeshJsonContext.Default;

    private static readonly ResourceRight Key = new("key", static (grants, key) => grants.State?.Keys.Allows(key) ?? false);

    private static readonly RoomRight Any = new("state", static grants => grants.State is not null);

    private static readonly RoomRight Read = new("state.keys", static grants => grants.State is not null) { Resource = Key };

    private static readonly RoomRight Write = new("state.keys without state.readOnly", static grants => grants.State is { ReadOnly: false }) { Resource = Key };

    private static readonly ToolAnnotations Reading = new() { ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false };

    static StateToolkit()
    {
        var tools = new ServiceTools<StateService>(Instance, static stores => stores.State);
        tools.Add("get", "The value and version of a key.", Reading, Json.GetStateArguments, Json.GetStateResult, Get, Read, StateGuards.Accepts);
        tools.Add("put", "Gives a key a value, whether it is there or not.", new() { Destructive = true, Idempotent = true, OpenWorld = false }, Json.PutStateArguments, Json.WriteStateResult, static (state, call, arguments) => Put(state, call, arguments.Key, arguments.Value, null), Write, StateGuards.Accepts);
        tools.Add("create", "Gives a key a value, if it is not there.", new() { Destructive = false, OpenWorld = false }, Json.PutStateArguments, Json.WriteStateResult, static (state, call, arguments) => Put(state, call, arguments.Key, arguments.Value, 0), Write, StateGuards.Accepts);
        tools.Add("update", "Gives a key a value, if it has the expected version.", new() { Destructive = true, OpenWorld = false }, Json.UpdateStateArguments, Json.WriteStateResult, static (state, call, arguments) => Put(state, call, arguments.Key, arguments.Value, arguments.ExpectedVersion), Write, StateGuards.Accepts);
        tools.Add("delete", "Deletes a key, if it has the expected version.", new() { Destructive = true, Idempotent = true, OpenWorld = false }, Json.DeleteStateArguments, Json.DeleteStateResult, Delete, Write, StateGuards.Accepts);
        tools.Add("list", "The keys that match a pattern, with their values, a page at a time.", Reading, Json.ListStateArguments, Json.StatePage, ListAsync, Any, StateGuards.Accepts);
        tools.AddStream("watch", "The changes of the keys that match a pattern, as they happen.", Reading, Json.WatchStateArguments, Json.StateChange, Watch, Any with { IsWatch = true });
    }

    public static BuiltInToolkit Instance { get; } = new(Name);

    /// <summary>Whether a call may see a key, for those that are not about one key.</summary>
    public static bool MayRead(CallState call, string key) => CallAuthorization.Covers(call, Key, key);

    private static ValueTask<GetStateResult> Get(StateService state, CallState call, GetStateArguments arguments)
    {
        var reading = state.Store.GetAsync(arguments.Key, state.TokenOf(call));
        return reading.IsCompletedSuccessfully ? new(ToResult(call, reading.Result)) : WaitAsync(call, reading);

        static async ValueTask<GetStateResult> WaitAsync(CallState call, ValueTask<StateEntry?> reading) =>
            ToResult(call, await reading.ConfigureAwait(false));

        static GetStateResult ToResult(CallState call, StateEntry? entry) =>
            entry is not null && Exceeds(call, entry.Value.Length) ? throw TooLarge(call) : new(entry);
    }

    private static ValueTask<WriteStateResult> Put(StateService state, CallState call, string key, JsonPayload value, long? expectedVersion)
    {
        var writing = state.Store.PutAsync(key, Own(value), expectedVersion, state.TokenOf(call));
        return writing.IsCompletedSuccessfully ? new(ToResult(key, expectedVersion, writing.Result)) : WaitAsync(key, expectedVersion, writing);

        static async ValueTask<WriteStateResult> WaitAsync(string key, long? expectedVersion, ValueTask<StateWriteResult> writing) =>
            ToResult(key, expectedVersion, await writing.ConfigureAwait(false));

        static WriteStateResult ToResult(string key, long? expectedVersion, StateWriteResult result) =>
            result.IsDone ? new(result.Version) : throw Conflict(key, expectedVersion, result.Version);
    }

    private static ValueTask<DeleteStateResult> Delete(StateService state, CallState call, DeleteStateArguments arguments)
    {
        var deleting = state.Store.DeleteAsync(arguments.Key, arguments.ExpectedVersion, state.TokenOf(call));
        return deleting.IsCompletedSuccessfully ? new(ToResult(arguments, deleting.Result)) : WaitAsync(arguments, deleting);

        static async ValueTask<DeleteStateResult> WaitAsync(DeleteStateArguments arguments, ValueTask<StateWriteResult> deleting) =>
            ToResult(arguments, await deleting.ConfigureAwait(false));

        static DeleteStateResult ToResult(DeleteStateArguments arguments, StateWriteResult result) =>
            result.IsDone ? new(result.Version > 0, result.Version) : throw Conflict(arguments.Key, arguments.ExpectedVersion, result.Version);
    }

    private static async ValueTask<StatePage> ListAsync(StateService state, CallState call, ListStateArguments arguments)
    {
        var (pattern, token) = (StatePattern.Parse(arguments.Pattern), state.TokenOf(call));
        var entries = new List<StateEntry>();
        string? after = arguments.Cursor;
        long? version = null;
        long bytes = 0;
        do
        {
            var page = await state.Store.ListAsync(pattern, after, arguments.Limit, token).ConfigureAwait(false);
            version ??= page.Version;
            foreach (var entry in page.Entries)
            {
                if (!MayRead(call, entry.Key))
                {
                    continue;
                }

                bytes += entry.Value.Length;
                if (entries.Count == arguments.Limit || (entries.Count > 0 && (bytes > PageBytes || Exceeds(call, bytes, entries.Count))))
                {
                    // The cursor is a key that the caller has seen: what lies between is not told, not even that it is there.
                    return new(entries, version.Value, entries[^1].Key);
                }

                if (Exceeds(call, bytes))
                {
                    throw TooLarge(call);
                }

                entries.Add(entry);
            }

            after = page.Cursor;
            if (after is not null)
            {
                // A store that never waits would go through all that it has for a caller that is gone.
                call.CancellationToken.ThrowIfCancellationRequested();
            }
        }
        while (after is not null);
        return new(entries, version.Value, null);
    }

    private static IAsyncEnumerable<StateChange> Watch(StateService state, CallState call, WatchStateArguments arguments) =>
        state.WatchAsync(call, StatePattern.Parse(arguments.Pattern), arguments.Start);

    /// <summary>What the store may keep: by reference it is the client's own copy, as JSON a part of a document that ends with the call.</summary>
    private static JsonPayload Own(JsonPayload value) => value.IsElement ? JsonPayload.FromUtf8(value.Utf8Span.ToArray()) : value;

    /// <summary>Whether a response would be too large as JSON: also where it goes by reference, so that it is the same everywhere.</summary>
    private static bool Exceeds(CallState call, long bytes, int others = 0) =>
        bytes + (others + 1L) * (StateGuards.Overhead + StateKeys.MaxLength) > call.Host.Options.MaxResponseBytes;

    private static MeshException TooLarge(CallState call) => new(CallErrors.ResponseTooLarge(call.Host, call.Request.Target));

    private static MeshException Conflict(string key, long? expectedVersion, long current) =>
        new(expectedVersion is 0 ? StateErrors.AlreadyExists(key, current) : StateErrors.VersionConflict(key, expectedVersion ?? 0, current));
}
