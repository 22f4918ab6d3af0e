namespace Mesh;

/// <summary>
/// An entry that was given to a journal in memory as one. It belongs to a place of the ring, and is used again for the
/// next entry there: outside of the journal's lock nobody may hold another one than a copy of his own.
/// </summary>
internal sealed class GivenEntry
{
    private JournalEntry _entry;

    public GivenEntry(in JournalEntry entry) => _entry = entry;

    public ref readonly JournalEntry Entry => ref _entry;

    public void Replace(in JournalEntry entry) => _entry = entry;
}
