using System.Diagnostics;
using System.Globalization;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparing;

/// <summary>Measurements that need a process of their own: this program, started again with a hidden command.</summary>
internal static class ChildProcess
{
    public const string Command = "measure";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly Dictionary<string, Func<Task<double>>> Measurements = new(StringComparer.Ordinal)
    {
        ["idle-bytes"] = IdleRooms.MeasureBytesAsync,
        ["idle-cpu"] = IdleRooms.MeasureCpuAsync,
    };

    /// <summary>In the child: measures, and prints the number.</summary>
    public static async Task<int> MeasureAsync(string measurement)
    {
        if (!Measurements.TryGetValue(measurement, out var measure))
        {
            return 2;
        }

        await Console.Out.WriteLineAsync((await measure().ConfigureAwait(false)).ToString("R", CultureInfo.InvariantCulture)).ConfigureAwait(false);
        return 0;
    }

    /// <summary>In the parent: has a child measure, and reads the number.</summary>
    public static async Task<double> RunAsync(string measurement)
    {
        string own = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path to start it again by.");
        bool isHosted = Path.GetFileNameWithoutExtension(own) == "dotnet";
        string[] arguments = isHosted ? [typeof(ChildProcess).Assembly.Location, Command, measurement] : [Command, measurement];
        using var child = Process.Start(new ProcessStartInfo(own, arguments) { RedirectStandardOutput = true })!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            string output = await child.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await child.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return child.ExitCode == 0
                ? double.Parse(output, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"The child that measures {measurement} ended with exit code {child.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            throw;
        }
    }
}
