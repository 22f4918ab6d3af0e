using System.Runtime.InteropServices;

namespace Mesh;

/// <summary>The latest write of a key, a deletion too.</summary>
/// <param name="key">The key.</param>
/// <param name="version">The version.</param>
/// <param name="value">The value; empty for a deletion.</param>
/// <param name="valueBytes">The size of the value; 0 for a deletion.</param>
internal sealed class StateWrite(string key, long version, JsonPayload value, int valueBytes)
{
    private JsonPayload _value = value;
    private StateEntry? _entry;

    public string Key { get; } = key;

    public long Version { get; } = version;

    public int ValueBytes { get; } = valueBytes;

    /// <summary>Whether the key is gone.</summary>
    public bool IsDeletion => ValueBytes == 0;

    /// <summary>The entry, made when somebody reads it; null for a deletion.</summary>
    public StateEntry? Entry => _entry ??= IsDeletion ? null : new(Key, _value, Version);

    /// <summary>Whether the key was written again, or the deletion is no longer remembered.</summary>
    public bool IsOld { get; private set; }

    /// <summary>Nobody asks for the write any more. Its place is kept for a while, but not its value.</summary>
    public void MarkOld() => (IsOld, _value, _entry) = (true, default, null);

    public StateChange ToChange() => IsDeletion
        ? new(StateChangeKind.Deleted, Version) { Key = Key }
        : new(StateChangeKind.Put, Version) { Key = Key, Entry = Entry };
}

/// <summary>
/// The latest write of every key in the order of versions, and the latest deletions. It is never longer than twice what
/// there is. Not thread-safe: used under the lock of its store.
/// </summary>
/// <param name="maxDeletions">How many of the latest deletions are remembered.</param>
/// <param name="forget">Told of a deletion that is remembered no longer.</param>
internal sealed class StateLog(int maxDeletions, Action<StateWrite> forget)
{
    private const int Slack = 1_024;

    private readonly List<StateWrite> _writes = [];
    private readonly Queue<StateWrite> _deletions = new();
    private int _tidyAt = Slack;

    /// <summary>The version of the latest deletion that is remembered no longer; 0 while all are.</summary>
    public long ForgottenThrough { get; private set; }

    /// <summary>How many writes are held, old ones among them.</summary>
    public int Length => _writes.Count;

    /// <summary>The writes after a version, old ones among them.</summary>
    public ReadOnlySpan<StateWrite> After(long version)
    {
        int low = 0, high = _writes.Count;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            (low, high) = _writes[middle].Version <= version ? (middle + 1, high) : (low, middle);
        }

        return CollectionsMarshal.AsSpan(_writes)[low..];
    }

    /// <summary>Adds a write of the newest version.</summary>
    /// <param name="write">The write.</param>
    /// <param name="before">The latest one of the same key, or null.</param>
    public void Add(StateWrite write, StateWrite? before)
    {
        before?.MarkOld();
        _writes.Add(write);
        if (write.IsDeletion)
        {
            _deletions.Enqueue(write);
            if (_deletions.Count > maxDeletions && _deletions.Dequeue() is { IsOld: false } oldest)
            {
                oldest.MarkOld();
                ForgottenThrough = oldest.Version;
                forget(oldest);
            }
        }

        if (_writes.Count >= _tidyAt)
        {
            _writes.RemoveAll(static each => each.IsOld);
            _tidyAt = 2 * _writes.Count + Slack;
        }
    }
}
