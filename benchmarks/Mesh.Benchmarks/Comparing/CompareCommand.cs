using Mesh.Benchmarks.Comparisons;

namespace Mesh.Benchmarks.Comparing;

/// <summary><c>compare [ID…]</c>: a line for each figure on standard output, and nothing else there.</summary>
internal static class CompareCommand
{
    public static async Task<int> RunAsync(string[] ids)
    {
        string[] unknown = [.. ids.Where(id => AllComparisons.Find(id) is null)];
        if (unknown.Length > 0)
        {
            await Console.Error.WriteLineAsync(
                $"Unknown: {string.Join(", ", unknown)}. There are: {string.Join(", ", AllComparisons.InOrder.Select(each => each.Id))}.").ConfigureAwait(false);
            return 2;
        }

        Comparison[] comparisons = [.. AllComparisons.InOrder.Where(each => ids.Length == 0 || ids.Contains(each.Id))];
        foreach (var comparison in comparisons)
        {
            // Of several, each in a process of its own: the code that runs was compiled for what ran in it before, and a
            // figure would depend on those that were measured before it.
            string line = comparisons.Length > 1
                ? await ChildProcess.RunAsync("compare", comparison.Id).ConfigureAwait(false)
                : await MeasureAsync(comparison).ConfigureAwait(false);
            await Console.Out.WriteAsync(line).ConfigureAwait(false);
        }

        return 0;
    }

    private static async Task<string> MeasureAsync(Comparison comparison)
    {
        await Console.Error.WriteLineAsync($"{comparison.Id} …").ConfigureAwait(false);
        return (await comparison.MeasureAsync().ConfigureAwait(false)).ToLine(comparison) + Environment.NewLine;
    }
}
