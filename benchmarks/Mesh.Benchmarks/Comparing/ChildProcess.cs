using System.Diagnostics;
using System.Globalization;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparing;

/// <summary>Measurements that need a process of their own: this program, started again with a hidden command.</summary>
internal static class ChildProcess
{
    public const string Command = "measure";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

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
    public static async Task<double> RunAsync(string measurement) =>
        double.Parse(await RunAsync(Command, measurement).ConfigureAwait(false), CultureInfo.InvariantCulture);

    /// <summary>In the parent: has a child run a command, and reads what it prints.</summary>
    public static async Task<string> RunAsync(string command, string argument)
    {
        string own = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path to start it again by.");
        bool isHosted = Path.GetFileNameWithoutExtension(own) == "dotnet";
        string[] arguments = isHosted ? [typeof(ChildProcess).Assembly.Location, command, argument] : [command, argument];
        using var child = Process.Start(new ProcessStartInfo(own, arguments) { RedirectStandardOutput = true })!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            string output = await child.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await child.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return child.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"The child that was to {command} {argument} ended with exit code {child.ExitCode}.");
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            throw;
        }
    }
}
