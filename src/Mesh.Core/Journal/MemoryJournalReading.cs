namespace Mesh;

/// <summary>A reading of a journal in memory, page by page, of what was there when it began.</summary>
internal sealed class MemoryJournalReading(MemoryJournal journal, JournalQuery query, CancellationToken cancellationToken)
    : IAsyncEnumerable<JournalEntry>
{
    public IAsyncEnumerator<JournalEntry> GetAsyncEnumerator(CancellationToken readerToken = default) => new Reader(journal, query, cancellationToken, readerToken);

    private sealed class Reader(MemoryJournal journal, JournalQuery query, CancellationToken token, CancellationToken otherToken)
        : IAsyncEnumerator<JournalEntry>
    {
        private readonly JournalPage _source = new();
        private readonly List<JournalEntry> _page = [];
        private long _position = query.After ?? 0;
        private int _left = query.Limit ?? int.MaxValue;
        private long? _end;
        private int _next;

        public JournalEntry Current { get; private set; }

        public ValueTask<bool> MoveNextAsync()
        {
            token.ThrowIfCancellationRequested();
            otherToken.ThrowIfCancellationRequested();
            long end = _end ??= journal.Appended;
            while (_next == _page.Count)
            {
                if (_left == 0 || _position >= end)
                {
                    return new(false);
                }

                (_next, _position) = (0, ReadPage(end));
            }

            Current = _page[_next++];
            _left--;
            return new(true);
        }

        public ValueTask DisposeAsync() => default;

        private long ReadPage(long end)
        {
            _page.Clear();
            return journal.ReadPage(_source, query, _position, end, _left, _page);
        }
    }
}
