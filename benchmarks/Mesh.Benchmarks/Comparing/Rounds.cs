using System.Diagnostics;

namespace Mesh.Benchmarks.Comparing;

/// <summary>
/// Times two sides in turns, so that both meet the same weather, and takes the median of each: a round that another
/// process disturbed does not count.
/// </summary>
internal static class Rounds
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan RoundLength = TimeSpan.FromMilliseconds(40);

    /// <summary>Compares two sides.</summary>
    /// <param name="ours">Does our work as many times as it is told to.</param>
    /// <param name="peer">Does the peer's.</param>
    /// <param name="perTime">How many operations one time is.</param>
    /// <returns>Nanoseconds for one operation.</returns>
    public static async Task<Figure> CompareAsync(Func<int, Task> ours, Func<int, Task> peer, int perTime = 1)
    {
        // Twice: the second calibration is of code that is compiled as it will stay.
        await CalibrateAsync(ours).ConfigureAwait(false);
        await CalibrateAsync(peer).ConfigureAwait(false);
        int ourTimes = await CalibrateAsync(ours).ConfigureAwait(false);
        int peerTimes = await CalibrateAsync(peer).ConfigureAwait(false);

        var ourRounds = new List<double>();
        var peerRounds = new List<double>();
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Measured;)
        {
            ourRounds.Add(await TimeAsync(ours, ourTimes).ConfigureAwait(false) / perTime);
            peerRounds.Add(await TimeAsync(peer, peerTimes).ConfigureAwait(false) / perTime);
        }

        return new(Median(ourRounds), Median(peerRounds));
    }

    /// <summary>Bytes that one operation allocates; the side must stay on its thread.</summary>
    public static async Task<double> AllocatedAsync(Func<int, Task> side)
    {
        int times = await CalibrateAsync(side).ConfigureAwait(false);
        int thread = Environment.CurrentManagedThreadId;
        long before = GC.GetAllocatedBytesForCurrentThread();
        await side(times).ConfigureAwait(false);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return thread == Environment.CurrentManagedThreadId
            ? (double)allocated / times
            : throw new InvalidOperationException("The measured work left its thread: its allocations cannot be counted.");
    }

    /// <summary>The same for several threads that do it at the same time.</summary>
    /// <returns>The bytes of each thread for one operation.</returns>
    public static Task<double[]> AllocatedTogetherAsync(Func<int, Task> side, int threads)
    {
        var ready = new Barrier(threads);
        return Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                // All of them warm up first, and are measured together.
                int times = CalibrateAsync(side).GetAwaiter().GetResult();
                ready.SignalAndWait();
                long before = GC.GetAllocatedBytesForCurrentThread();
                side(times).GetAwaiter().GetResult();
                return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / times;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    /// <summary>Warms a side up.</summary>
    /// <returns>How often to do it for one round.</returns>
    private static async Task<int> CalibrateAsync(Func<int, Task> side)
    {
        int times = 1;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            double nanoseconds = Math.Max(1, await TimeAsync(side, times).ConfigureAwait(false));
            times = (int)Math.Clamp(RoundLength.TotalNanoseconds / nanoseconds, 1, Math.Min(times * 4.0, int.MaxValue));
        }

        return times;
    }

    /// <summary>Nanoseconds for one time.</summary>
    private static async Task<double> TimeAsync(Func<int, Task> side, int times)
    {
        // Each side pays for its own garbage, not for what the other left.
        GC.Collect(0);
        long start = Stopwatch.GetTimestamp();
        await side(times).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / times;
    }

    private static double Median(List<double> rounds)
    {
        rounds.Sort();
        return rounds[rounds.Count / 2];
    }
}
