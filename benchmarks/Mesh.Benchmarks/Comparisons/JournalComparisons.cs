using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>An entry for a full journal, its totals included, against the same entry through a raw bounded channel.</summary>
internal sealed class JournalAppend() : Comparison("journal.append", "ns")
{
    public override Task<Figure> MeasureAsync()
    {
        var journal = new AppendedJournal();
        return Rounds.CompareAsync(journal.AppendAsync, journal.WriteAndReadAsync);
    }
}
