using BenchmarkDotNet.Attributes;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Benchmarks;

/// <summary>Coming and going: of a participant, and of a tool beside many others.</summary>
[MemoryDiagnoser]
public class RoomBenchmarks
{
    private ForecastRoom _room = null!;
    private CrowdedRoom _crowded = null!;

    [Params(10, 10_000)]
    public int Tools { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _room = await ForecastRoom.OpenAsync().ConfigureAwait(false);
        _crowded = await CrowdedRoom.OpenAsync(Tools).ConfigureAwait(false);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _room.DisposeAsync().ConfigureAwait(false);
        await _crowded.DisposeAsync().ConfigureAwait(false);
    }

    [Benchmark]
    public Task JoinAndLeave() => _room.JoinAndLeaveAsync(1);

    [Benchmark]
    public Task RegisterAndWithdraw() => _crowded.RegisterAndWithdrawAsync(1);
}
