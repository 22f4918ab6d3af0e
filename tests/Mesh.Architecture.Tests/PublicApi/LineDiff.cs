namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>What changed between two texts: lines that went (-) and came (+), below the line that heads their block.</summary>
internal static class LineDiff
{
    public static IReadOnlyList<string> Of(string before, string after)
    {
        string[] old = before.Split('\n'), now = after.Split('\n');
        int[,] common = CommonLengths(old, now);
        var diff = new List<string>();
        (string? head, string? shown) = (null, null);
        for (int i = 0, j = 0; i < old.Length || j < now.Length;)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
            {
                head = IsHead(old[i]) ? old[i] : head;
                (i, j) = (i + 1, j + 1);
                continue;
            }

            bool went = i < old.Length && (j == now.Length || common[i + 1, j] >= common[i, j + 1]);
            string line = went ? old[i++] : now[j++];
            if (head != shown && !IsHead(line))
                diff.Add("  " + (shown = head));
            if (IsHead(line))
                head = shown = line;
            diff.Add((went ? "- " : "+ ") + line);
        }

        return diff;
    }

    private static bool IsHead(string line) => line.Length > 0 && line[0] is not (' ' or '[');

    /// <summary>[i, j] is the length of the longest common subsequence of what follows line i and line j.</summary>
    private static int[,] CommonLengths(string[] old, string[] now)
    {
        var lengths = new int[old.Length + 1, now.Length + 1];
        for (int i = old.Length - 1; i >= 0; i--)
        {
            for (int j = now.Length - 1; j >= 0; j--)
                lengths[i, j] = old[i] == now[j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
        }

        return lengths;
    }
}
