using System.Diagnostics;
using System.Text.Json;
using Mesh.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore.Tests.Documentation;

/// <summary>The sample as MCP clients reach it: a program that they start, and one that listens on a local port.</summary>
public sealed class McpGatewaySampleTests
{
    private static readonly string Gateway = Path.Combine(AppContext.BaseDirectory, "McpGateway.dll");

    /// <summary>The other sample, with the libraries of this one.</summary>
    private static readonly List<string> Notes =
        ["exec", "--runtimeconfig", Path.ChangeExtension(Gateway, "runtimeconfig.json"), "--depsfile", Path.ChangeExtension(Gateway, "deps.json"), Path.Combine(AppContext.BaseDirectory, "McpServer.dll")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_tools_that_change_nothing_of_all_servers_are_served_and_no_others(string revision)
    {
        await using var client = await StartAsync(revision, []);
        Assert.Equal(["home_notes_list", "work_notes_list"], await NamesAsync(client));
        Assert.Contains("welcome", await CallAsync(client, "work_notes_list", []), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<McpProtocolException>(() => CallAsync(client, "home_notes_write", new() { ["title"] = "a", ["text"] = "b" }));
        Assert.Equal(McpErrorCode.InvalidParams, refused.ErrorCode);
    }

    [Fact]
    public async Task A_file_names_the_servers_and_the_tools_that_are_granted_and_a_person_is_asked_through_both()
    {
        var asked = new List<string>();
        string file = WriteFile(new
        {
            mcpServers = new Dictionary<string, object>
            {
                ["desk"] = new { command = WebAppSampleTests.Dotnet, args = Notes },
                ["gone"] = new { command = "no-such-command-anywhere" },
            },
            tools = (List<string>)["desk/notes_*", "gone"],
        });
        await using var client = await StartAsync("2025-11-25", [file], asked);
        Assert.Equal(["desk_notes_list", "desk_notes_remove", "desk_notes_write"], await NamesAsync(client));
        await CallAsync(client, "desk_notes_write", new() { ["title"] = "a", ["text"] = "b" });
        Assert.Equal("Removed 'a'.", await CallAsync(client, "desk_notes_remove", new() { ["title"] = "a" }));
        Assert.Contains("notes/remove", Assert.Single(asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_HTTP_it_serves_the_same()
    {
        using var app = Start("--http", "http://127.0.0.1:0");
        try
        {
            string line = (await app.StandardOutput.ReadLineAsync(Stop).InTime())!;
            var address = new Uri(line.Split(' ')[2].TrimEnd(','));
            await using var client = await McpClient.CreateAsync(new HttpClientTransport(new() { Endpoint = address }), cancellationToken: Stop).InTime();
            Assert.Equal(["home_notes_list", "work_notes_list"], await NamesAsync(client));
            Assert.Contains("welcome", await CallAsync(client, "home_notes_list", []), StringComparison.Ordinal);
        }
        finally
        {
            app.Kill(entireProcessTree: true);
            await app.WaitForExitAsync(Stop).InTime();
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"mcpServers":{"a":{}}}""")]
    [InlineData("""{"mcpServers":{"a":{"command":"x","url":"http://localhost"}}}""")]
    [InlineData("""{"mcpServers":{"a":{"url":"nowhere"}}}""")]
    [InlineData("""{"mcpServers":{"a":{"command":"x"}},"tools":[""]}""")]
    public async Task A_file_that_cannot_be_used_is_refused_with_the_reason(string json)
    {
        using var app = Start(WriteFile(json));
        Assert.Contains("servers-", await app.StandardError.ReadToEndAsync(Stop).InTime(), StringComparison.Ordinal);
        await app.WaitForExitAsync(Stop).InTime();
        Assert.Equal(2, app.ExitCode);
    }

    private static string WriteFile(object content)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("gateway-").FullName, "servers-1.json");
        File.WriteAllText(path, content as string ?? JsonSerializer.Serialize(content));
        return path;
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(WebAppSampleTests.Dotnet, [Gateway, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static Task<McpClient> StartAsync(string revision, string[] arguments, List<string>? asked = null) => McpClient.CreateAsync(
        new StdioClientTransport(new() { Command = WebAppSampleTests.Dotnet, Arguments = [Gateway, .. arguments] }),
        new()
        {
            ProtocolVersion = revision,

            // Two programs start one after the other, beside all other tests.
            DiscoverProbeTimeout = Bounded.TestTimeout,
            Handlers = asked is null ? new() : new()
            {
                ElicitationHandler = (question, _) =>
                {
                    asked.Add(question!.Message);
                    return new(new ElicitResult { Action = "accept", Content = new Dictionary<string, JsonElement> { ["approve"] = JsonElement.Parse("true") } });
                },
            },
        },
        cancellationToken: Stop).InTime();

    private static async Task<IReadOnlyList<string>> NamesAsync(McpClient client) =>
        [.. (await client.ListToolsAsync(cancellationToken: Stop).InTime()).Select(tool => tool.Name)];

    private static async Task<string> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments) =>
        ((TextContentBlock)(await client.CallToolAsync(tool, arguments, cancellationToken: Stop).InTime()).Content[0]).Text;
}
