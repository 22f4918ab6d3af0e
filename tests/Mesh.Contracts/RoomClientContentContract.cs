using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Every kind of content that a tool may answer with arrives as it was given.</summary>
public abstract class RoomClientContentContract : RoomClientContract
{
    private static readonly byte[] Bytes = [0, 1, 2, 0xFF];

    [Fact]
    public async Task Text_arrives_as_text()
    {
        var response = Assert.IsType<TextResponse>(await AnswerOf(() => "ø \"quoted\"\n"));
        Assert.Equal("ø \"quoted\"\n", response.Text);
        Assert.Equal([new TextPart("ø \"quoted\"\n")], response.Parts);
    }

    [Fact]
    public async Task Text_given_as_a_response_has_no_schema_and_arrives_as_text() =>
        Assert.Equal("hello", Assert.IsType<TextResponse>(await AnswerOf(() => new TextResponse("hello"))).Text);

    [Fact]
    public async Task Json_arrives_as_json()
    {
        var response = Assert.IsType<JsonResponse>(await AnswerOf(() => new JsonResponse(Json("""{"a":[1,2.50,null]}"""))));
        Assert.Equal("""{"a":[1,2.50,null]}""", response.Value.ToString());
    }

    [Fact]
    public async Task A_null_result_is_a_json_null()
    {
        Assert.Equal("null", Assert.IsType<JsonResponse>(await AnswerOf(Nothing)).Value.ToString());

        static string? Nothing() => null;
    }

    [Fact]
    public async Task Bytes_arrive_as_a_file()
    {
        var response = Assert.IsType<FileResponse>(await AnswerOf(() => Bytes));
        Assert.Equal(Bytes, response.File.Data.ToArray());
        Assert.Equal(("application/octet-stream", null, 4L), (response.File.MimeType, response.File.Name, response.File.Length));
    }

    [Fact]
    public async Task A_file_keeps_name_and_type()
    {
        var file = Assert.IsType<FileResponse>(await AnswerOf(() => new FileResponse("a.csv", "text/csv", Bytes))).File;
        Assert.Equal(("a.csv", "text/csv"), (file.Name, file.MimeType));
        Assert.Equal(Bytes, file.Data.ToArray());
        Assert.Null(file.Source);
    }

    [Fact]
    public async Task A_file_behind_a_stream_arrives_in_memory_and_its_stream_is_disposed()
    {
        var source = new MemoryStream(Bytes);
        var file = Assert.IsType<FileResponse>(await AnswerOf(() => new FileResponse("a.bin", "image/png", source))).File;
        Assert.Equal(("a.bin", "image/png"), (file.Name, file.MimeType));
        Assert.Equal(Bytes, file.Data.ToArray());
        Assert.Null(file.Source);
        Assert.False(source.CanRead);
    }

    [Fact]
    public async Task Content_behind_a_stream_that_is_sent_before_the_result_arrives_in_memory()
    {
        var response = await AnswerOf(async (CallContext call) =>
        {
            await call.WriteAsync(new BytesPart(new MemoryStream(Bytes), "image/png") { Name = "a.png" });
            return new TextResponse("done");
        });
        var part = Assert.IsType<BytesPart>(response.Parts[0]);
        Assert.Equal(("a.png", "image/png", null), (part.Name, part.MimeType, part.Source));
        Assert.Equal(Bytes, part.Data.ToArray());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_the_handlers_failure_without_its_text()
    {
        await OfferAsync("ada", Tool.Create("give", () => new FileResponse("a", "a/b", new BrokenStream())));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/give"));
        AssertCode(MeshErrorCode.HandlerFailed, error);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_arrives_as_a_link()
    {
        var link = Assert.IsType<LinkResponse>(await AnswerOf(() => new LinkResponse(new Uri("docs/a b?x=1", UriKind.Relative), "The docs"))).Link;
        Assert.Equal(("docs/a b?x=1", "The docs"), (link.Uri.OriginalString, link.Name));
    }

    [Fact]
    public async Task Nothing_arrives_as_nothing()
    {
        Assert.IsType<EmptyResponse>(await AnswerOf(() => { }));
        var bob = await JoinAsync("bea");
        Assert.Null(await bob.Toolkits.InvokeAsync<string?>("kit/give").InTime());
        Assert.Equal("null"u8.ToArray(), (await bob.Toolkits.InvokeUtf8Async("kit/give", default).InTime()).ToArray());
    }

    [Fact]
    public async Task Several_parts_arrive_in_their_order()
    {
        var response = await AnswerOf(() => new ContentResponse(
            new TextPart("one"),
            new JsonPart(JsonPayload.FromElement(Json("[1]"))),
            new BytesPart(Bytes, "image/png") { Name = "p" },
            new LinkPart(new Uri("https://example.org/")) { MimeType = "text/html" }));
        Assert.Equal(["TextPart", "JsonPart", "BytesPart", "LinkPart"], response.Parts.Select(part => part.GetType().Name));
        Assert.Equal("one", ((TextPart)response.Parts[0]).Text);
        Assert.Equal("[1]", ((JsonPart)response.Parts[1]).Value.ToString());
        Assert.Equal(Bytes, ((BytesPart)response.Parts[2]).Data.ToArray());
        Assert.Equal("text/html", ((LinkPart)response.Parts[3]).MimeType);
    }

    [Fact]
    public async Task A_result_outlives_the_memory_that_its_tool_took_it_from()
    {
        var response = await AnswerOf((System.Text.Json.JsonElement echo) => echo, """{"echo":{"deep":["kept"]}}""");
        GC.Collect();
        Assert.Equal("""{"deep":["kept"]}""", Assert.IsType<JsonResponse>(response).Value.ToString());
    }

    [Fact]
    public async Task A_response_that_is_too_large_is_refused()
    {
        StartHost(options => options with { MaxResponseBytes = 1000 });
        await OfferAsync("ada",
            Tool.Create("text", (int n) => new TextResponse(new string('x', n))),
            Tool.Create("json", (int n) => new string('x', n)),
            Tool.Create("file", (int n) => new FileResponse("a", "a/b", new MemoryStream(new byte[n]))));
        var bob = await JoinAsync("bob");
        foreach (string tool in new[] { "kit/text", "kit/json", "kit/file" })
        {
            Assert.True((await bob.Toolkits.TryInvokeAsync(tool, new { n = 900 }).InTime()).IsResult, tool);
            AssertCode(MeshErrorCode.TooLarge, await FailureOf(bob.Toolkits.TryInvokeAsync(tool, new { n = 1001 })));
        }
    }

    private async Task<ToolResponse> AnswerOf(Delegate handler, string arguments = "{}")
    {
        await OfferAsync("ada", Tool.Create("give", handler));
        var bob = await JoinAsync("bob");
        return await bob.Toolkits.InvokeAsync("kit/give", Json(arguments)).InTime();
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(InvalidDataException))]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(ApplicationException))]
    public async Task When_one_of_several_files_cannot_be_read_the_others_are_disposed(Type thrown)
    {
        var sources = new[] { new WatchedStream(Bytes), new WatchedStream(Bytes) { Thrown = thrown }, new WatchedStream(Bytes), new WatchedStream(Bytes) };
        await OfferAsync("ada", Tool.Create("give", () => new ContentResponse([new TextPart("x"), .. sources.Select(source => new BytesPart(source))])));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/give"));
        AssertCode(MeshErrorCode.HandlerFailed, error);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.All(sources, source => Assert.True(source.IsDisposed));
        Assert.Equal(thrown, Assert.Single(Faults).Exception!.GetType());
    }

    [Fact]
    public async Task When_several_files_are_too_large_together_all_are_disposed()
    {
        StartHost(options => options with { MaxResponseBytes = 1000 });
        var sources = Enumerable.Range(0, 4).Select(_ => new WatchedStream(new byte[400])).ToArray();
        await OfferAsync("ada", Tool.Create("give", () => new ContentResponse([.. sources.Select(source => new BytesPart(source))])));
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.TooLarge, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/give")));
        Assert.All(sources, source => Assert.True(source.IsDisposed));
    }

    [Fact]
    public async Task A_file_that_cannot_be_closed_arrives_all_the_same()
    {
        var response = await AnswerOf(() => new ContentResponse(new BytesPart(new WatchedStream(Bytes) { FailsToClose = true }), new BytesPart(new WatchedStream(Bytes))));
        Assert.All(response.Parts, part => Assert.Equal(Bytes, ((BytesPart)part).Data.ToArray()));
        Assert.IsType<IOException>(Assert.Single(Faults).Exception);
    }

    [Fact]
    public async Task A_file_that_is_answered_when_its_call_has_ended_is_disposed()
    {
        var (started, release) = (new Signal(), new Signal());
        var source = new WatchedStream(Bytes);
        await OfferAsync("ada", Tool.Create("give", async () =>
        {
            started.Set();
            await release.WaitStubbornlyAsync();
            return new FileResponse("a", "a/b", source);
        }));
        var bob = await JoinAsync("bob");
        using var cancellation = new CancellationTokenSource();
        var call = bob.Toolkits.TryInvokeAsync("kit/give", cancellationToken: cancellation.Token);
        await started.InTime();
        await cancellation.CancelAsync();
        AssertCode(MeshErrorCode.Cancelled, await FailureOf(call));
        release.Set();
        await source.Disposed.InTime();
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("secret path");
    }

    private sealed class WatchedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public Type? Thrown { get; init; }

        public bool FailsToClose { get; init; }

        public Signal Disposed { get; } = new();

        public bool IsDisposed => Disposed.IsSet;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Thrown is null ? base.ReadAsync(buffer, cancellationToken) : throw (Exception)Activator.CreateInstance(Thrown, "secret path")!;

        public override ValueTask DisposeAsync()
        {
            Disposed.Set();
            return FailsToClose ? throw new IOException("It cannot be closed.") : base.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_tool_may_answer_with_a_part_of_its_arguments()
    {
        await OfferAsync("ada", new EchoTool());
        var bob = await JoinAsync("bob");
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/echo", new { deep = new { x = 1 } }).InTime();
        Assert.Equal("""{"x":1}""", outcome.GetResult().ToString());
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("[1e400]")]
    [InlineData("""["\ud800"]""")]
    public async Task JSON_that_no_schema_describes_keeps_the_rules_of_the_room(string json)
    {
        await OfferAsync("ada", new Answers("value", call => new JsonResponse(Json(json))), new Answers("part", call => new ContentResponse(new TextPart("x"), new JsonPart(JsonPayload.FromElement(Json(json))))));
        var bob = await JoinAsync("bob");
        foreach (string tool in (string[])["value", "part"])
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync($"kit/{tool}"));
            AssertCode(MeshErrorCode.InvalidOutput, error);
            Assert.Contains("is no JSON that may enter a room", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_item_that_no_schema_describes_keeps_the_rules_of_the_room()
    {
        await OfferAsync("ada", Tool.Create("stream", async (CallContext call) => await call.WriteChunkAsync(new JsonPart(JsonPayload.FromElement(Json("""{"a":1,"a":2}"""))))));
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf((await JoinAsync("bob")).Toolkits.TryInvokeAsync("kit/stream")));
    }

    [Fact]
    public async Task An_answer_from_a_disposed_document_is_the_tools_failure()
    {
        await OfferAsync("ada", new DisposedTool());
        var bob = await JoinAsync("bob");
        Assert.Equal(MeshErrorCode.HandlerFailed, (await FailureOf(bob.Toolkits.TryInvokeAsync("kit/gone"))).Code);
    }

    private static ToolDefinition Anything(string name) => new() { Name = name, InputSchema = JsonElement.Parse("{}") };

    /// <summary>A tool that says nothing of its answer.</summary>
    private sealed class Answers(string name, Func<CallContext, ToolResponse> answer) : Tool(Anything(name))
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(answer(context));
    }

    private sealed class EchoTool() : Tool(Anything("echo"))
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) =>
            new(new JsonResponse(arguments.GetProperty("deep")));
    }

    private sealed class DisposedTool() : Tool(Anything("gone"))
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context)
        {
            using var document = JsonDocument.Parse("""{"a":1}""");
            return new(new JsonResponse(document.RootElement));
        }
    }
}
