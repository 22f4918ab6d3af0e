namespace Mesh;

/// <summary>How many entries of one kind a journal in memory had, keeps and has dropped.</summary>
/// <param name="Appended">How many it has taken.</param>
/// <param name="Kept">How many of them it still keeps: the newest.</param>
public readonly record struct JournalCounts(long Appended, long Kept)
{
    /// <summary>How many of the oldest are gone.</summary>
    public long Dropped => Appended - Kept;
}
