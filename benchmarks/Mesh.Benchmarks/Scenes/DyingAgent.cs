using System.Diagnostics;

namespace Mesh.Benchmarks.Scenes;

/// <summary>An instance of an agent that dies while it serves calls.</summary>
internal static class DyingAgent
{
    private const int CallsInFlight = 64;
    private const int Deaths = 60;

    /// <summary>Milliseconds from an instance's death until the last of its calls in flight has failed for its caller, the median of many deaths.</summary>
    public static async Task<double> DieAsync()
    {
        await using var host = new MeshHost();
        var asker = await host.JoinAsync("figures", "asker", Grants.AgentDefault).ConfigureAwait(false);
        var times = new List<double>(Deaths);
        for (int i = 0; i < 2 * Deaths; i++)
        {
            double milliseconds = await DieOnceAsync(host, asker).ConfigureAwait(false);
            if (i >= Deaths)
            {
                times.Add(milliseconds);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static async Task<double> DieOnceAsync(MeshHost host, RoomClient asker)
    {
        var provider = await host.JoinAsync("figures", "provider", Grants.AgentDefault).ConfigureAwait(false);
        await provider.Agents.RegisterAsync(Agent.Create("slow", async (ForecastArguments input, CancellationToken cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
            return new Forecast(input.City, input.Days, "sun");
        })).ConfigureAwait(false);
        var calls = Enumerable.Range(0, CallsInFlight).Select(_ => asker.Agents.TryAskAsync("slow", new ForecastArguments("Oslo", 3)).AsTask()).ToArray();
        long start = Stopwatch.GetTimestamp();
        var leaving = provider.DisposeAsync();
        var outcomes = await Task.WhenAll(calls).ConfigureAwait(false);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await leaving.ConfigureAwait(false);
        return outcomes.All(outcome => outcome.Status == CallStatus.Unknown)
            ? milliseconds
            : throw new InvalidOperationException($"A call ended with {outcomes.First(outcome => outcome.Status != CallStatus.Unknown)}.");
    }
}
