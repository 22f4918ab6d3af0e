using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>JSON that must not enter a room does not, and whoever sent it is told what is wrong.</summary>
public abstract class RoomClientInputContract : RoomClientContract
{
    [Theory]
    [InlineData("""{"value":{"a":1,"a":2}}""", "duplicateProperty")]
    [InlineData("""{"value":1,"value":2}""", "duplicateProperty")]
    [InlineData("""{"value":{"a":1,"\u0061":2}}""", "duplicateProperty")]
    [InlineData("""{"value":1e400}""", "finite")]
    [InlineData("""{"value":[-1e999]}""", "finite")]
    [InlineData("""{"value":"\ud800"}""", "surrogate")]
    [InlineData("""{"value":["\udc00x"]}""", "surrogate")]
    [InlineData("""{"value":{"\ud83d":1}}""", "surrogate")]
    [InlineData("[]", "type")]
    [InlineData("null", "type")]
    [InlineData("\"text\"", "type")]
    [InlineData("7", "type")]
    public async Task Hostile_json_is_refused_as_text_and_parsed(string arguments, string keyword)
    {
        await OfferAsync("ada", Tool.Create("take", (JsonElement value) => "taken"));
        var bob = await JoinAsync("bob");
        using var document = JsonDocument.Parse(arguments);
        foreach (var payload in new[] { JsonPayload.FromUtf8(Utf8(arguments)), JsonPayload.FromElement(document.RootElement) })
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/take", payload));
            AssertCode(MeshErrorCode.InvalidArguments, error);
            Assert.Equal(keyword, error.Details!.Value.GetProperty("violations")[0].GetProperty("keyword").GetString());
        }
    }

    [Theory]
    [InlineData("""{"value":1""")]
    [InlineData("""{"value":1}}""")]
    [InlineData("""{"value":1,}""")]
    [InlineData("""{"value":01}""")]
    [InlineData("""{"value":NaN}""")]
    [InlineData("""{'value':1}""")]
    [InlineData("{\"value\":1}\0")]
    [InlineData("""/* c */{"value":1}""")]
    [InlineData(" ")]
    public async Task Malformed_text_is_refused(string arguments)
    {
        await OfferAsync("ada", Tool.Create("take", (JsonElement value) => "taken"));
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/take", JsonPayload.FromUtf8(Utf8(arguments)))));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.InvokeUtf8Async("kit/take", Utf8(arguments))));
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        await OfferAsync("ada", Tool.Create("take", (string value) => "taken"));
        var bob = await JoinAsync("bob");
        byte[] json = [.. "{\"value\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.InvokeUtf8Async("kit/take", json)));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(70)]
    [InlineData(2_000)]
    public async Task Depth_is_bounded_and_the_same_for_text_and_parsed(int depth)
    {
        await OfferAsync("ada", Tool.Create("take", (JsonElement value) => "taken"));
        var bob = await JoinAsync("bob");

        // The arguments' own object is one level.
        string arguments = $$"""{"value":{{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""";
        var text = await bob.Toolkits.TryInvokeAsync("kit/take", JsonPayload.FromUtf8(Utf8(arguments))).InTime();
        using var document = JsonDocument.Parse(arguments, new JsonDocumentOptions { MaxDepth = depth });
        var parsed = await bob.Toolkits.TryInvokeAsync("kit/take", JsonPayload.FromElement(document.RootElement)).InTime();
        Assert.Equal(depth <= 64, text.IsResult);
        Assert.Equal(depth <= 64, parsed.IsResult);
        Assert.Equal(depth <= 64 ? null : MeshErrorCode.InvalidArguments, text.Error?.Code);
        Assert.Equal(text.Error?.Code, parsed.Error?.Code);
    }

    [Fact]
    public async Task Text_nested_a_million_deep_is_refused_as_what_it_is()
    {
        await OfferAsync("ada", Tool.Create("take", (JsonElement value) => "taken"));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.InvokeUtf8Async("kit/take", Utf8("{\"value\":" + new string('[', 1_000_000))));
        AssertCode(MeshErrorCode.InvalidArguments, error);
        Assert.Equal("maxDepth", error.Details!.Value.GetProperty("violations")[0].GetProperty("keyword").GetString());
    }

    [Fact]
    public async Task Arguments_that_are_too_large_are_refused()
    {
        StartHost(options => options with { MaxArgumentBytes = 1000 });
        await OfferAsync("ada", Tool.Create("length", (string value) => value.Length));
        var bob = await JoinAsync("bob");
        int overhead = """{"value":""}""".Length;
        Assert.Equal(1000 - overhead, await bob.Toolkits.InvokeAsync<int>("kit/length", new { value = new string('x', 1000 - overhead) }).InTime());
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/length", new { value = new string('x', 1001 - overhead) }));
        AssertCode(MeshErrorCode.TooLarge, error);
        Assert.Contains("1001 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_tool_of_the_room_is_given_is_checked_the_same_way()
    {
        var bob = await JoinAsync("bob", Grants.Full);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.InvokeUtf8Async(
            "room/setAttributes", Utf8("""{"attributes":{"a":1,"\u0061":2}}"""))));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.InvokeUtf8Async("room/setAttributes", Utf8("""{"attributes":7}"""))));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Toolkits.InvokeUtf8Async(
            "room/setGrants", Utf8("""{"participant":"bob","grants":{"wizardry":{}}}"""))));
    }

    [Fact]
    public async Task A_tool_registered_by_hand_without_code_is_called_in_vain()
    {
        var bob = await JoinAsync("bob", Grants.Full);
        var toolkit = JsonPayload.FromUtf8(
            """{"registration":"00000000000000000000000000000001","toolkit":{"name":"x","tools":[{"name":"y","inputSchema":{}}]}}"""u8.ToArray());
        Assert.True((await bob.Toolkits.TryInvokeAsync("room/registerToolkit", toolkit)).IsResult);

        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("x/y", default(JsonPayload)));

        Assert.Equal((MeshErrorCode.Unavailable, true), (error.Code, error.Retryable));
        Assert.Contains("no code under lease '00000000000000000000000000000001'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("room/setGrants", """{"participant":"bob","grants":{"budget":{"calls":-1}}}""")]
    [InlineData("room/registerToolkit", """{"registration":"00000000000000000000000000000001","toolkit":{"name":"room","tools":[]}}""")]
    [InlineData("room/registerToolkit", """{"registration":"00000000000000000000000000000001","toolkit":{"name":"x","tools":[{"name":"no such tool","inputSchema":{}}]}}""")]
    [InlineData("room/registerToolkit", """{"registration":"00000000000000000000000000000001","toolkit":{"name":"x","tools":[{"name":"y","inputSchema":{"type":"wrong"}}]}}""")]
    public async Task A_hand_made_call_to_the_room_fails_with_a_code_and_breaks_nothing(string tool, string arguments)
    {
        var bob = await JoinAsync("bob", Grants.Full);
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync(tool, JsonPayload.FromUtf8(Utf8(arguments))));
        Assert.NotEmpty(error.Code.Value);
        Assert.NotEqual(MeshErrorCode.HandlerFailed, error.Code);
        Assert.Empty(Faults);
        Assert.Equal("bob", Assert.Single(await bob.Participants.ListAsync().InTime()).Name);
    }
}
