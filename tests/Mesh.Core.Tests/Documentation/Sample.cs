using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.Core.Tests.Documentation;

/// <summary>A sample, run as a program of its own: its build lies beside the tests.</summary>
internal sealed record Sample(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Sample> RunAsync(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Host) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments])
            start.ArgumentList.Add(argument);

        // With a key a sample would ask a real model.
        start.Environment.Remove("ANTHROPIC_API_KEY");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new(process.ExitCode, (await output).ReplaceLineEndings("\n"), await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The dotnet command that runs the tests: the folder of the runtime is shared/NAME/VERSION below it.</summary>
    private static string Host => Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
}
