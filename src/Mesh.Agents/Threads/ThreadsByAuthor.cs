using System.Globalization;

namespace Mesh.Agents;

/// <summary>Which threads each author has added to, the latest first. Not thread-safe: used under the lock of its store.</summary>
internal sealed class ThreadsByAuthor
{
    private readonly Dictionary<string, Written> _authors = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>An author adds to a thread.</summary>
    public void Note(string author, MemoryThread thread)
    {
        if (!_authors.TryGetValue(author, out var written))
        {
            _authors.Add(author, written = new());
        }

        if (written.Places.TryGetValue(thread.Id, out var place))
        {
            place.ValueRef = (thread, ++_last);
            if (place != written.InOrder.First)
            {
                written.InOrder.Remove(place);
                written.InOrder.AddFirst(place);
            }
        }
        else
        {
            written.Places.Add(thread.Id, written.InOrder.AddFirst((thread, ++_last)));
        }
    }

    /// <exception cref="MeshException">The cursor is none.</exception>
    public ThreadList List(string author, string? cursor, int limit)
    {
        var (last, id) = cursor is null ? (long.MaxValue, "") : Read(cursor);
        if (!_authors.TryGetValue(author, out var written))
        {
            return new([]);
        }

        // Where the last thread of the page before has stayed in its place, the next one is beside it.
        var next = written.Places.TryGetValue(id, out var place) && place.Value.When == last ? place.Next : written.InOrder.First;
        while (next is not null && next.Value.When >= last)
        {
            next = next.Next;
        }

        var threads = new List<ThreadInfo>();
        string? end = null;
        for (; next is not null && threads.Count < limit; next = next.Next)
        {
            threads.Add(next.Value.Thread.ToInfo());
            end = string.Create(CultureInfo.InvariantCulture, $"{next.Value.When} {next.Value.Thread.Id}");
        }

        return new(threads, next is null ? null : end);
    }

    private static (long When, string Thread) Read(string cursor)
    {
        int space = cursor.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && long.TryParse(cursor.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out long when)
            ? (when, cursor[(space + 1)..])
            : throw new MeshException(ThreadErrors.NoCursor(cursor));
    }

    private sealed class Written
    {
        public LinkedList<(MemoryThread Thread, long When)> InOrder { get; } = [];

        public Dictionary<string, LinkedListNode<(MemoryThread Thread, long When)>> Places { get; } = new(StringComparer.Ordinal);
    }
}
