using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>The journal keeps of arguments and results what the room says and the tool allows, of whatever came.</summary>
public abstract class RoomClientCaptureContract : RoomClientContract
{
    [Fact]
    public async Task Nothing_is_kept_unless_the_room_says_so()
    {
        Assert.Same(JournalPayload.None, await PayloadAsync(null, """{"value":"secret"}"""));
    }

    [Theory]
    [InlineData(JournalCapture.None, null, null)]
    [InlineData(JournalCapture.Full, """{"value": {"b":[1, true, null],"a":"x"}}""", """{"b":[1, true, null],"a":"x"}""")]
    [InlineData(JournalCapture.Redacted, """{"value":{"b":["<number>",true,null],"a":"<string>"}}""", """{"b":["<number>",true,null],"a":"<string>"}""")]
    [InlineData(JournalCapture.Hash, "87f684c77ca01ca055de750b300e5368a053833aa26201c3243d9c2cf42222ba", "5b71bebbe6b3c09ca542ef17e30971a66ce4bd625875f2d4bb4dc9ed3271197a")]
    public async Task Each_level_keeps_its_own(JournalCapture capture, string? arguments, string? result)
    {
        var payload = await PayloadAsync(new(capture), """{"value": {"b":[1, true, null],"a":"x"}}""");
        Assert.Equal(new JournalPayload(capture, arguments, result), payload);
    }

    [Fact]
    public async Task Equal_values_have_equal_hashes_however_they_are_written()
    {
        var one = await PayloadAsync(new(JournalCapture.Hash), """{"value":{"a":1,"b":"é"}}""");
        await using var other = await OtherAsync(JournalCapture.Hash, """{ "value" : {"b":"\u00e9","a":1.0} }""");
        Assert.Equal(one, other.Payload);
        Assert.Equal(64, one.Arguments!.Length);
    }

    [Fact]
    public async Task The_first_rule_that_covers_a_tool_holds_and_a_tool_can_only_lessen_it()
    {
        StartHostWithRoom(new()
        {
            JournalCapture = new JournalCapturePolicy(JournalCapture.Redacted)
                .With("kit/open*", JournalCapture.Full).With("kit/*", JournalCapture.Hash),
        });
        await OfferAsync(
            "ada",
            Echo("open"),
            Echo("openSecret", JournalCapture.None),
            Echo("openHash", JournalCapture.Hash),
            Echo("other"),
            Echo("otherMore", JournalCapture.Full));
        var bob = await JoinAsync("bob", Grants.Full);
        foreach (string tool in (string[])["open", "openSecret", "openHash", "other", "otherMore"])
        {
            await bob.Toolkits.InvokeAsync($"kit/{tool}", Json("""{"value":1}""")).InTime();
        }

        await bob.Toolkits.ListAsync().InTime();
        Assert.Equal(
            [JournalCapture.Full, JournalCapture.None, JournalCapture.Hash, JournalCapture.Hash, JournalCapture.Hash, JournalCapture.Redacted],
            Journal.ToList(new() { Participant = "bob", Kind = JournalEntryKind.Call }).Select(entry => entry.Payload.Capture));
    }

    [Theory]
    [InlineData("kit/secret", false)]
    [InlineData("kit/secret@ada", false)]
    [InlineData("kit/secret@nobody", false)]
    [InlineData("kit/secret", true)]
    public async Task What_a_tool_forbids_is_not_kept_of_refused_calls_either(string address, bool isHidden)
    {
        StartHostWithRoom(new() { JournalCapture = new(JournalCapture.Full) });
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Echo("secret", JournalCapture.None)), new() { Private = isHidden }).InTime();
        var bob = await JoinAsync("bob", Grants.None);
        await FailureOf(bob.Toolkits.TryInvokeAsync(address, JsonPayload.FromUtf8(Utf8("""{"value":"password"}"""))));
        await bob.Toolkits.ExplainAsync("kit/secret", JsonPayload.FromUtf8(Utf8("""{"value":"password"}"""))).InTime();
        var calls = Journal.ToList(new() { Participant = "bob", Kind = JournalEntryKind.Call });
        Assert.Equal(2, calls.Count);
        Assert.All(calls, entry => Assert.Same(JournalPayload.None, entry.Payload));
    }

    [Theory]
    [InlineData("kit/echo", """{"value":1,"value":2}""", false)]
    [InlineData("kit/echo", """{"value":"\ud800"}""", false)]
    [InlineData("kit/echo", """{"value":1e400}""", true)]
    [InlineData("kit/echo", """{"none":1}""", true)]
    [InlineData("kit/nothing", """{"value":1}""", true)]
    public async Task Refused_arguments_are_kept_as_they_came(string tool, string arguments, bool isJson)
    {
        foreach (var capture in (JournalCapture[])[JournalCapture.Full, JournalCapture.Redacted, JournalCapture.Hash])
        {
            await using var call = await OtherAsync(capture, arguments, tool);
            Assert.NotNull(call.Payload.Arguments);
            Assert.Null(call.Payload.Result);
            Assert.Equal(isJson || capture != JournalCapture.Hash, call.Payload.ArgumentsNote is null);
            Assert.Equal(capture == JournalCapture.Full, call.Payload.Arguments == arguments);
        }
    }

    [Theory]
    [InlineData("{\"value\":1")]
    [InlineData("{\"value\":'x'}")]
    [InlineData("\u0001")]
    [InlineData("{} {}")]
    public async Task Malformed_arguments_are_kept_with_a_note(string arguments)
    {
        await using var full = await OtherAsync(JournalCapture.Full, arguments);
        Assert.Equal((arguments, "not well-formed JSON"), (full.Payload.Arguments, full.Payload.ArgumentsNote));
        await using var redacted = await OtherAsync(JournalCapture.Redacted, arguments);
        Assert.Equal((null, "not kept: it is not well-formed JSON"), (redacted.Payload.Arguments, redacted.Payload.ArgumentsNote));
        await using var hash = await OtherAsync(JournalCapture.Hash, arguments);
        Assert.Equal((64, "not JSON that may enter a room: the hash is of its bytes"), (hash.Payload.Arguments!.Length, hash.Payload.ArgumentsNote));
    }

    [Fact]
    public async Task Deep_arguments_exhaust_nothing()
    {
        string deep = $$"""{"value":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""";
        foreach (var capture in (JournalCapture[])[JournalCapture.Full, JournalCapture.Redacted, JournalCapture.Hash])
        {
            await using var call = await OtherAsync(capture, deep);
            Assert.InRange(call.Payload.Arguments?.Length ?? 0, 0, 16 * 1024);
            Assert.NotNull(call.Payload.ArgumentsNote);
        }
    }

    [Fact]
    public async Task What_is_long_is_cut_at_a_character_and_says_how_long_it_was()
    {
        string arguments = $$"""{"value":"{{new string('☃', 20_000)}}"}""";
        var payload = await PayloadAsync(new(JournalCapture.Full), arguments);
        Assert.StartsWith(payload.Arguments!, arguments, StringComparison.Ordinal);
        Assert.Equal(("cut: it had 60012 bytes", "cut: it had 60002 bytes"), (payload.ArgumentsNote, payload.ResultNote));
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(payload.Arguments!), (16 * 1024) - 3, 16 * 1024);
        await using var numbers = await OtherAsync(JournalCapture.Redacted, $$"""{"value":[{{string.Join(',', Enumerable.Repeat("1", 5_000))}}]}""");
        Assert.StartsWith("""{"value":["<number>","<number>",""", numbers.Payload.Arguments, StringComparison.Ordinal);
        Assert.EndsWith("\"<number>\"", numbers.Payload.Arguments, StringComparison.Ordinal);
        Assert.InRange(numbers.Payload.Arguments!.Length, 1, 16 * 1024);
        Assert.Equal("cut: it had 10011 bytes", numbers.Payload.ArgumentsNote);
    }

    [Fact]
    public async Task Every_form_of_result_has_its_json_and_bytes_are_never_in_it()
    {
        StartHostWithRoom(new() { JournalCapture = new(JournalCapture.Full) });
        await OfferAsync(
            "ada",
            Tool.Create("text", () => "é \"quoted\""),
            Tool.Create("nothing", () => { }),
            Tool.Create("file", () => new FileResponse("a.bin", "application/x-a", new byte[] { 1, 2, 3 })),
            Tool.Create("link", () => new LinkResponse(new Uri("https://example.org/a"))),
            Tool.Create("parts", () => new ContentResponse(new TextPart("t"), new JsonPart(JsonPayload.FromUtf8(Utf8("[1]"))), new BytesPart(new byte[] { 1 }))),
            Tool.Create("partial", Partial));
        var bob = await JoinAsync("bob");
        foreach (string tool in (string[])["text", "nothing", "file", "link", "parts", "partial"])
        {
            await bob.Toolkits.TryInvokeAsync($"kit/{tool}").InTime();
        }

        Assert.Equal(
            [
                "\"é \\\"quoted\\\"\"",
                null,
                """[{"bytes":{"name":"a.bin","mimeType":"application/x-a","length":3}}]""",
                """[{"link":{"uri":"https://example.org/a"}}]""",
                """[{"text":"t"},{"json":[1]},{"bytes":{"mimeType":"application/octet-stream","length":1}}]""",
                "[1]",
            ],
            Journal.ToList(new() { Participant = "bob", Tool = "kit/*" }).Select(entry => entry.Payload.Result));

        static async IAsyncEnumerable<int> Partial(CallContext call)
        {
            yield return 1;
            await Task.Yield();
            throw new InvalidOperationException("in the middle");
        }
    }

    [Fact]
    public async Task A_text_that_is_none_is_kept_as_text()
    {
        StartHostWithRoom(new() { JournalCapture = new(JournalCapture.Full) });
        await OfferAsync("ada", Tool.Create("half", () => "half \ud800 pair"));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.TryInvokeAsync("kit/half").InTime();
        Assert.Equal("half \uFFFD pair", Json(EntriesOf("kit/half")[0].Payload.Result!).GetString());
    }

    [Fact]
    public async Task A_disposed_document_is_no_reason_to_lose_an_entry()
    {
        StartHostWithRoom(new() { JournalCapture = new(JournalCapture.Full) });
        var started = new Signal();
        await OfferAsync("ada", Tool.Create("wait", async (string value) =>
        {
            started.Set();
            await TestEnds.WaitStubbornlyAsync();
        }));
        var bob = await JoinAsync("bob");
        var document = JsonDocument.Parse("""{"value":"x"}""");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait", JsonPayload.FromElement(document.RootElement));
        await started.InTime();
        document.Dispose();
        TestEnds.Set();
        Assert.True((await call.InTime()).IsResult);
        var payload = Assert.Single(EntriesOf("kit/wait")).Payload;
        Assert.True(payload is { Arguments: """{"value":"x"}""", ArgumentsNote: null } or { Arguments: null, ArgumentsNote: "not kept: it could not be read (ObjectDisposedException)" }, payload.ToString());
    }

    [Fact]
    public async Task What_is_kept_outlives_the_documents_that_it_came_from()
    {
        StartHostWithRoom(new() { JournalCapture = new(JournalCapture.Full) });
        await OfferAsync("ada", Echo("echo"));
        var bob = await JoinAsync("bob");
        using (var document = JsonDocument.Parse("""{"value":"kept"}"""))
        {
            await bob.Toolkits.InvokeAsync("kit/echo", document.RootElement).InTime();
        }

        Assert.Equal(new JournalPayload(JournalCapture.Full, """{"value":"kept"}""", "\"kept\""), EntriesOf("kit/echo")[0].Payload);
    }

    [Fact]
    public void A_policy_that_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalCapturePolicy((JournalCapture)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JournalCapturePolicy(JournalCapture.None).With("a/*", (JournalCapture)(-1)));
        Assert.Throws<ArgumentException>(() => new JournalCapturePolicy(JournalCapture.None).With("", JournalCapture.Full));
    }

    private static Tool Echo(string name, JournalCapture? most = null) =>
        Tool.Create(name, (JsonElement value) => value, new() { MaxJournalCapture = most });

    /// <summary>What is kept of one call in a room of that policy.</summary>
    private async Task<JournalPayload> PayloadAsync(JournalCapturePolicy? policy, string arguments)
    {
        StartHostWithRoom(new() { JournalCapture = policy });
        await OfferAsync("ada", Echo("echo"));
        var bob = await JoinAsync("bob", Grants.Full);
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/echo", JsonPayload.FromUtf8(Utf8(arguments))).InTime()).IsResult);
        return EntriesOf("kit/echo")[0].Payload;
    }

    /// <summary>The same in a host of its own, whatever becomes of the call.</summary>
    private async Task<OneCall> OtherAsync(JournalCapture capture, string arguments, string tool = "kit/echo")
    {
        var journal = new MemoryJournal();
        var host = new MeshHost(new() { Journal = journal, ConfigureRoom = _ => new() { JournalCapture = new(capture) } });
        var ada = await host.JoinAsync(Den, "ada", Grants.Full, new() { Connection = Connection }).InTime();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Echo("echo"))).InTime();
        var bob = await host.JoinAsync(Den, "bob", Grants.Full, new() { Connection = Connection }).InTime();
        await bob.Toolkits.TryInvokeAsync(tool, JsonPayload.FromUtf8(Utf8(arguments))).InTime();
        return new(host, journal.ToList(new() { Participant = "bob", Kind = JournalEntryKind.Call })[^1].Payload);
    }

    private sealed record OneCall(MeshHost Host, JournalPayload Payload) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
