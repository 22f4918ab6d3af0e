using System.Globalization;

namespace Mesh;

/// <summary>
/// The keys of idempotent sends, each remembered for a fixed time. When it is full, none is forgotten early: a send
/// under a new key is refused. Used under the lock of its store.
/// </summary>
internal sealed class QueueKeys(TimeProvider clock, TimeSpan lifetime, int capacity)
{
    private readonly Dictionary<(string Queue, string Sender, string Key), Entry> _entries = [];
    private readonly Queue<Entry> _inOrder = [];

    /// <summary>The id of the message that was sent under the key of a draft; null when the key is not known.</summary>
    /// <exception cref="MeshException">It was used for another message, or no further key can be remembered.</exception>
    public MeshId? Find(string queue, QueueDraft draft, long now)
    {
        while (_inOrder.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _entries.Remove(_inOrder.Dequeue().Key);
        }

        if (_entries.TryGetValue((queue, draft.Sender, draft.Key!), out var known))
        {
            return known.Fingerprint == draft.Fingerprint ? known.Id : throw new MeshException(QueueErrors.KeyConflict(queue));
        }

        return _entries.Count < capacity ? null : throw new MeshException(
            QueueErrors.Full("The memory for keys of sends", string.Create(CultureInfo.InvariantCulture, $"{capacity} keys")) with
            {
                RetryAfter = clock.GetElapsedTime(now, _inOrder.Peek().Until),
            });
    }

    public void Remember(string queue, QueueDraft draft, long now)
    {
        var entry = new Entry((queue, draft.Sender, draft.Key!), draft.Id, draft.Fingerprint, clock.After(now, lifetime));
        _entries.Add(entry.Key, entry);
        _inOrder.Enqueue(entry);
    }

    private sealed record Entry((string Queue, string Sender, string Key) Key, MeshId Id, string? Fingerprint, long Until);
}
