using BenchmarkDotNet.Attributes;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Benchmarks;

/// <summary>A room's events for a thousand subscribers, per delivery, beside a channel for each.</summary>
[MemoryDiagnoser]
public class EventBenchmarks
{
    private const int Deliveries = EventAudience.Subscribers * EventAudience.Batch;
    private readonly ChannelAudience _channels = new();
    private EventAudience _audience = null!;

    [GlobalSetup]
    public async Task SetUpAsync() => _audience = await EventAudience.OpenAsync().ConfigureAwait(false);

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _audience.DisposeAsync().ConfigureAwait(false);

    [Benchmark(Baseline = true, OperationsPerInvoke = Deliveries)]
    public Task Channels() => _channels.DeliverAsync(1);

    [Benchmark(OperationsPerInvoke = Deliveries)]
    public Task Room() => _audience.DeliverAsync(1);
}
