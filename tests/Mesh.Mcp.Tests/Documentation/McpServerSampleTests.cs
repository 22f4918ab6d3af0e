using System.Runtime.InteropServices;
using System.Text.Json;
using Mesh.Contracts;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Documentation;

/// <summary>The sample as an MCP client starts it: a program of its own, over standard input and output.</summary>
public sealed class McpServerSampleTests
{
    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_sample_lists_calls_and_asks_before_it_removes(string revision)
    {
        var stop = TestContext.Current.CancellationToken;
        var asked = new List<string>();
        await using var client = await McpClient.CreateAsync(
            new StdioClientTransport(new() { Command = Dotnet, Arguments = [Path.Combine(AppContext.BaseDirectory, "McpServer.dll")] }),
            new()
            {
                ProtocolVersion = revision,

                // A program that starts beside all other tests.
                DiscoverProbeTimeout = Bounded.TestTimeout,
                Handlers = new()
                {
                    ElicitationHandler = (question, _) =>
                    {
                        asked.Add(question!.Message);
                        return new(new ElicitResult { Action = "accept", Content = new Dictionary<string, JsonElement> { ["approve"] = JsonElement.Parse("true") } });
                    },
                },
            },
            cancellationToken: stop).InTime();

        Assert.Equal(["notes_list", "notes_remove", "notes_write", "text_shorten"], (await client.ListToolsAsync(cancellationToken: stop).InTime()).Select(tool => tool.Name));
        await CallAsync(client, "notes_write", new() { ["title"] = "a", ["text"] = "b" });
        Assert.Contains("\"a\"", await CallAsync(client, "notes_list", []), StringComparison.Ordinal);
        Assert.Empty(asked);
        Assert.Equal("Removed 'a'.", await CallAsync(client, "notes_remove", new() { ["title"] = "a" }));
        Assert.Contains("'client' wants to call notes/remove.", Assert.Single(asked), StringComparison.Ordinal);
        Assert.Equal("handler_failed: There is no note 'a'.", await CallAsync(client, "notes_remove", new() { ["title"] = "a" }));
        Assert.Equal(["notes", "review"], (await client.ListPromptsAsync(cancellationToken: stop).InTime()).Select(prompt => prompt.Name));
        Assert.Contains("Never remove a note", client.ServerInstructions, StringComparison.Ordinal);
    }

    private static string Dotnet => Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    private static async Task<string> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments) =>
        ((TextContentBlock)(await client.CallToolAsync(tool, arguments).InTime()).Content[0]).Text;
}
