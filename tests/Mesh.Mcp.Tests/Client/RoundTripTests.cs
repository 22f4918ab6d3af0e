using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp.Tests.Client;

/// <summary>A server's tools, offered in a room that is served over MCP: what its clients see is what the server has said.</summary>
public sealed class RoundTripTests : ToolkitFixture
{
    private const string Sum = """{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"$defs":{"x":{"title":"X"}}}""";

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Import_and_export_lose_nothing(string revision)
    {
        Server.Tools =
        [
            new()
            {
                Name = "all",
                Title = "All",
                Description = "Has everything.",
                InputSchema = JsonElement.Parse(Sum),
                OutputSchema = JsonElement.Parse("""{"type":"object","properties":{"n":{"type":"integer"}}}"""),
                Annotations = new() { Title = "Other", ReadOnlyHint = true, IdempotentHint = true },
                Icons = [new() { Source = "data:image/png;base64,AA==" }, new() { Source = "https://example.org/a.svg", MimeType = "image/svg+xml", Sizes = ["any"], Theme = "dark" }],
                Meta = new JsonObject { ["example.org/a"] = 1, ["example.org/b"] = new JsonObject { ["c"] = new JsonArray(1, 2) } },
            },
            new() { Name = "titled", InputSchema = JsonElement.Parse(Sum), Annotations = new() { Title = "Only here" } },
            new() { Name = "plain", InputSchema = JsonElement.Parse(Sum), Annotations = new() },
            new() { Name = "bare", InputSchema = JsonElement.Parse(Sum) },
        ];
        await OfferAsync(revision);
        var client = await ServeAsync(revision);
        var seen = await client.ListToolsAsync(cancellationToken: Stop).AsTask().InTime();
        foreach (var original in Server.Tools)
        {
            var tool = Assert.Single(seen, each => each.Name == $"far_{original.Name}").ProtocolTool;
            var (expected, actual) = (Node(original), Node(tool));
            expected["name"] = actual["name"]!.DeepClone();
            Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected.ToJsonString()}\n{actual.ToJsonString()}");
        }
    }

    [Fact]
    public async Task What_the_host_has_changed_counts_more_than_what_the_server_has_said()
    {
        Server.Tools = [new() { Name = "go", Title = "Go", InputSchema = JsonElement.Parse(Sum), Annotations = new() { ReadOnlyHint = true } }];
        await OfferAsync(Newer, options => options with
        {
            Configure = static tool => tool with { Title = "Careful", Annotations = tool.Annotations with { ReadOnly = false } },
        });
        var tool = Assert.Single(await (await ServeAsync(Newer)).ListToolsAsync(cancellationToken: Stop).AsTask().InTime(), each => each.Name == "far_go").ProtocolTool;
        Assert.Equal(("Careful", false), (tool.Title, tool.Annotations!.ReadOnlyHint));
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Results_and_failures_arrive_as_they_were(string revision)
    {
        Server.Tools = [TestServer.Tool("go"), TestServer.Tool("fail")];
        var sent = new CallToolResult
        {
            Content =
            [
                new TextContentBlock { Text = "hello" },
                ImageContentBlock.FromBytes(new byte[] { 1 }, "image/png"),
                new EmbeddedResourceBlock { Resource = new TextResourceContents { Uri = "file:///a.txt", MimeType = "text/plain", Text = "a" } },
                new ResourceLinkBlock { Uri = "https://example.org/b", Name = "b" },
            ],
        };
        Server.OnCall = (request, _) => new(request.Params!.Name == "go" ? sent : new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = "No." }] });
        await OfferAsync(revision);
        var client = await ServeAsync(revision);
        var received = await client.CallToolAsync("far_go", cancellationToken: Stop).AsTask().InTime();
        Assert.Equal(Blocks(sent), Blocks(received));
        received = await client.CallToolAsync("far_fail", cancellationToken: Stop).AsTask().InTime();
        Assert.True(received.IsError);
        Assert.Contains("No.", ((TextContentBlock)received.Content[0]).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Values_that_are_no_objects_cross_a_room_that_is_imported(string revision)
    {
        var lab = Own(await Host.JoinAsync("lab", "maker", Grants.Full, null, Stop).InTime());
        await lab.Toolkits.RegisterAsync(new Toolkit("math", new Count()), null, Stop).InTime();
        var visitor = Own(await Host.JoinAsync("lab", "visitor", null, null, Stop).InTime());
        await using var server = await RoomMcpServer.CreateAsync(visitor, null, Stop).InTime();
        var (toServer, fromServer) = Run(server);
        await using var toolkit = await McpToolkit.ConnectAsync("lab", McpTransport.Streams(toServer, fromServer), Options(revision), Stop).InTime();
        await toolkit.RegisterAsync(await JoinAsync("bridge", Grants.Full), null, Stop).InTime();
        var ada = await JoinAsync("ada");
        Assert.Equal(3, await ada.Toolkits.InvokeAsync<int>("lab/math_count", new { text = "abc" }, null, Stop).InTime());
        var definition = (await KitAsync(ada)).Tools.Single(tool => tool.Name == "math_count");
        Assert.Equal("integer", definition.OutputSchema!.Value.GetProperty("type").GetString());
        Assert.Equal(MeshErrorCode.InvalidArguments, (await FailAsync(ada, "lab/math_count", new { text = "" })).Code);
    }

    private static JsonNode Node(ModelContextProtocol.Protocol.Tool tool) => JsonSerializer.SerializeToNode(tool, McpJsonUtilities.DefaultOptions)!;

    private static IEnumerable<string> Blocks(CallToolResult result) => result.Content.Select(static block => JsonSerializer.Serialize(block, McpJsonUtilities.DefaultOptions));

    /// <summary>A client of the room, served as it is seen by a visitor.</summary>
    private async Task<McpClient> ServeAsync(string revision)
    {
        var server = Own(await RoomMcpServer.CreateAsync(await JoinAsync("visitor")).InTime());
        var (toServer, fromServer) = Run(server);
        return Own(await McpClient.CreateAsync(new StreamClientTransport(toServer, fromServer), new() { ProtocolVersion = revision }, cancellationToken: Stop).InTime());
    }

    private (Stream ToServer, Stream FromServer) Run(RoomMcpServer server)
    {
        var (up, down) = (new Pipe(), new Pipe());
        var running = server.RunAsync(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()), Stop);
        Own(new Ending(running, up));
        return (up.Writer.AsStream(), down.Reader.AsStream());
    }

    private sealed class Ending(Task running, Pipe up) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await up.Writer.CompleteAsync();
            await running.WaitAsync(Bounded.TestTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Count() : Mesh.Tool(new()
    {
        Name = "count",
        InputSchema = JsonElement.Parse("""{"type":"object","properties":{"text":{"type":"string","minLength":1}},"required":["text"]}"""),
        OutputSchema = JsonElement.Parse("""{"type":"integer"}"""),
    })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) =>
            new(new JsonResponse(JsonElement.Parse($"{arguments.GetProperty("text").GetString()!.Length}")));
    }
}
