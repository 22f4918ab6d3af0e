using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// Keeps the state of a room in memory, bounded in keys and bytes. A read or a write never waits. Watches keep nothing
/// of their own: each walks the latest write of every key in the order of versions, from where it has come to.
/// </summary>
/// <remarks>It is gone with whoever holds it; by default each session of a room makes its own. Thread-safe.</remarks>
public sealed class MemoryStateStore : IStateStore
{
    // How many keys are looked at before the lock is let go, so that a listing or a watch does not hold writers up.
    private const int LooksAtOnce = 1_024;

    private readonly Lock _gate = new();
    private readonly MemoryStateStoreOptions _options;
    private readonly Dictionary<string, StateWrite> _latest = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);
    private readonly StateLog _log;
    private readonly StateWaiters _waiters = new();
    private long _bytes;
    private long _version;

    /// <summary>An empty store.</summary>
    /// <param name="options">What it may hold; null for the defaults.</param>
    public MemoryStateStore(MemoryStateStoreOptions? options = null)
    {
        _options = options ?? MemoryStateStoreOptions.Default;
        _log = new StateLog(_options.MaxRememberedDeletions, Forget);
    }

    /// <inheritdoc/>
    public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_gate)
        {
            return new(_latest.TryGetValue(key, out var write) ? write.Entry : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StateWriteResult> PutAsync(string key, JsonPayload value, long? expectedVersion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        int length = value.Length;
        if (length == 0)
        {
            throw new ArgumentException("The value has no JSON.", nameof(value));
        }

        if (length > _options.MaxValueBytes)
        {
            throw new MeshException(StateErrors.TooLarge(key, length, _options.MaxValueBytes));
        }

        lock (_gate)
        {
            var before = _latest.GetValueOrDefault(key);
            bool isNew = before is null or { IsDeletion: true };
            long current = isNew ? 0 : before!.Version;
            if (expectedVersion is { } expected && expected != current)
            {
                return new(new StateWriteResult(false, current));
            }

            long bytes = _bytes + length + (isNew ? key.Length : -before!.ValueBytes);
            if (isNew && _keys.Count >= _options.MaxKeys)
            {
                throw new MeshException(StateErrors.Full(key, Amount(_options.MaxKeys, "keys")));
            }

            if (bytes > _options.MaxTotalBytes)
            {
                throw new MeshException(StateErrors.Full(key, Amount(_options.MaxTotalBytes, "bytes of keys and values")));
            }

            if (isNew)
            {
                _keys.Add(key);
            }

            WriteLocked(new StateWrite(key, ++_version, value, length), before, bytes);
            return new(new StateWriteResult(true, _version));
        }
    }

    /// <inheritdoc/>
    public ValueTask<StateWriteResult> DeleteAsync(string key, long? expectedVersion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_gate)
        {
            if (_latest.GetValueOrDefault(key) is not { IsDeletion: false } before)
            {
                return new(new StateWriteResult(expectedVersion is null or 0, 0));
            }

            if (expectedVersion is { } expected && expected != before.Version)
            {
                return new(new StateWriteResult(false, before.Version));
            }

            _keys.Remove(key);
            WriteLocked(new StateWrite(key, ++_version, default, 0), before, _bytes - before.ValueBytes - key.Length);
            return new(new StateWriteResult(true, _version));
        }
    }

    /// <inheritdoc/>
    public ValueTask<StatePage> ListAsync(StatePattern pattern, string? after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var entries = new List<StateEntry>();
        lock (_gate)
        {
            int looks = 0;
            string? last = null;
            foreach (string key in KeysLocked(pattern, after))
            {
                if (entries.Count == limit || looks++ == LooksAtOnce)
                {
                    return new(new StatePage(entries, _version, last));
                }

                last = key;
                if (pattern.Matches(key))
                {
                    entries.Add(_latest[key].Entry!);
                }
            }

            return new(new StatePage(entries, _version, null));
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StateChange> WatchAsync(StatePattern pattern, StateWatchStart start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return ReadAsync(pattern, start, cancellationToken);
    }

    private async IAsyncEnumerable<StateChange> ReadAsync(StatePattern pattern, StateWatchStart start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StateWatcher watcher;
        lock (_gate)
        {
            watcher = new StateWatcher(pattern, start, _version);
        }

        var changes = new List<StateChange>();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task? toCome;
            lock (_gate)
            {
                toCome = watcher.Take(_log, _version, LooksAtOnce, changes) ? null : _waiters.Add(watcher);
            }

            if (toCome is not null)
            {
                try
                {
                    await toCome.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    lock (_gate)
                    {
                        _waiters.Remove(watcher);
                    }
                }
            }

            foreach (var change in changes)
            {
                yield return change;
            }

            changes.Clear();
        }
    }

    private void WriteLocked(StateWrite write, StateWrite? before, long bytes)
    {
        _bytes = bytes;
        _latest[write.Key] = write;
        _log.Add(write, before);
        _waiters.Wake(write);
    }

    /// <summary>The log remembers a deletion no longer.</summary>
    private void Forget(StateWrite deletion) => _latest.Remove(deletion.Key);

    /// <summary>The keys after a text of those that begin as a pattern does.</summary>
    private IEnumerable<string> KeysLocked(StatePattern pattern, string? after)
    {
        if (_keys.Count == 0)
        {
            return [];
        }

        string from = after is null || string.CompareOrdinal(pattern.Prefix, after) > 0 ? pattern.Prefix : after;
        return string.CompareOrdinal(from, _keys.Max) > 0 ? []
            : _keys.GetViewBetween(from, _keys.Max)
                .SkipWhile(key => key == after)
                .TakeWhile(key => key.StartsWith(pattern.Prefix, StringComparison.Ordinal));
    }

    private static string Amount(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}");
}
