using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Client;

public sealed class McpToolkitTests : ToolkitFixture
{
    private const string Sum = """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer","minimum":0}},"required":["a"],"additionalProperties":false}""";

    [Theory]
    [InlineData(Older, false)]
    [InlineData(Older, true)]
    [InlineData(Newer, false)]
    [InlineData(Newer, true)]
    public async Task Tools_of_a_server_are_called_from_a_room(string revision, bool sdkTransport)
    {
        Server.Tools = [TestServer.Tool("sum", Sum)];
        var ada = await OfferAsync(revision, sdkTransport: sdkTransport);
        Assert.Equal("""sum {"a":1,"b":2}""", await TextAsync(ada, "far/sum", new { a = 1, b = 2 }));
        Assert.Equal((McpToolkitState.Connected, revision, "test-server 1.2", 1), (Toolkit.Status.State, Toolkit.Status.ProtocolVersion, Toolkit.Status.Server, Toolkit.Status.Tools));
        Assert.Equal(0, Toolkit.DroppedMessages);
        await Toolkit.DisposeAsync().InTime();
        Assert.Equal(MeshErrorCode.NotFound, (await FailAsync(ada, "far/sum", new { a = 1 })).Code);
        Assert.Equal(McpToolkitState.Closed, Toolkit.Status.State);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Everything_that_a_server_says_of_a_tool_is_kept(string revision)
    {
        var listed = new ModelContextProtocol.Protocol.Tool
        {
            Name = "sum",
            Title = "Sum",
            Description = "Adds.",
            InputSchema = JsonElement.Parse(Sum),
            OutputSchema = JsonElement.Parse("""{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}"""),
            Annotations = new() { Title = "Adder", ReadOnlyHint = true, DestructiveHint = false, IdempotentHint = true, OpenWorldHint = false },
            Icons = [new() { Source = "https://example.org/sum.png", MimeType = "image/png", Sizes = ["48x48"] }],
            Meta = new JsonObject { ["example.org/cost"] = new JsonObject { ["cents"] = 3 } },
        };
        Server.Tools = [listed];
        var ada = await OfferAsync(revision);
        var kit = (await KitAsync(ada));
        Assert.Equal(("far", "Test server", "Be careful.", "bridge"), (kit.Name, kit.Title, kit.Rules, kit.Participant));
        var tool = Assert.Single(kit.Tools);
        Assert.Equal(("sum", "Sum", "Adds.", "https://example.org/sum.png"), (tool.Name, tool.Title, tool.Description, tool.ThumbnailUrl?.OriginalString));
        Assert.Equal(new ToolAnnotations { ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false }, tool.Annotations);

        // Schemas and description are members; with what the metadata keep, the tool is whole again.
        var kept = JsonNode.Parse(tool.Metadata!.Value.GetProperty("mcp").GetRawText())!.AsObject();
        kept["description"] = tool.Description;
        kept["inputSchema"] = JsonNode.Parse(tool.InputSchema.GetRawText());
        kept["outputSchema"] = JsonNode.Parse(tool.OutputSchema!.Value.GetRawText());
        Assert.True(JsonNode.DeepEquals(JsonSerializer.SerializeToNode(listed, ModelContextProtocol.McpJsonUtilities.DefaultOptions), kept), kept.ToJsonString());
    }

    [Fact]
    public async Task Arguments_are_checked_by_the_room_and_wrong_ones_never_reach_the_server()
    {
        Server.Tools = [TestServer.Tool("sum", Sum)];
        int calls = 0;
        Server.OnCall = (_, _) =>
        {
            calls++;
            return new(TestServer.Text("ok"));
        };
        var ada = await OfferAsync(Newer);
        Assert.Equal(MeshErrorCode.InvalidArguments, (await FailAsync(ada, "far/sum", new { a = 1, b = -1 })).Code);
        Assert.Equal(MeshErrorCode.InvalidArguments, (await FailAsync(ada, "far/sum", new { b = 1 })).Code);
        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task Structured_content_is_the_result_and_is_held_against_its_schema(string revision)
    {
        Server.Tools = [TestServer.Tool("sum", Sum, """{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}""")];
        string structured = """{"sum":3}""";
        Server.OnCall = (_, _) => new(new CallToolResult
        {
            Content = [new TextContentBlock { Text = structured }, ImageContentBlock.FromBytes(new byte[] { 1, 2, 3 }, "image/png")],
            StructuredContent = JsonElement.Parse(structured),
        });
        var ada = await OfferAsync(revision);
        var response = await ResponseAsync(ada, "far/sum", new { a = 1 });
        Assert.Equal(["image/png", """{"sum":3}"""], response.Parts.Select(part => part is BytesPart bytes ? bytes.MimeType : part is JsonPart json ? json.Value.ToString() : "?"));
        Assert.Equal(3, (await JsonAsync(ada, "far/sum", new { a = 1 })).GetProperty("sum").GetInt32());
        structured = """{"sum":"three"}""";
        Assert.Equal(MeshErrorCode.InvalidOutput, (await FailAsync(ada, "far/sum", new { a = 1 })).Code);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_server_that_promises_structure_and_gives_none_has_failed(string revision)
    {
        Server.Tools = [TestServer.Tool("sum", Sum, """{"type":"object","properties":{"sum":{"type":"integer"}},"required":["sum"]}"""), TestServer.Tool("free")];
        var ada = await OfferAsync(revision);
        foreach (var lie in (CallToolResult[])
        [
            TestServer.Text("three"),
            new() { Content = [] },
            new() { StructuredContent = JsonElement.Parse("[3]") },
            new() { StructuredContent = JsonElement.Parse("null"), Content = [new TextContentBlock { Text = "3" }] },
        ])
        {
            Server.OnCall = (_, _) => new(lie);
            var error = await FailAsync(ada, "far/sum", new { a = 1 });
            Assert.Equal(MeshErrorCode.InvalidOutput, error.Code);
            Assert.DoesNotContain("three", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(McpToolkitState.Connected, Toolkit.Status.State);
    }

    [Fact]
    public async Task Content_of_every_kind_arrives()
    {
        Server.Tools = [TestServer.Tool("all")];
        Server.OnCall = (_, _) => new(new CallToolResult
        {
            Content =
            [
                new TextContentBlock { Text = "hello" },
                AudioContentBlock.FromBytes(new byte[] { 9 }, "audio/wav"),
                new EmbeddedResourceBlock { Resource = new TextResourceContents { Uri = "file:///a.txt", MimeType = "text/plain", Text = "a" } },
                new ResourceLinkBlock { Uri = "https://example.org/b", Name = "b", MimeType = "text/html" },
            ],
        });
        var ada = await OfferAsync(Newer);
        var parts = (await ResponseAsync(ada, "far/all")).Parts;
        Assert.Equal(new TextPart("hello"), parts[0]);
        Assert.Equal(("audio/wav", 9), (((BytesPart)parts[1]).MimeType, ((BytesPart)parts[1]).Data.Span[0]));
        Assert.Equal(("file:///a.txt", "a"), (((BytesPart)parts[2]).Name, System.Text.Encoding.UTF8.GetString(((BytesPart)parts[2]).Data.Span)));
        Assert.Equal(new LinkPart(new Uri("https://example.org/b")) { Name = "b", MimeType = "text/html" }, parts[3]);
    }

    [Theory]
    [InlineData(Older)]
    [InlineData(Newer)]
    public async Task A_failure_keeps_the_servers_words(string revision)
    {
        Server.Tools = [TestServer.Tool("fail")];
        Server.OnCall = (_, _) => new(new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = "No such city." }] });
        var ada = await OfferAsync(revision);
        var error = await FailAsync(ada, "far/fail");
        Assert.Equal((MeshErrorCode.HandlerFailed, "No such city."), (error.Code, error.Message));
        Server.OnCall = (_, _) => throw new ModelContextProtocol.McpProtocolException("Not with me.", ModelContextProtocol.McpErrorCode.InvalidParams);
        error = await FailAsync(ada, "far/fail");
        Assert.Equal((MeshErrorCode.InvalidArguments, "Tool 'far/fail': its server answered: Not with me."), (error.Code, error.Message));
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_tool_that_cannot_be_offered_is_skipped_and_reported_and_the_others_stay()
    {
        Server.Tools =
        [
            TestServer.Tool("good"),
            TestServer.Tool("broken", """{"type":"object","properties":{"a":{"$ref":"#/$defs/none"}}}"""),
            TestServer.Tool("web", """{"type":"object","properties":{"a":{"$ref":"https://example.org/remote.json"}}}"""),
            TestServer.Tool("a/b"),
            TestServer.Tool("a:b"),
            TestServer.Tool(new string('x', 100)),
            TestServer.Tool("good"),
        ];
        var ada = await OfferAsync(Older);
        var names = (await KitAsync(ada)).Tools.Select(tool => tool.Name).ToArray();
        Assert.Equal(["good", "a_b"], names[..2]);
        Assert.Equal((3, 64), (names.Length, names[2].Length));
        Assert.Equal(
            [("broken", MeshErrorCode.InvalidSchema), ("web", MeshErrorCode.InvalidSchema), ("a:b", MeshErrorCode.NameTaken), ("good", MeshErrorCode.NameTaken)],
            Toolkit.Status.Skipped.Select(each => (each.Name, each.Error.Code)));
        Assert.Equal("a/b {}", await TextAsync(ada, "far/a_b"));
        Assert.Equal(new string('x', 100) + " {}", await TextAsync(ada, $"far/{names[2]}"));
    }

    [Fact]
    public async Task The_host_has_the_last_word_on_each_tool()
    {
        Room = new() { Approver = static (_, _) => new(ApprovalAnswer.Refused("No.")) };
        Server.Tools = [TestServer.Tool("drop"), TestServer.Tool("ask"), TestServer.Tool("go")];
        var ada = await OfferAsync(Newer, options => options with
        {
            Configure = tool => tool.Name switch { "drop" => null, "ask" => tool with { RequiresApproval = true }, _ => tool },
        });
        Assert.Equal(MeshErrorCode.NotFound, (await FailAsync(ada, "far/drop")).Code);
        Assert.Equal(MeshErrorCode.ApprovalRefused, (await FailAsync(ada, "far/ask")).Code);
        Assert.Equal("go {}", await TextAsync(ada, "far/go"));
        Assert.Equal(["drop"], Toolkit.Status.Skipped.Select(each => each.Name));
    }

    [Fact]
    public async Task One_server_is_offered_in_several_rooms()
    {
        Server.Tools = [TestServer.Tool("go")];
        var ada = await OfferAsync(Newer);
        var elsewhere = Own(await Host.JoinAsync("lab", "bridge", Grants.Full, null, Stop).InTime());
        var second = await Toolkit.RegisterAsync(elsewhere, null, Stop).InTime();
        Assert.Equal("go {}", await TextAsync(elsewhere, "far/go"));
        await second.DisposeAsync().InTime();
        Assert.Equal(MeshErrorCode.NotFound, (await FailAsync(elsewhere, "far/go")).Code);
        Assert.Equal("go {}", await TextAsync(ada, "far/go"));
    }

    [Fact]
    public async Task Registrations_of_participants_that_have_left_are_not_kept()
    {
        Server.Tools = [TestServer.Tool("go")];
        var ada = await OfferAsync(Newer);
        for (int i = 0; i < 5; i++)
        {
            await using var room = await Host.JoinAsync($"room-{i}", "bridge", Grants.Full, cancellationToken: Stop).InTime();
            await Toolkit.RegisterAsync(room, cancellationToken: Stop).InTime();
        }

        Assert.InRange(Toolkit.RegistrationCount, 1, 2);
        Assert.Equal("go {}", await TextAsync(ada, "far/go"));
    }

    [Fact]
    public async Task Options_out_of_range_are_named()
    {
        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => McpToolkit.ConnectAsync("far", Server, new() { MaxTools = 0 }, Stop));
        Assert.Equal("MaxTools", exception.ParamName);
        exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => McpToolkit.ConnectAsync("far", Server, new() { Reconnect = new() { FirstDelay = TimeSpan.Zero } }, Stop));
        Assert.Equal("FirstDelay", exception.ParamName);
    }
}
