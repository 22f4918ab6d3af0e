namespace Mesh.Core.Tests.Journal;

public sealed class MemoryJournalTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 5)]
    [InlineData(3, 3)]
    [InlineData(64, 65)]
    [InlineData(100, 64)]
    [InlineData(100, 65)]
    [InlineData(100, 1_000)]
    [InlineData(130, 131)]
    public async Task The_newest_are_kept_oldest_first_and_the_others_counted(int capacity, int entries)
    {
        var journal = new MemoryJournal(capacity);
        for (int i = 1; i <= entries; i++)
        {
            await journal.AppendAsync(Entry(i));
        }

        int kept = Math.Min(capacity, entries);
        Assert.Equal((entries, entries - kept), (journal.Appended, journal.Dropped));
        Assert.Equal(Enumerable.Range(entries - kept + 1, kept), journal.ToList().Select(entry => entry.Attempt));
    }

    [Fact]
    public void Appending_from_many_sides_loses_none()
    {
        var journal = new MemoryJournal();
        Parallel.For(0, 5_000, i => journal.AppendAsync(Entry(i)).AsTask().Wait());
        Assert.Equal(Enumerable.Range(0, 5_000), journal.ToList().Select(entry => entry.Attempt).Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000_001)]
    public void A_capacity_that_makes_no_sense_is_refused(int capacity) => Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryJournal(capacity));

    private static JournalEntry Entry(int number) => new() { CallId = default, RootId = default, Room = "den", Caller = "bob", Target = "a/b", Attempt = number };
}
