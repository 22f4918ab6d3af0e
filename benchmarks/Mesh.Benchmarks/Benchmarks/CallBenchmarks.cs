using BenchmarkDotNet.Attributes;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Benchmarks;

/// <summary>Calls of one tool, by JSON element and by UTF-8, beside the same method as an <c>AIFunction</c>.</summary>
[MemoryDiagnoser]
public class CallBenchmarks
{
    private const int Times = 100;
    private readonly ForecastFunction _function = new();
    private ForecastRoom _room = null!;

    [GlobalSetup]
    public async Task SetUpAsync() => _room = await ForecastRoom.OpenAsync().ConfigureAwait(false);

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _room.DisposeAsync().ConfigureAwait(false);

    [Benchmark(Baseline = true, OperationsPerInvoke = Times)]
    public Task FunctionJson() => _function.CallJsonAsync(Times);

    [Benchmark(OperationsPerInvoke = Times)]
    public Task Json() => _room.CallJsonAsync(Times);

    [Benchmark(OperationsPerInvoke = Times)]
    public Task FunctionUtf8() => _function.CallUtf8Async(Times);

    [Benchmark(OperationsPerInvoke = Times)]
    public Task Utf8() => _room.CallUtf8Async(Times);
}
