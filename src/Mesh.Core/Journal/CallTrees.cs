namespace Mesh;

/// <summary>
/// Puts entries in the order in which a person reads them: by sequence number, each call followed by those that it made.
/// Entries may come from anywhere: also of calls that name each other as their parents each is there once.
/// </summary>
internal static class CallTrees
{
    /// <summary>Calls that nest deeper are indented no further.</summary>
    private const int DeepestIndent = 16;

    public static IReadOnlyList<Row> InOrder(IEnumerable<JournalEntry> entries)
    {
        JournalEntry[] sorted = [.. entries.OrderBy(entry => entry.Sequence)];
        var byId = new Dictionary<MeshId, int>();
        for (int i = 0; i < sorted.Length; i++)
        {
            if (!sorted[i].CallId.IsEmpty)
            {
                byId.TryAdd(sorted[i].CallId, i);
            }
        }

        var made = sorted.Select(entry => entry.ParentId.IsEmpty ? -1 : byId.GetValueOrDefault(entry.ParentId, -1))
            .Index().Where(each => each.Item >= 0).ToLookup(each => each.Item, each => each.Index);
        var children = made.SelectMany(each => each).ToHashSet();
        var rows = new List<Row>(sorted.Length);
        bool[] isThere = new bool[sorted.Length];

        // The second round finds those who are nobody's children but their own.
        foreach (bool rootsOnly in (bool[])[true, false])
        {
            for (int i = 0; i < sorted.Length; i++)
            {
                if (!rootsOnly || !children.Contains(i))
                {
                    Add(i);
                }
            }
        }

        return rows;

        // By a stack of its own: how deep calls nest is not for this to trust.
        void Add(int root)
        {
            var next = new Stack<(int Index, int Depth)>([(root, 0)]);
            while (next.TryPop(out var at))
            {
                if (isThere[at.Index])
                {
                    continue;
                }

                isThere[at.Index] = true;
                rows.Add(new(sorted[at.Index], Math.Min(at.Depth, DeepestIndent), at.Depth == 0 && !sorted[at.Index].ParentId.IsEmpty));
                foreach (int child in made[at.Index].Reverse())
                {
                    next.Push((child, at.Depth + 1));
                }
            }
        }
    }

    /// <param name="Entry">The entry.</param>
    /// <param name="Depth">How deep it stands.</param>
    /// <param name="IsOrphan">Whether it is a call that was made in one that is not there.</param>
    internal readonly record struct Row(JournalEntry Entry, int Depth, bool IsOrphan);
}
