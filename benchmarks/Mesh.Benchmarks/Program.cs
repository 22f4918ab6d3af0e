using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mesh.Benchmarks.Comparing;

namespace Mesh.Benchmarks;

/// <summary>What the project is run with: <c>compare [ID…]</c>, <c>bench [OPTION…]</c>, or what a comparison asks of a child.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["compare", .. var ids]:
                return await CompareCommand.RunAsync(ids).ConfigureAwait(false);
            case ["bench", .. var options]:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(options, BenchConfig());
                return 0;
            case [ChildProcess.Command, var measurement]:
                return await ChildProcess.MeasureAsync(measurement).ConfigureAwait(false);
            default:
                await Console.Error.WriteLineAsync(
                    """
                    compare [ID…]     our figures beside those of their peers, a line each: id, ours, peer, unit, ratio
                    bench [OPTION…]   BenchmarkDotNet with its own options, such as --filter '*'
                    """).ConfigureAwait(false);
                return 2;
        }
    }

    /// <summary>In process: the projects that BenchmarkDotNet generates do not find this repository's output folders.</summary>
    private static ManualConfig BenchConfig() => DefaultConfig.Instance
        .WithArtifactsPath(Path.Combine("artifacts", "benchmarks"))
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
}
