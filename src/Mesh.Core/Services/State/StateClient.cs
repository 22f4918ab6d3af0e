using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The state of a room, for one participant: keys with values and versions that everybody in the room shares. Each method
/// is a call of the toolkit <c>state</c>: granted by <see cref="Grants.State"/>, journaled, and the same from near and far.
/// Thread-safe.
/// </summary>
/// <remarks>
/// A key has 1 to 256 characters: segments with a dot between each two, of letters, digits, <c>_</c>, <c>=</c>,
/// <c>/</c> and <c>-</c>. Values are JSON of any kind. All keys of a room share one counter of versions; each write has the
/// next one. A write that has returned is seen by every read that begins afterwards. How long values are kept is up to
/// <see cref="MeshHostOptions.StateStore"/>: by default as long as the room's session, in memory.
/// <para>Every method throws a <see cref="MeshException"/> when its call fails: besides the codes that it names, with
/// <see cref="MeshErrorCode.NotGranted"/> and, for a malformed key, pattern or value, <see cref="MeshErrorCode.InvalidArguments"/>.</para>
/// </remarks>
/// <example><code>
/// long version = await room.State.PutAsync("pipeline.7.status", "running");
/// await room.State.UpdateAsync("pipeline.7.status", "done", version);
/// await foreach (var change in room.State.WatchAsync("pipeline.*.status")) { … }
/// </code></example>
public sealed class StateClient
{
    private static readonly ToolAddress WatchTool = new("state/watch");

    private readonly RoomClient _room;
    private readonly ToolHandle<GetStateArguments, GetStateResult> _get;
    private readonly ToolHandle<PutStateArguments, WriteStateResult> _put;
    private readonly ToolHandle<PutStateArguments, WriteStateResult> _create;
    private readonly ToolHandle<UpdateStateArguments, WriteStateResult> _update;
    private readonly ToolHandle<DeleteStateArguments, DeleteStateResult> _delete;
    private readonly ToolHandle<ListStateArguments, StatePage> _list;
    private JsonTypeInfo? _type;

    internal StateClient(RoomClient room)
    {
        var (tools, json) = (room.Toolkits, MeshJsonContext.Default);
        _room = room;
        _get = tools.GetBuiltIn("state/get", json.GetStateArguments, json.GetStateResult);
        _put = tools.GetBuiltIn("state/put", json.PutStateArguments, json.WriteStateResult);
        _create = tools.GetBuiltIn("state/create", json.PutStateArguments, json.WriteStateResult);
        _update = tools.GetBuiltIn("state/update", json.UpdateStateArguments, json.WriteStateResult);
        _delete = tools.GetBuiltIn("state/delete", json.DeleteStateArguments, json.DeleteStateResult);
        _list = tools.GetBuiltIn("state/list", json.ListStateArguments, json.StatePage);
    }

    /// <summary>The entry of a key; null when it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var call = _get.InvokeAsync(new(key), null, cancellationToken);
        return call.IsCompletedSuccessfully ? new(call.Result.Entry) : WaitAsync(call);

        static async ValueTask<StateEntry?> WaitAsync(ValueTask<GetStateResult> call) => (await call.ConfigureAwait(false)).Entry;
    }

    /// <summary>The entry of a key, its value read as a type with the host's serializer options; null when it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="MeshException">The value cannot be read as the type (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<StateEntry<T>?> GetAsync<T>(string key, CancellationToken cancellationToken = default) => GetAsync(key, TypeOf<T>(), cancellationToken);

    /// <summary>The same with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="key">The key.</param>
    /// <param name="type">How to read the value.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="MeshException">The value cannot be read as the type (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    public async ValueTask<StateEntry<T>?> GetAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        return await GetAsync(key, cancellationToken).ConfigureAwait(false) is { } entry ? new(entry.Key, entry.Read(type), entry.Version) : null;
    }

    /// <summary>Gives a key a value, whether it is there or not.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which is copied.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The version of the write.</returns>
    /// <exception cref="MeshException">The value is too large (<see cref="MeshErrorCode.TooLarge"/>), or the store is full
    /// (<see cref="MeshErrorCode.StoreFull"/>).</exception>
    public ValueTask<long> PutAsync(string key, JsonPayload value, CancellationToken cancellationToken = default) =>
        Write(_put, Arguments(key, Copy(value)), cancellationToken);

    /// <summary>The same with a value of any type, written by reflection with the host's serializer options.</summary>
    /// <inheritdoc cref="PutAsync(string, JsonPayload, CancellationToken)"/>
    /// <typeparam name="T">The type of the value.</typeparam>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<long> PutAsync<T>(string key, T value, CancellationToken cancellationToken = default) =>
        PutAsync(key, value, TypeOf<T>(), cancellationToken);

    /// <summary>The same with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">How to write the value.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The version of the write.</returns>
    /// <inheritdoc cref="PutAsync(string, JsonPayload, CancellationToken)" path="/exception"/>
    public ValueTask<long> PutAsync<T>(string key, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        TrySerialize(_put.Address, value, type, out var json) is { } error ? Fail(error) : Write(_put, Arguments(key, json), cancellationToken);

    /// <summary>Gives a key a value, if it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which is copied.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The version of the write.</returns>
    /// <exception cref="MeshException">The key is there (<see cref="MeshErrorCode.AlreadyExists"/>; the details are
    /// <c>{"key":…,"expectedVersion":0,"currentVersion":…}</c>), the value is too large (<see cref="MeshErrorCode.TooLarge"/>),
    /// or the store is full (<see cref="MeshErrorCode.StoreFull"/>).</exception>
    public ValueTask<long> CreateAsync(string key, JsonPayload value, CancellationToken cancellationToken = default) =>
        Write(_create, Arguments(key, Copy(value)), cancellationToken);

    /// <summary>The same with a value of any type, written by reflection with the host's serializer options.</summary>
    /// <inheritdoc cref="CreateAsync(string, JsonPayload, CancellationToken)"/>
    /// <typeparam name="T">The type of the value.</typeparam>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<long> CreateAsync<T>(string key, T value, CancellationToken cancellationToken = default) =>
        CreateAsync(key, value, TypeOf<T>(), cancellationToken);

    /// <summary>The same with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">How to write the value.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The version of the write.</returns>
    /// <inheritdoc cref="CreateAsync(string, JsonPayload, CancellationToken)" path="/exception"/>
    public ValueTask<long> CreateAsync<T>(string key, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        TrySerialize(_create.Address, value, type, out var json) is { } error ? Fail(error) : Write(_create, Arguments(key, json), cancellationToken);

    /// <summary>Gives a key a value, if it has the expected version: nobody has written it since it was read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which is copied.</param>
    /// <param name="expectedVersion">The version that the key must have, from 1.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The version of the write.</returns>
    /// <exception cref="MeshException">The key has another version, or is not there (<see cref="MeshErrorCode.VersionConflict"/>;
    /// the details are <c>{"key":…,"expectedVersion":…,"currentVersion":…}</c>, with 0 for a key that is not there), the value
    /// is too large (<see cref="MeshErrorCode.TooLarge"/>), or the store is full (<see cref="MeshErrorCode.StoreFull"/>).</exception>
    public ValueTask<long> UpdateAsync(string key, JsonPayload value, long expectedVersion, CancellationToken cancellationToken = default) =>
        Write(_update, Arguments(key, Copy(value), expectedVersion), cancellationToken);

    /// <summary>The same with a value of any type, written by reflection with the host's serializer options.</summary>
    /// <inheritdoc cref="UpdateAsync(string, JsonPayload, long, CancellationToken)"/>
    /// <typeparam name="T">The type of the value.</typeparam>
    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    public ValueTask<long> UpdateAsync<T>(string key, T value, long expectedVersion, CancellationToken cancellationToken = default) =>
        UpdateAsync(key, value, expectedVersion, TypeOf<T>(), cancellationToken);

    /// <summary>The same with given serializer metadata; safe for trimming and native code.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expectedVersion">The version that the key must have, from 1.</param>
    /// <param name="type">How to write the value.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The version of the write.</returns>
    /// <inheritdoc cref="UpdateAsync(string, JsonPayload, long, CancellationToken)" path="/exception"/>
    public ValueTask<long> UpdateAsync<T>(string key, T value, long expectedVersion, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        TrySerialize(_update.Address, value, type, out var json) is { } error ? Fail(error) : Write(_update, Arguments(key, json, expectedVersion), cancellationToken);

    /// <summary>Deletes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedVersion">The version that the key must have, from 1; null for any.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there was something to delete.</returns>
    /// <exception cref="MeshException">The key has another version than the expected one, or is not there
    /// (<see cref="MeshErrorCode.VersionConflict"/>, with details as for an update).</exception>
    public ValueTask<bool> DeleteAsync(string key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var call = _delete.InvokeAsync(new(key, expectedVersion), null, cancellationToken);
        return call.IsCompletedSuccessfully ? new(call.Result.Deleted) : WaitAsync(call);

        static async ValueTask<bool> WaitAsync(ValueTask<DeleteStateResult> call) => (await call.ConfigureAwait(false)).Deleted;
    }

    /// <summary>Lists entries, of those that this participant may read, in the ordinal order of their keys.</summary>
    /// <param name="pattern">Which keys, see <see cref="StatePattern"/>; all by default.</param>
    /// <param name="cursor">The <see cref="StatePage.Cursor"/> of the page before; null for the first page.</param>
    /// <param name="limit">How many entries at most, 1 to 1,000. A page ends before that when it has 1 MiB.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<StatePage> ListAsync(string pattern = ">", string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return _list.InvokeAsync(new(pattern, cursor, limit), null, cancellationToken);
    }

    /// <summary>
    /// Tells what changes, of the keys that this participant may read: after what <paramref name="start"/> asks for comes one
    /// <see cref="StateChangeKind.Synced"/>, and then each change as it happens. Of each key versions only grow, and the last
    /// change is always told; a reader that is slower than the writers is spared those in between. The watch begins when it
    /// is first read, and ends when the room is retired; who stops reading ends it.
    /// </summary>
    /// <param name="pattern">Which keys, see <see cref="StatePattern"/>; all by default.</param>
    /// <param name="start">Where to begin; by default with the current values.</param>
    /// <param name="cancellationToken">Ends the watch; reading then throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="MeshException">Thrown by reading, also in the midst when the grant is taken away
    /// (<see cref="MeshErrorCode.NotGranted"/>).</exception>
    public IAsyncEnumerable<StateChange> WatchAsync(string pattern = ">", StateWatchStart start = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var arguments = JsonPayload.From(new(pattern, start.IsCurrent, start.Version), MeshJsonContext.Default.WatchStateArguments);
        return _room.Toolkits.StreamAsync(WatchTool, arguments, MeshJsonContext.Default.StateChange, cancellationToken: cancellationToken);
    }

    private static PutStateArguments Arguments(string key, JsonPayload value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key, value);
    }

    private static UpdateStateArguments Arguments(string key, JsonPayload value, long expectedVersion)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key, value, expectedVersion);
    }

    private static ValueTask<long> Write<TArguments>(ToolHandle<TArguments, WriteStateResult> tool, TArguments arguments, CancellationToken cancellationToken)
    {
        var call = tool.InvokeAsync(arguments, null, cancellationToken);
        return call.IsCompletedSuccessfully ? new(call.Result.Version) : WaitAsync(call);

        static async ValueTask<long> WaitAsync(ValueTask<WriteStateResult> call) => (await call.ConfigureAwait(false)).Version;
    }

    /// <summary>The text of a payload, in memory that its giver does not have: it goes on by reference, and is kept.</summary>
    private static JsonPayload Copy(JsonPayload value) =>
        value.IsEmpty ? throw new ArgumentException("The value has no JSON; a JSON null is a value.", nameof(value)) : JsonPayload.FromUtf8(value.Utf8Span.ToArray());

    private static MeshError? TrySerialize<T>(ToolAddress tool, T value, JsonTypeInfo<T> type, out JsonPayload json)
    {
        ArgumentNullException.ThrowIfNull(type);
        try
        {
            json = OwnedJson.Write(value, type);
            return null;
        }
        catch (Exception exception)
        {
            json = default;
            return CallErrors.UnwritableArguments(tool, exception);
        }
    }

    /// <summary>A failure is thrown where the caller awaits, whether it had to wait or not.</summary>
    private static ValueTask<long> Fail(MeshError error) => ValueTask.FromException<long>(new MeshException(error));

    [RequiresUnreferencedCode(Tool.ReflectionMessage)]
    [RequiresDynamicCode(Tool.ReflectionMessage)]
    private JsonTypeInfo<T> TypeOf<T>()
    {
        // Looked up anew, it would cost a write as much as writing its value.
        if (_type is not JsonTypeInfo<T> type)
        {
            _type = type = (JsonTypeInfo<T>)_room.Host.Json.ForCallers().GetTypeInfo(typeof(T));
        }

        return type;
    }
}
