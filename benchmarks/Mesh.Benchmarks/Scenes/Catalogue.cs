using System.Diagnostics;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A room with ten thousand agents, of which a filter finds a hundred.</summary>
internal sealed class Catalogue : IAsyncDisposable
{
    private const int Providers = 100;
    private const int AgentsEach = 100;
    private const int Rounds = 60;
    private static readonly AgentFilter Filter = new() { Name = "channel7.*", Tag = "even", Invocable = true };
    private readonly MeshHost _host;
    private readonly RoomClient _reader;

    private Catalogue(MeshHost host, RoomClient reader)
    {
        _host = host;
        _reader = reader;
    }

    public static async Task<Catalogue> OpenAsync()
    {
        var host = new MeshHost();
        for (int i = 0; i < Providers; i++)
        {
            var provider = await host.JoinAsync("figures", $"provider{i}", Grants.AgentDefault).ConfigureAwait(false);
            for (int j = 0; j < AgentsEach; j++)
            {
                // Half of the agents of a channel are found.
                await provider.Agents.RegisterAsync(Agent.Create(
                    $"channel{j % 50}.agent{i}-{j}",
                    (ForecastArguments input) => new Forecast(input.City, input.Days, "sun"),
                    new() { Description = "Foretells the weather.", Tags = [j < 50 ? "even" : "odd", "weather"] })).ConfigureAwait(false);
            }
        }

        return new(host, await host.JoinAsync("figures", "reader", Grants.AgentDefault).ConfigureAwait(false));
    }

    /// <summary>Milliseconds of one listing, the median of many.</summary>
    public async Task<double> ListAsync()
    {
        var times = new List<double>(Rounds);
        for (int i = 0; i < 2 * Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            var found = await _reader.Agents.ListAsync(Filter).ConfigureAwait(false);
            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (found.Count != Providers)
            {
                throw new InvalidOperationException($"Found {found.Count} agents in place of {Providers}.");
            }

            if (i >= Rounds)
            {
                times.Add(milliseconds);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
