using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Mesh.Contracts;
using ModelContextProtocol.Client;

namespace Mesh.Mcp.Tests.Client;

/// <summary>
/// Real servers over stdio, every tool of them called from a room. They are installed in artifacts/npm by .ci/run, or by
/// hand with npm install of tests/Mesh.Mcp.Tests/npm; where they are not there the tests are skipped.
/// </summary>
public sealed class McpRealServerTests : ToolkitFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-mcp").FullName;

    private static string Packages => Environment.GetEnvironmentVariable("MESH_NPM") ?? Path.Combine(Root, "artifacts", "npm");

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? AppContext.BaseDirectory;
        }
    }

    [Fact]
    public async Task Every_tool_of_the_everything_server_is_called()
    {
        var ada = await StartAsync("everything", options => options with
        {
            Questions = static (question, _) => new(question.Schema!.Value.GetProperty("properties").TryGetProperty("name", out JsonElement _) ? McpAnswer.Accepted(JsonElement.Parse("""{"name":"Ada"}""")) : McpAnswer.Declined),
            Sampling = static (_, call, _) => new(JsonElement.Parse($$"""{"role":"assistant","model":"m","content":{"type":"text","text":"thought for {{call?.Caller.Name}}"} }""")),
        });
        var calls = new Dictionary<string, (object? Arguments, string Contains)>
        {
            ["echo"] = (new { message = "hello" }, "hello"),
            ["get-annotated-message"] = (new { messageType = "error", includeImage = true }, "image/png"),
            ["get-env"] = (null, "PATH"),
            ["get-resource-links"] = (new { count = 2 }, "demo://"),
            ["get-resource-reference"] = (new { resourceType = "Blob", resourceId = 2 }, "demo://"),
            ["get-structured-content"] = (new { location = "Chicago" }, "temperature"),
            ["get-sum"] = (new { a = 2, b = 3 }, "5"),
            ["get-tiny-image"] = (null, "image/png"),
            ["gzip-file-as-resource"] = (new { name = "a.gz", data = "data:text/plain,hello", outputType = "resource" }, "gzip"),
            ["toggle-simulated-logging"] = (null, "logging"),
            ["toggle-subscriber-updates"] = (null, "updat"),
            ["trigger-long-running-operation"] = (new { duration = 0.2, steps = 2 }, "completed"),
            ["trigger-elicitation-request"] = (null, "Ada"),
            ["trigger-sampling-request"] = (new { prompt = "Think.", maxTokens = 10 }, "thought for ada"),
            ["list_resources"] = (null, "demo://"),
            ["list_resource_templates"] = (null, "uriTemplate"),
            ["read_resource"] = (new { uri = "demo://resource/dynamic/text/1" }, "text"),
            ["list_prompts"] = (null, "simple-prompt"),
            ["get_prompt"] = (new { name = "simple-prompt" }, "messages"),
        };
        await CallAllAsync(ada, "everything", calls);
        Assert.Equal(["simulate-research-query"], Toolkit.Status.Skipped.Select(each => each.Name));
    }

    [Fact]
    public async Task Every_tool_of_the_filesystem_server_is_called()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.txt"), "one\ntwo\n", Stop);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "b.png"), [0x89, 0x50, 0x4E, 0x47], Stop);
        var ada = await StartAsync("filesystem", arguments: _folder);
        string In(string name) => Path.Combine(_folder, name);
        await CallAllAsync(ada, "filesystem", new()
        {
            ["read_file"] = (new { path = In("a.txt") }, "two"),
            ["read_text_file"] = (new { path = In("a.txt"), head = 1 }, "one"),
            ["read_media_file"] = (new { path = In("b.png") }, "image/png"),
            ["read_multiple_files"] = (new { paths = (string[])[In("a.txt")] }, "two"),
            ["write_file"] = (new { path = In("c.txt"), content = "three" }, "c.txt"),
            ["edit_file"] = (new { path = In("c.txt"), edits = new[] { new { oldText = "three", newText = "four" } } }, "four"),
            ["create_directory"] = (new { path = In("sub") }, "sub"),
            ["list_directory"] = (new { path = _folder }, "c.txt"),
            ["list_directory_with_sizes"] = (new { path = _folder }, "c.txt"),
            ["directory_tree"] = (new { path = _folder }, "sub"),
            ["move_file"] = (new { source = In("c.txt"), destination = In("sub/d.txt") }, "d.txt"),
            ["search_files"] = (new { path = _folder, pattern = "**/*.txt" }, "d.txt"),
            ["get_file_info"] = (new { path = In("a.txt") }, "size"),
            ["list_allowed_directories"] = (null, Path.GetFileName(_folder)),
        });
        Assert.Equal("four", await File.ReadAllTextAsync(In("sub/d.txt"), Stop));
        Assert.Equal(MeshErrorCode.HandlerFailed, (await FailAsync(ada, "filesystem/read_text_file", new { path = "/etc/passwd" })).Code);
    }

    [Fact]
    public async Task Every_tool_of_the_memory_server_is_called()
    {
        var ada = await StartAsync("memory");
        var entity = new { name = "Ada", entityType = "person", observations = (string[])["counts"] };
        var relation = new { from = "Ada", to = "Bob", relationType = "knows" };
        await CallAllAsync(ada, "memory", new()
        {
            ["create_entities"] = (new { entities = (object[])[entity, new { name = "Bob", entityType = "person", observations = (string[])[] }] }, "Ada"),
            ["create_relations"] = (new { relations = (object[])[relation] }, "knows"),
            ["add_observations"] = (new { observations = (object[])[new { entityName = "Ada", contents = (string[])["writes"] }] }, "writes"),
            ["read_graph"] = (null, "writes"),
            ["search_nodes"] = (new { query = "writes" }, "Ada"),
            ["open_nodes"] = (new { names = (string[])["Ada"] }, "counts"),
            ["delete_observations"] = (new { deletions = (object[])[new { entityName = "Ada", observations = (string[])["writes"] }] }, "success"),
            ["delete_relations"] = (new { relations = (object[])[relation] }, "success"),
            ["delete_entities"] = (new { entityNames = (string[])["Ada"] }, "success"),
        }, others: ["list_resources", "list_resource_templates", "read_resource"]);
        Assert.DoesNotContain("Ada", await DescribeAsync(ada, "memory/read_graph", null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_operation_is_cancelled_in_the_middle()
    {
        var ada = await StartAsync("everything");
        using var cancel = new CancellationTokenSource();
        await using (var frames = ada.Toolkits.StreamAsync("everything/trigger-long-running-operation", new { duration = 600, steps = 6_000 }, cancellationToken: cancel.Token).GetAsyncEnumerator(CancellationToken.None))
        {
            for (int i = 1; i <= 3; i++)
            {
                Assert.True(await frames.MoveNextAsync().InTime());
                Assert.Equal((i, 6_000d), (Assert.IsType<ProgressFrame>(frames.Current).Value, ((ProgressFrame)frames.Current).Total));
            }

            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (await frames.MoveNextAsync().InTime())
                {
                }
            });
        }

        Assert.Contains("still", await DescribeAsync(ada, "everything/echo", new { message = "still there" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_is_started_anew()
    {
        var ada = await StartAsync("everything");
        var before = Children();
        await using (var frames = ada.Toolkits.StreamAsync("everything/trigger-long-running-operation", new { duration = 600, steps = 6_000 }, cancellationToken: Stop).GetAsyncEnumerator(Stop))
        {
            Assert.True(await frames.MoveNextAsync().InTime());
            Assert.All(before, id => Process.GetProcessById(id).Kill());
            while (frames.Current is ProgressFrame)
            {
                Assert.True(await frames.MoveNextAsync().InTime());
            }

            // It says that it is read-only: nothing is unknown.
            var error = Assert.IsType<ErrorFrame>(frames.Current).Error;
            Assert.Equal((MeshErrorCode.Unavailable, true), (error.Code, error.Retryable));
            Assert.Contains("137", error.Message, StringComparison.Ordinal);
        }

        await StatusAsync(status => status.State == McpToolkitState.Reconnecting);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(1)).InTime();
        Clock.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => Toolkit.Status.State == McpToolkitState.Connected);
        Assert.Contains("again", await DescribeAsync(ada, "everything/echo", new { message = "again" }), StringComparison.Ordinal);
        Assert.DoesNotContain(Children(), before.Contains);
    }

    private async Task<RoomClient> StartAsync(string name, Func<McpToolkitOptions, McpToolkitOptions>? change = null, params string[] arguments)
    {
        string script = Path.Combine(Packages, "node_modules", "@modelcontextprotocol", $"server-{name}", "dist", "index.js");
        Assert.SkipUnless(File.Exists(script), $"{script} is not there: .ci/run installs it, or npm install of tests/Mesh.Mcp.Tests/npm; MESH_NPM names another folder.");
        var transport = McpTransport.Stdio(new StdioClientTransportOptions
        {
            Command = "node",
            Arguments = [script, .. arguments],
            ShutdownTimeout = TimeSpan.FromSeconds(1),
            EnvironmentVariables = new Dictionary<string, string?> { ["MEMORY_FILE_PATH"] = Path.Combine(_folder, "memory.json") },
        });
        var options = Options(null);
        Connect(await McpToolkit.ConnectAsync(name, transport, change?.Invoke(options) ?? options, Stop).InTime());
        await Toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full, ParticipantRole.Agent), null, Stop).InTime();
        Assert.Equal("2025-11-25", Toolkit.Status.ProtocolVersion);
        return await JoinAsync("ada");
    }

    private static async Task CallAllAsync(RoomClient room, string kit, Dictionary<string, (object? Arguments, string Contains)> calls, string[]? others = null)
    {
        Assert.Equal(calls.Keys.Concat(others ?? []).Order(StringComparer.Ordinal), (await KitAsync(room)).Tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));
        foreach (var (name, (arguments, contains)) in calls)
        {
            Assert.Contains(contains, await DescribeAsync(room, $"{kit}/{name}", arguments), StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task<string> DescribeAsync(RoomClient room, string tool, object? arguments)
    {
        var outcome = await room.Toolkits.TryInvokeAsync(tool, arguments).InTime();
        Assert.True(outcome.IsResult, $"{tool} ended with {outcome}");
        return $"{outcome.Response}";
    }

    /// <summary>The processes that this one has started and that run node.</summary>
    private static int[] Children() =>
    [
        .. Process.GetProcessesByName("node").Where(static process =>
        {
            // Field 4 of stat is the parent; the name before it stands in parentheses.
            string[] stat = File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[^1].Split(' ');
            return int.Parse(stat[1], CultureInfo.InvariantCulture) == Environment.ProcessId;
        }).Select(static process => process.Id),
    ];
}
