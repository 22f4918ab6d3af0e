namespace Mesh;

/// <summary>
/// Where the state of one room is kept: keys with values, one counter of versions, and watches. Linearisable: each write
/// gets a higher version than all before, and who reads afterwards sees it. Safe for any number of callers at once.
/// </summary>
/// <remarks>
/// The room asks it with well-formed keys, patterns and JSON only, and holds what it returns against the caller's grants. A
/// refusal is a <see cref="MeshException"/>, whose text the caller reads, see <see cref="StateErrors"/>; what else it throws reaches the host's fault
/// handler, and callers get <see cref="MeshErrorCode.HandlerFailed"/> without its text. A store that is
/// <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> is disposed when the session of its room has ended; calls that
/// would not end may still run then.
/// </remarks>
public interface IStateStore
{
    /// <summary>The entry of a key; null when it is not there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Gives a key a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value. It owns its memory, and nobody changes it: the store may keep it as it is.</param>
    /// <param name="expectedVersion">The version that the key must have for it; 0 when it must not be there; null for any.</param>
    /// <param name="cancellationToken">Ends the waiting; then the write may have been done.</param>
    /// <exception cref="MeshException">The value is too large (<see cref="MeshErrorCode.TooLarge"/>), or the store is full
    /// (<see cref="MeshErrorCode.StoreFull"/>); nothing was changed.</exception>
    ValueTask<StateWriteResult> PutAsync(string key, JsonPayload value, long? expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>Deletes a key. The deletion has a version; where there is nothing to delete, nothing happens.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedVersion">The version that the key must have for it; null for any.</param>
    /// <param name="cancellationToken">Ends the waiting; then the deletion may have been done.</param>
    ValueTask<StateWriteResult> DeleteAsync(string key, long? expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>Reads the entries that match, in the ordinal order of their keys. Others may write meanwhile: each entry is as it
    /// was when the store looked at it.</summary>
    /// <param name="pattern">Which keys.</param>
    /// <param name="after">Only keys that come after this text; null for all.</param>
    /// <param name="limit">How many entries at most, from 1.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The page. Its cursor is the text to go on after, null when there is nothing left; a page may be short, even
    /// empty, and have one.</returns>
    ValueTask<StatePage> ListAsync(StatePattern pattern, string? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Tells the changes of the keys that match, in the order of their versions. A reader that is slower than the writers
    /// gets of each key the latest change only, and never makes them wait.
    /// </summary>
    /// <param name="pattern">Which keys.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// A cold stream that does not end by itself: what <paramref name="start"/> asks for, then one
    /// <see cref="StateChangeKind.Synced"/>, then what happens. Where it can no longer tell all deletions, it says
    /// <see cref="StateChangeKind.Lagged"/>, the current values in the order of their versions, and
    /// <see cref="StateChangeKind.Synced"/>.
    /// </returns>
    IAsyncEnumerable<StateChange> WatchAsync(StatePattern pattern, StateWatchStart start, CancellationToken cancellationToken = default);
}
