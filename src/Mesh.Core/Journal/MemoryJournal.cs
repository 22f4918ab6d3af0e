namespace Mesh;

/// <summary>
/// A journal in memory that keeps the newest entries and counts those that it dropped. Thread-safe.
/// </summary>
public sealed class MemoryJournal : IJournal
{
    private const int FirstCapacity = 64;
    private readonly Lock _gate = new();
    private readonly int _capacity;
    private JournalEntry[] _entries;
    private long _appended;

    /// <summary>An empty journal.</summary>
    /// <param name="capacity">How many entries it keeps, 1 to 10,000,000; the memory is taken as it fills.</param>
    public MemoryJournal(int capacity = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 10_000_000);
        _capacity = capacity;
        _entries = new JournalEntry[Math.Min(capacity, FirstCapacity)];
    }

    /// <summary>How many entries there were in all.</summary>
    public long Appended => Interlocked.Read(ref _appended);

    /// <summary>How many of the oldest entries are gone.</summary>
    public long Dropped => Math.Max(0, Appended - _capacity);

    /// <inheritdoc/>
    public ValueTask AppendAsync(JournalEntry entry)
    {
        lock (_gate)
        {
            if (_appended == _entries.Length && _entries.Length < _capacity)
            {
                Array.Resize(ref _entries, (int)Math.Min(_capacity, _entries.Length * 2L));
            }

            _entries[_appended++ % _entries.Length] = entry;
        }

        return default;
    }

    /// <summary>The entries that are kept, oldest first, as of now.</summary>
    public IReadOnlyList<JournalEntry> ToList()
    {
        lock (_gate)
        {
            int count = (int)Math.Min(_appended, _entries.Length);
            var entries = new JournalEntry[count];
            for (int i = 0; i < count; i++)
            {
                entries[i] = _entries[(_appended - count + i) % _entries.Length];
            }

            return entries;
        }
    }
}
