namespace Mesh.Agents;

/// <summary>One thread in memory. Not thread-safe: used under the lock of its store.</summary>
internal sealed class MemoryThread
{
    // Most threads are short, and an entry that comes again came just now.
    private const int Short = 16;

    // Where each id is, once the thread is long: adding one again adds nothing.
    private Dictionary<string, int>? _places;
    private Dictionary<string, ThreadEntry>? _drafts;
    private long _clearedThrough;

    public MemoryThread(string id, ThreadOrigin? origin, List<ThreadEntry> entries)
    {
        (Id, Origin, Entries) = (id, origin, entries);
        Index();
        _clearedThrough = entries.FindLast(static entry => entry.Kind == ThreadEntryKinds.Cleared)?.Sequence ?? 0;
    }

    public string Id { get; }

    public ThreadOrigin? Origin { get; }

    public List<ThreadEntry> Entries { get; }

    public ThreadEntry? Find(string id)
    {
        if (_places is not null)
        {
            return _places.TryGetValue(id, out int index) ? Entries[index] : null;
        }

        foreach (var entry in Entries)
        {
            if (entry.Id == id)
            {
                return entry;
            }
        }

        return null;
    }

    public ThreadEntry Add(ThreadEntry entry, DateTimeOffset time)
    {
        entry = entry with { Sequence = Entries.Count + 1, Time = time };
        Entries.Add(entry);
        _places?.Add(entry.Id, Entries.Count - 1);
        Index();
        if (entry.Kind == ThreadEntryKinds.Cleared)
        {
            _clearedThrough = entry.Sequence;
        }

        return entry;
    }

    public ThreadEntry? FindDraft(string author) => _drafts?.GetValueOrDefault(author);

    public void KeepDraft(string author, ThreadEntry? draft)
    {
        if (draft is null)
        {
            _drafts?.Remove(author);
        }
        else
        {
            (_drafts ??= new(StringComparer.Ordinal))[author] = draft;
        }
    }

    public ThreadInfo ToInfo() => new(Id, Entries.Count, _clearedThrough, Origin);

    private void Index()
    {
        if (_places is null && Entries.Count > Short)
        {
            _places = new(StringComparer.Ordinal);
            for (int i = 0; i < Entries.Count; i++)
            {
                _places.Add(Entries[i].Id, i);
            }
        }
    }
}
