using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.Tests.Server;

public sealed class ToolCallTests : RoomMcpServerTests
{
    public sealed record Forecast(string City, int Days);

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_typed_result_is_structured_content_and_text(string revision)
    {
        await OfferAsync(Tool.Create("forecast", (string city, int days = 3) => new Forecast(city, days)));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);

        var result = await CallAsync(client, "kit_forecast", new { city = "Oslo" });

        Assert.NotEqual(true, result.IsError);
        Assert.Equal("""{"city":"Oslo","days":3}""", result.StructuredContent!.Value.GetRawText());
        Assert.Equal("""{"city":"Oslo","days":3}""", TextOf(result));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Parts_become_text_image_audio_resource_and_link(string revision)
    {
        await OfferAsync(Tool.Create("parts", ToolResponse () => new ContentResponse(
            new TextPart("see"),
            new BytesPart(new byte[] { 1, 2, 3 }, "image/png") { Name = "dot.png" },
            new BytesPart(new byte[] { 4 }, "audio/wav"),
            new BytesPart(new byte[] { 0, 255 }, "application/zip") { Name = "a b.zip" },
            new BytesPart("x,y"u8.ToArray(), "text/csv") { Name = "t.csv" },
            new LinkPart(new("https://example.org/more")) { Name = "more", MimeType = "text/html" })));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);

        var content = (await CallAsync(client, "kit_parts")).Content;

        Assert.Equal(["text", "image", "audio", "resource", "resource", "resource_link"], content.Select(block => block.Type));
        Assert.Equal("dot.png", (string?)content[1].Meta!["mesh/name"]);
        Assert.Equal([1, 2, 3], ((ImageContentBlock)content[1]).DecodedData.ToArray());
        var zip = (BlobResourceContents)((EmbeddedResourceBlock)content[3]).Resource;
        Assert.Equal(("mesh://content/a%20b.zip", "application/zip"), (zip.Uri, zip.MimeType));
        Assert.Equal("x,y", ((TextResourceContents)((EmbeddedResourceBlock)content[4]).Resource).Text);
        var link = (ResourceLinkBlock)content[5];
        Assert.Equal(("https://example.org/more", "more", "text/html"), (link.Uri, link.Name, link.MimeType));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_failure_is_text_that_a_model_can_act_on_and_the_same_as_data(string revision)
    {
        await OfferAsync(Tool.Create("busy", string () => throw new ToolException(new MeshError(MeshErrorCode.Overloaded, "The queue is full.")
        {
            Remedy = "Wait a little.",
            Retryable = true,
            RetryAfter = TimeSpan.FromSeconds(1.5),
        })));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);

        var result = await CallAsync(client, "kit_busy");

        Assert.True(result.IsError);
        Assert.Equal("overloaded: The queue is full. Wait a little. Try again after 1.5 s.", TextOf(result));
        var error = McpErrors.Read(result);
        Assert.Equal((MeshErrorCode.Overloaded, "The queue is full.", "Wait a little.", true, TimeSpan.FromSeconds(1.5)),
            (error.Code, error.Message, error.Remedy, error.Retryable, error.RetryAfter!.Value));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Arguments_that_the_schema_refuses_name_the_place_and_the_reason(string revision)
    {
        await OfferAsync(Tool.Create("forecast", (string city, int days = 3) => new Forecast(city, days)));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);

        var wrong = await CallAsync(client, "kit_forecast", new { city = "Oslo", days = "many" });
        var unknown = await CallAsync(client, "kit_forecast", new { city = "Oslo", wind = 1 });
        var none = await client.CallToolAsync("kit_forecast", cancellationToken: Stop).InTime();

        foreach (var result in new[] { wrong, unknown, none })
        {
            Assert.True(result.IsError);
            Assert.StartsWith("invalid_arguments:", TextOf(result), StringComparison.Ordinal);
        }

        Assert.Contains("/days", TextOf(wrong), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(5_000)]
    [InlineData(500_000)]
    public async Task Deep_arguments_and_other_malformed_lines_do_no_harm_to_the_session(int depth)
    {
        await OfferAsync(Tool.Create("any", (JsonElement value) => value.ValueKind.ToString()));
        await using var client = new RawClient(await ServeVisitorAsync());
        string deep = new string('[', depth) + new string(']', depth);

        await client.SendLineAsync($$$"""{"jsonrpc":"2.0","id":"deep","method":"tools/call","params":{"name":"kit_any","arguments":{"value":{{{deep}}} },"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{} } } }""");
        await client.SendLineAsync("""[{"jsonrpc":"2.0","id":"batch","method":"tools/list"}]""");
        await client.SendLineAsync("{");

        var result = await client.CallAsync("kit_any", new { value = "flat" });
        Assert.Equal("String", result.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Arguments_that_name_one_property_twice_are_refused()
    {
        await OfferAsync(Tool.Create("any", (JsonElement value) => value.ValueKind.ToString()));
        await using var client = new RawClient(await ServeVisitorAsync());

        await client.SendLineAsync("""{"jsonrpc":"2.0","id":"twice","method":"tools/call","params":{"name":"kit_any","arguments":{"value":1,"value":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}""");

        var answer = await client.ReadAsync();
        Assert.True(answer.TryGetProperty("error", out _) || answer.GetProperty("result").GetProperty("isError").GetBoolean(), answer.GetRawText());
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task Progress_arrives_as_it_is_reported(string revision)
    {
        await OfferAsync(Tool.Create("work", async (CallContext call) =>
        {
            for (int i = 1; i <= 20; i++)
            {
                await call.ReportProgressAsync(i, 20, $"step {i}");
            }

            return "done";
        }));
        await using var client = await RawClient.ConnectAsync(await ServeVisitorAsync(), revision);

        var (progress, result) = await FollowAsync(client, "kit_work");

        Assert.Equal(
            Enumerable.Range(1, 20).Select(i => ("p", i, 20, $"step {i}")),
            progress.Select(told => (told.GetProperty("progressToken").GetString()!, told.GetProperty("progress").GetInt32(), told.GetProperty("total").GetInt32(), told.GetProperty("message").GetString()!)));
        Assert.Equal("done", result.GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_stream_is_told_as_it_comes_and_gathered_as_the_result(string revision)
    {
        await OfferAsync(Tool.Create("words", () => Streams.Of("He", "llo")), Tool.Create("numbers", () => Streams.Of(1, 2, 3)), Tool.Create("none", () => Streams.Of<int>()));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);
        await using var raw = await RawClient.ConnectAsync(await ServeAsync(await JoinAsync("other")), revision);

        var (progress, _) = await FollowAsync(raw, "kit_words");
        var words = await CallAsync(client, "kit_words");

        Assert.Equal(["1 He", "2 llo"], progress.Select(value => $"{value.GetProperty("progress")} {value.GetProperty("message")}"));
        Assert.Equal("Hello", TextOf(words));
        Assert.Equal("""["He","llo"]""", Root(words, revision));
        Assert.Equal("[1,2,3]", Root(await CallAsync(client, "kit_numbers"), revision));
        Assert.Equal("[]", Root(await CallAsync(client, "kit_none"), revision));
    }

    [Theory]
    [InlineData(Older, 1_000)]
    [InlineData(Newer, 1_000)]
    [InlineData(Newer, 0)]
    public async Task A_stream_that_is_too_much_is_stopped(string revision, int size)
    {
        var stopped = new Signal();
        await OfferAsync(Tool.Create("flood", (CancellationToken stop) => FloodAsync(new string('x', size), stopped, stop)));
        var client = await ConnectAsync(await ServeVisitorAsync(new() { MaxStreamBytes = 10_000 }), revision);

        var result = await CallAsync(client, "kit_flood");

        Assert.StartsWith("too_large:", TextOf(result), StringComparison.Ordinal);
        await stopped.InTime();
    }

    [Fact]
    public async Task What_a_tool_reports_is_logged_to_an_older_client_that_asks_for_logs_and_not_for_progress()
    {
        await OfferAsync(Reporting());
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var client = await ConnectAsync(await ServeVisitorAsync(), Older, new()
        {
            Handlers = new()
            {
                NotificationHandlers = [new("notifications/message", (notice, _) =>
                {
                    heard.TrySetResult(notice.Params!.ToJsonString());
                    return default;
                })],
            },
        });
        foreach (string level in new[] { "", "error", "info" })
        {
            Assert.False(heard.Task.IsCompleted);
            if (level.Length > 0)
            {
                await client.SendRequestAsync(new JsonRpcRequest { Method = "logging/setLevel", Params = JsonSerializer.SerializeToNode(new { level }) }, Stop).InTime();
            }

            Assert.Equal("done", TextOf(await CallAsync(client, "kit_work")));
        }

        Assert.Equal("""{"level":"info","logger":"kit_work","data":"half way"}""", await heard.Task.InTime());
    }

    [Fact]
    public async Task What_a_tool_reports_is_logged_to_a_newer_client_whose_request_asks_for_it()
    {
        await OfferAsync(Reporting());
        var server = await ServeVisitorAsync();
        await using var silent = new RawClient(server) { LogLevel = "warning" };
        await using var client = new RawClient(server) { LogLevel = "info" };
        var call = new JsonObject { ["name"] = "kit_work" };

        int id = await silent.SendAsync("tools/call", (JsonObject)call.DeepClone());
        Assert.Equal(id, (await silent.ReadAsync()).GetProperty("id").GetInt32());
        await client.SendAsync("tools/call", call);
        var notice = await client.ReadAsync();
        Assert.Equal("notifications/message", notice.GetProperty("method").GetString());
        Assert.Equal("half way", notice.GetProperty("params").GetProperty("data").GetString());
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_client_that_never_reads_holds_up_neither_its_call_nor_the_end_of_its_session(string revision)
    {
        var done = new Signal();
        await OfferAsync(Tool.Create("talk", async (CallContext call) =>
        {
            for (int i = 1; i <= 100; i++)
            {
                await call.ReportProgressAsync(i, null, new string('x', 10_000));
            }

            done.Set();
            return "done";
        }));
        var client = await RawClient.ConnectAsync(await ServeVisitorAsync(new() { TimeProvider = Clock }), revision);
        await client.SendAsync("tools/call", new() { ["name"] = "kit_talk", ["_meta"] = new JsonObject { ["progressToken"] = "p" } });

        // The first message that finds no place is waited for, until the time for it is up; what follows is not sent.
        while (!done.IsSet)
        {
            await Task.WhenAny(done.InTime(), Clock.TimerWithinAsync(TimeSpan.FromSeconds(10)));
            Clock.Advance(TimeSpan.FromSeconds(10));
        }

        await client.DisposeAsync();
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_cancelled_request_cancels_the_call(string revision)
    {
        var (started, cancelled) = (new Signal(), new Signal());
        await OfferAsync(Waiting(started, cancelled));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);
        var id = new RequestId("mine");
        var call = client.SendRequestAsync(new JsonRpcRequest
        {
            Id = id,
            Method = "tools/call",
            Params = JsonSerializer.SerializeToNode(new CallToolRequestParams { Name = "kit_wait" }, McpJsonUtilities.DefaultOptions),
        }, Stop);
        await started.InTime();

        await client.SendNotificationAsync("notifications/cancelled", new CancelledNotificationParams { RequestId = id }, cancellationToken: Stop).InTime();

        await cancelled.InTime();
        Assert.False(call.IsCompletedSuccessfully);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_client_that_goes_away_cancels_its_calls_and_no_others(string revision)
    {
        var (started, cancelled) = (new Signal(), new Signal());
        await OfferAsync(Waiting(started, cancelled), Tool.Create("quick", () => "here"));
        var server = await ServeVisitorAsync();
        var (client, session) = await OpenAsync(server, revision);
        var other = await ConnectAsync(server, revision);
        var call = client.CallToolAsync("kit_wait", cancellationToken: Stop).AsTask();
        await started.InTime();

        await DropAsync(client);

        await cancelled.InTime();
        await session.InTime();
        Assert.False(call.IsCompletedSuccessfully);
        Assert.Equal("here", TextOf(await CallAsync(other, "kit_quick")));
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task When_the_participant_leaves_its_sessions_end(string revision)
    {
        await OfferAsync(Tool.Create("quick", () => "here"));
        var room = await JoinAsync("visitor");
        var (_, session) = await OpenAsync(await ServeAsync(room), revision);

        await room.DisposeAsync().InTime();

        await session.InTime();
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task A_tool_that_is_gone_is_unknown_and_one_whose_provider_left_is_unavailable(string revision)
    {
        var provider = await OfferAsync(Tool.Create("quick", () => "here"));
        var client = await ConnectAsync(await ServeVisitorAsync(), revision);
        var unknown = await Assert.ThrowsAsync<McpProtocolException>(() => CallAsync(client, "kit_nothing"));
        Assert.Equal(McpErrorCode.InvalidParams, unknown.ErrorCode);

        await provider.DisposeAsync().InTime();

        var gone = await Assert.ThrowsAsync<McpProtocolException>(() => CallAsync(client, "kit_quick"));
        Assert.Contains("Unknown tool: 'kit_quick'", gone.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Revisions))]
    public async Task The_rooms_own_toolkits_are_served_where_that_is_asked_for(string revision)
    {
        var room = await JoinAsync("visitor");
        Assert.Empty(await NamesAsync(await ConnectAsync(await ServeAsync(room, new() { OfferAskUser = false }), revision)));
        var client = await ConnectAsync(await ServeAsync(room, new() { BuiltInToolkits = ["state"] }), revision);

        var names = await NamesAsync(client);

        Assert.Contains("state_put", names);
        Assert.DoesNotContain("state_watch", names);
        Assert.All(names, name => Assert.StartsWith("state_", name, StringComparison.Ordinal));
        await CallAsync(client, "state_put", new { key = "a.b", value = 7 });
        Assert.Equal("7", (await room.State.GetAsync("a.b", Stop).InTime())!.Value.ToString());
    }

    /// <summary>Calls a tool under a progress token, and returns what was told of it before its result, in order.</summary>
    private static async Task<(List<JsonElement> Progress, JsonElement Result)> FollowAsync(RawClient client, string tool)
    {
        var progress = new List<JsonElement>();
        int id = await client.SendAsync("tools/call", new() { ["name"] = tool, ["_meta"] = new JsonObject { ["progressToken"] = "p" } });
        while (true)
        {
            var message = await client.ReadAsync();
            if (message.TryGetProperty("id", out var answered))
            {
                Assert.Equal(id, answered.GetInt32());
                return (progress, message.GetProperty("result"));
            }

            Assert.Equal("notifications/progress", message.GetProperty("method").GetString());
            progress.Add(message.GetProperty("params"));
        }
    }

    private static Tool Reporting() => Tool.Create("work", async (CallContext call) =>
    {
        await call.ReportProgressAsync(1, null, "half way");
        return "done";
    });

    private static Tool Waiting(Signal started, Signal cancelled) => Tool.Create("wait", async (CancellationToken stop) =>
    {
        started.Set();
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            cancelled.Set();
            throw;
        }
    });

    private static async IAsyncEnumerable<string> FloodAsync(string item, Signal stopped, [EnumeratorCancellation] CancellationToken stop)
    {
        try
        {
            while (true)
            {
                yield return item;
                await Task.Yield();
                stop.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            stopped.Set();
        }
    }

    /// <summary>The value at the root of a result, unwrapped where its revision wraps it.</summary>
    private static string Root(CallToolResult result, string revision) => revision == Older
        ? result.StructuredContent!.Value.GetProperty("value").GetRawText()
        : result.StructuredContent!.Value.GetRawText();
}
