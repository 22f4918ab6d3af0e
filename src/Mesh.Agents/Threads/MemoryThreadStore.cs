using System.Globalization;
using System.Runtime.InteropServices;

namespace Mesh.Agents;

/// <summary>Threads in memory: as long as this object lives, whatever becomes of rooms and agents. Thread-safe.</summary>
/// <param name="options">How much it may hold; null for the defaults.</param>
/// <param name="timeProvider">The clock that entries are timed by where they have no time of their own; null for the system's.</param>
public sealed class MemoryThreadStore(MemoryThreadStoreOptions? options = null, TimeProvider? timeProvider = null) : IThreadStore
{
    private readonly MemoryThreadStoreOptions _options = options ?? MemoryThreadStoreOptions.Default;
    private readonly TimeProvider _clock = timeProvider ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MemoryThread> _threads = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);
    private readonly ThreadsByAuthor _authors = new();
    private long _bytes;

    /// <inheritdoc/>
    public ValueTask<ThreadInfo?> FindAsync(string thread, CancellationToken cancellationToken = default)
    {
        Check(thread, cancellationToken);
        lock (_gate)
        {
            return new(_threads.TryGetValue(thread, out var found) ? found.ToInfo() : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadInfo> OpenAsync(string thread, CancellationToken cancellationToken = default)
    {
        Check(thread, cancellationToken);
        lock (_gate)
        {
            return new((_threads.TryGetValue(thread, out var found) ? found : AddLocked(new(thread, null, []))).ToInfo());
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadInfo> BranchAsync(string thread, long sequence, string branch, CancellationToken cancellationToken = default)
    {
        Check(branch, cancellationToken);
        lock (_gate)
        {
            var source = FindLocked(thread);
            if (sequence < 0 || sequence > source.Entries.Count)
            {
                throw new MeshException(ThreadErrors.NoEntry(thread, sequence));
            }

            var origin = new ThreadOrigin(thread, sequence);
            if (_threads.TryGetValue(branch, out var found))
            {
                return found.Origin == origin ? new(found.ToInfo()) : throw new MeshException(ThreadErrors.AlreadyExists(branch));
            }

            return new(AddLocked(new(branch, origin, source.Entries.GetRange(0, (int)sequence))).ToInfo());
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadEntry> AppendAsync(string thread, ThreadEntry entry, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        CheckId(entry.Id, nameof(entry));
        cancellationToken.ThrowIfCancellationRequested();
        long size = SizeOf(entry);
        lock (_gate)
        {
            var log = FindLocked(thread);
            if (log.Find(entry.Id) is { } there)
            {
                return new(there);
            }

            if (expectedVersion is { } expected && expected != log.Entries.Count)
            {
                throw new MeshException(ThreadErrors.VersionConflict(thread, expected, log.Entries.Count));
            }

            CheckSize(thread, size);
            if (log.Entries.Count >= _options.MaxEntries)
            {
                throw new MeshException(ThreadErrors.Full(thread, string.Create(CultureInfo.InvariantCulture, $"{_options.MaxEntries:N0} entries of a thread")));
            }

            CheckTotalLocked(thread, size);
            _bytes += size;
            _authors.Note(entry.Author, log);
            return new(log.Add(entry, entry.Time == default ? _clock.GetUtcNow() : entry.Time));
        }
    }

    /// <inheritdoc/>
    public ValueTask KeepDraftAsync(string thread, string author, ThreadEntry? draft, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(author);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var log = FindLocked(thread);
            long size = SizeOf(draft);
            long more = size - SizeOf(log.FindDraft(author));
            if (draft is not null)
            {
                CheckSize(thread, size);
                CheckTotalLocked(thread, more);
            }

            log.KeepDraft(author, draft);
            _bytes += more;
            return default;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadEntry?> FindDraftAsync(string thread, string author, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(author);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return new(FindLocked(thread).FindDraft(author));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadPage> ReadNewestAsync(string thread, long? before, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var entries = FindLocked(thread).Entries;
            int end = (int)Math.Clamp((before ?? long.MaxValue) - 1, 0, entries.Count);
            int start = Math.Max(0, end - limit);
            return new(new ThreadPage(CollectionsMarshal.AsSpan(entries)[start..end].ToArray(), start > 0 ? start + 1 : null));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadPage> ReadAfterAsync(string thread, long after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var entries = FindLocked(thread).Entries;
            int start = (int)Math.Clamp(after, 0, entries.Count);
            int end = start + Math.Min(limit, entries.Count - start);
            return new(new ThreadPage(CollectionsMarshal.AsSpan(entries)[start..end].ToArray(), end < entries.Count ? end : null));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadList> ListOfAsync(string author, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(author);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return new(_authors.List(author, cursor, limit));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ThreadList> ListAsync(string? after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            IEnumerable<string> ids = _ids;
            if (after is not null)
            {
                ids = _ids.Max is { } last && string.CompareOrdinal(after, last) < 0 ? _ids.GetViewBetween(after, last).Where(id => id != after) : [];
            }

            var found = ids.Take((int)Math.Min((long)limit + 1, int.MaxValue)).ToList();
            return new(new ThreadList([.. found.Take(limit).Select(id => _threads[id].ToInfo())], found.Count > limit ? found[limit - 1] : null));
        }
    }

    private static void Check(string thread, CancellationToken cancellationToken)
    {
        CheckId(thread, nameof(thread));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static void CheckId(string id, string name)
    {
        ArgumentNullException.ThrowIfNull(id, name);
        if (id.Length is 0 or > 128)
        {
            throw new ArgumentException("An id has 1 to 128 characters.", name);
        }
    }

    private static long SizeOf(ThreadEntry? entry) => entry?.Message is { } message ? JsonMarshal.GetRawUtf8Value(message).Length : 0;

    private void CheckSize(string thread, long size)
    {
        if (size > _options.MaxMessageBytes)
        {
            throw new MeshException(ThreadErrors.TooLarge(thread, size, _options.MaxMessageBytes));
        }
    }

    private void CheckTotalLocked(string thread, long more)
    {
        if (_bytes + more > _options.MaxTotalBytes)
        {
            throw new MeshException(ThreadErrors.Full(thread, string.Create(CultureInfo.InvariantCulture, $"{_options.MaxTotalBytes:N0} bytes")));
        }
    }

    private MemoryThread FindLocked(string thread) => _threads.GetValueOrDefault(thread) ?? throw new MeshException(ThreadErrors.NotFound(thread));

    private MemoryThread AddLocked(MemoryThread thread)
    {
        if (_threads.Count >= _options.MaxThreads)
        {
            throw new MeshException(ThreadErrors.Full(thread.Id, string.Create(CultureInfo.InvariantCulture, $"{_options.MaxThreads:N0} threads")));
        }

        _threads.Add(thread.Id, thread);
        _ids.Add(thread.Id);
        return thread;
    }
}
