using System.Diagnostics;
using System.Text.RegularExpressions;
using Mesh.Contracts;
using ModelContextProtocol.Client;

namespace Mesh.Mcp.AspNetCore.Tests.Documentation;

public sealed partial class QuickstartServeTests
{
    [Fact]
    public async Task Quickstart_serves_its_room_and_prints_the_line_to_paste()
    {
        var stop = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory();
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "a.txt"), "one two three", stop);
        using var program = new Process
        {
            StartInfo = new(WebAppSampleTests.Dotnet, [Path.Combine(AppContext.BaseDirectory, "Quickstart.dll"), "--serve", folder.FullName]) { RedirectStandardOutput = true },
        };
        program.Start();
        try
        {
            string? address = null;
            while (address is null)
            {
                string line = await program.StandardOutput.ReadLineAsync(stop).AsTask().InTime() ?? throw new InvalidOperationException("It has ended.");
                address = Pasted().Match(line) is { Success: true } match ? match.Groups[1].Value : null;
            }

            await using var client = await McpClient.CreateAsync(
                new HttpClientTransport(new() { Endpoint = new Uri(address), TransportMode = HttpTransportMode.StreamableHttp }), cancellationToken: stop).InTime();
            var words = await client.CallToolAsync("files_countWords", new Dictionary<string, object?> { ["path"] = "a.txt" }, cancellationToken: stop).InTime();

            Assert.Equal(3, words.StructuredContent!.Value.GetProperty("count").GetInt32());
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync(CancellationToken.None).InTime();
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex("^  claude mcp add --transport http library (http://127.0.0.1:[0-9]+/mcp/library)$")]
    private static partial Regex Pasted();
}
