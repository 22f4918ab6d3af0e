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

        foreach (var comparison in AllComparisons.InOrder.Where(each => ids.Length == 0 || ids.Contains(each.Id)))
        {
            await Console.Error.WriteLineAsync($"{comparison.Id} …").ConfigureAwait(false);
            var figure = await comparison.MeasureAsync().ConfigureAwait(false);
            await Console.Out.WriteLineAsync(figure.ToLine(comparison)).ConfigureAwait(false);

            // What this one left behind is not the next one's burden.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return 0;
    }
}
