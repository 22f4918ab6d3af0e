using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Mesh.Mcp.AspNetCore.Tests.Http;

/// <summary>Requests that are wrong in themselves: each is told why, with a status and an error of JSON-RPC, and joins nobody.</summary>
public sealed class BadRequestTests : McpHttpTests
{
    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("nonsense", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"} {}""", -32700)]
    [InlineData("""{"jsonrpc":"2.0"}""", -32700)]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""", -32600)]
    [InlineData("[]", -32600)]
    [InlineData("7", -32600)]
    [InlineData("null", -32600)]
    public async Task A_body_that_is_no_message_is_refused(string body, int code)
    {
        await StartAsync();
        var (status, answer) = await SendAsync(NewHttp(), Post(body));

        Assert.Equal(400, status);
        Assert.Equal(code, CodeOf(answer));
        Assert.Equal("protocol_error", MeshCodeOf(answer));
        Assert.Empty(await PresentAsync(await WatchAsync()));
    }

    [Fact]
    public async Task Json_that_is_nested_too_deep_is_refused()
    {
        await StartAsync();
        string deep = $$"""{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":{{new string('[', 100_000)}}{{new string(']', 100_000)}} } }""";

        var (status, answer) = await SendAsync(NewHttp(), Post(deep));

        Assert.Equal((400, -32700), (status, CodeOf(answer)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_refused_whether_it_says_its_length_or_not(bool saysLength)
    {
        await StartAsync(new() { MaxRequestBytes = 1_000 });
        var request = Post(Initialize.Replace("test", new string('x', 1_000), StringComparison.Ordinal));
        request.Headers.TransferEncodingChunked = !saysLength;

        var (status, answer) = await SendAsync(NewHttp(), request);

        Assert.Equal((413, "too_large"), (status, MeshCodeOf(answer)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    [InlineData("text/html, application/xhtml+xml")]
    [InlineData("nonsense")]
    public async Task A_client_that_does_not_take_both_kinds_of_answers_is_refused(string? accept)
    {
        await StartAsync();
        var (status, _) = await SendAsync(NewHttp(), Post(Initialize, headers: ("Accept", accept)));

        Assert.Equal(406, status);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("text/event-stream;q=0.5, application/*")]
    public async Task A_client_that_takes_more_is_served(string accept)
    {
        await StartAsync();
        var (status, _) = await SendAsync(NewHttp(), Post(Initialize, headers: ("Accept", accept)));

        Assert.Equal(200, status);
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused()
    {
        await StartAsync();
        var request = Post(Initialize);
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("text/plain");

        Assert.Equal(415, (await SendAsync(NewHttp(), request)).Status);
    }

    [Theory]
    [InlineData("evil.example", null)]
    [InlineData("localhost", "http://evil.example")]
    [InlineData("localhost", "null")]
    public async Task A_request_from_a_foreign_page_is_refused(string host, string? origin)
    {
        await StartAsync();
        var (status, answer) = await SendAsync(NewHttp(), Post(Initialize, headers: [("Host", host), ("Origin", origin)]));

        Assert.Equal((403, "not_granted"), (status, MeshCodeOf(answer)));
        Assert.Empty(await PresentAsync(await WatchAsync()));
    }

    [Theory]
    [InlineData("1999-01-01")]
    [InlineData("2026-07-29")]
    [InlineData("v9")]
    [InlineData("2025-11-25, 2026-07-28")]
    public async Task A_revision_that_is_not_known_is_refused_naming_those_that_are(string revision)
    {
        await StartAsync();
        var (status, answer) = await SendAsync(NewHttp(), Post("""{"jsonrpc":"2.0","id":9,"method":"ping"}""", headers: ("MCP-Protocol-Version", revision)));

        Assert.Equal((400, -32022, 9), (status, CodeOf(answer), answer.GetProperty("id").GetInt32()));
        Assert.Equal(Newer, answer.GetProperty("error").GetProperty("data").GetProperty("supported")[0].GetString());
    }

    [Theory]
    [InlineData("MCP-Protocol-Version", null)]
    [InlineData("Mcp-Method", null)]
    [InlineData("Mcp-Method", "tools/list")]
    [InlineData("Mcp-Method", "TOOLS/CALL")]
    [InlineData("Mcp-Name", null)]
    [InlineData("Mcp-Name", "kit_other")]
    [InlineData("Mcp-Name", "=?base64?a2l0X290aGVy?=")]
    [InlineData("Mcp-Name", "=?base64?!?=")]
    [InlineData("Mcp-Name", "=?base64?/w==?=")]
    public async Task Headers_that_are_missing_or_say_something_else_than_the_body_are_refused(string header, string? value)
    {
        await StartAsync();
        var (status, answer) = await SendAsync(NewHttp(), PostNewer("tools/call", "kit_echo", """ "name":"kit_echo","arguments":{"text":"x"} """, headers: (header, value)));

        Assert.Equal((400, -32020, 7), (status, CodeOf(answer), answer.GetProperty("id").GetInt32()));
    }

    [Theory]
    [InlineData("""{"city":"Oslo","days":3,"deep":{"fast":true} }""", "Oslo", "3", "true", true)]
    [InlineData("""{"city":"Oslo","days":3}""", "=?base64?T3Nsbw==?=", "3.0", null, true)]
    [InlineData("""{"city":"Ås","days":3}""", "=?base64?w4Vz?=", "3", null, true)]
    [InlineData("""{"days":3}""", null, "3", null, true)]
    [InlineData("""{"days":3,"deep":{} }""", null, "3", null, true)]
    [InlineData("""{"city":"Oslo","days":3}""", "Bergen", "3", null, false)]
    [InlineData("""{"city":"Oslo","days":3}""", "oslo", "3", null, false)]
    [InlineData("""{"city":"Oslo","days":3}""", null, "3", null, false)]
    [InlineData("""{"days":3}""", "Oslo", "3", null, false)]
    [InlineData("""{"city":"Oslo","days":3}""", "Oslo", "4", null, false)]
    [InlineData("""{"city":"Oslo","days":3}""", "Oslo", "three", null, false)]
    [InlineData("""{"city":"Oslo","days":3,"deep":{"fast":true} }""", "Oslo", "3", "True", false)]
    [InlineData("""{"city":"Oslo","days":3}""", "=?base64?T3Nsbw?=", "3", null, false)]
    [InlineData("""{"city":"Oslo","days":3}""", "=?base64?!!!?=", "3", null, false)]
    [InlineData("""{"city":null,"days":3}""", "Oslo", "3", null, false)]
    [InlineData("""[]""", "Oslo", "3", null, false)]
    public async Task Arguments_that_are_sent_as_headers_besides_say_the_same_there(string arguments, string? city, string? days, string? fast, bool isSame)
    {
        var ran = 0;
        await StartAsync(tools: new Marked(() => ran++));
        var (status, answer) = await SendAsync(NewHttp(), PostNewer(
            "tools/call", "kit_plan", $$""" "name":"kit_plan","arguments":{{arguments}} """, headers: [("Mcp-Param-City", city), ("mcp-param-days", days), ("Mcp-Param-Fast", fast)]));

        Assert.Equal((isSame ? 200 : 400, isSame ? 1 : 0), (status, ran));
        if (!isSame)
        {
            Assert.Equal(-32020, CodeOf(answer));
        }
    }

    [Fact]
    public async Task Before_there_were_such_headers_they_are_not_looked_at()
    {
        await StartAsync(tools: new Marked(() => { }));
        var http = NewHttp();
        var (status, answer) = await SendAsync(http, Post(
            """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"kit_plan","arguments":{"city":"Oslo","days":3} } }""",
            headers: [("Mcp-Session-Id", await BeginAsync(http)), ("MCP-Protocol-Version", Older), ("Mcp-Param-City", "Bergen")]));
        Assert.Equal((200, "planned"), (status, answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_name_may_be_sent_as_base64()
    {
        await StartAsync();
        string encoded = $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes("kit_echo"))}?=";

        var (status, answer) = await SendAsync(NewHttp(), PostNewer("tools/call", encoded, """ "name":"kit_echo","arguments":{"text":"hi"} """));

        Assert.Equal(200, status);
        Assert.Equal("hi", answer.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"_meta":{}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":{}}}""")]
    [InlineData("[]")]
    public async Task A_request_that_does_not_say_what_its_client_is_is_refused(string parameters)
    {
        await StartAsync();
        var (status, answer) = await SendAsync(NewHttp(), Post(
            $$"""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{{parameters}}}""", headers: [("MCP-Protocol-Version", Newer), ("Mcp-Method", "tools/list")]));

        Assert.Equal((400, -32602), (status, CodeOf(answer)));
    }

    /// <summary>What is well-formed JSON and yet cannot be read: half of a pair of surrogates, and one name twice.</summary>
    [Theory]
    [InlineData(""" "name":"\ud800","arguments":{"text":"x"} """)]
    [InlineData(""" "name":"kit_echo","name":"kit_echo","arguments":{"text":"x"} """)]
    [InlineData(""" "name":"kit_echo","arguments":{"text":"x"},"_meta":{} """)]
    [InlineData(""" "name":"kit_echo","_meta":{"a":1,"a":2,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{} } """)]
    [InlineData(""" "name":"kit_plan","arguments":{"days":3,"days":3} """)]
    [InlineData(""" "name":"kit_plan","arguments":{"city":"\ud800","days":3} """)]
    public async Task What_cannot_be_read_is_refused_in_either_era(string parameters)
    {
        var ran = 0;
        await StartAsync(tools: new Marked(() => ran++));
        var http = NewHttp();
        string name = parameters.Contains("plan", StringComparison.Ordinal) ? "kit_plan" : "kit_echo";
        var newer = await SendAsync(http, PostNewer("tools/call", name, parameters, headers: ("Mcp-Param-Days", "3")));
        Assert.Equal(400, newer.Status);
        Assert.True(newer.Answer.TryGetProperty("error", out _));

        var older = await SendAsync(http, Post(
            $$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{ {{parameters}} } }""", headers: [("Mcp-Session-Id", await BeginAsync(http)), ("MCP-Protocol-Version", Older)]));
        Assert.InRange(older.Status, 200, 499);
        Assert.Equal(0, ran);
    }

    [Fact]
    public async Task What_the_server_does_not_know_has_the_status_404()
    {
        await StartAsync();
        var (status, answer) = await SendAsync(NewHttp(), PostNewer("unknown/method"));

        Assert.Equal((404, -32601), (status, CodeOf(answer)));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task There_are_no_sessions_in_the_newer_revision(string method)
    {
        await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://localhost/mcp/den");
        request.Headers.Add("MCP-Protocol-Version", Newer);

        Assert.Equal(405, (await SendAsync(NewHttp(), request)).Status);
    }

    /// <summary>A tool whose schema wants some of its arguments as headers besides.</summary>
    private sealed class Marked(Action run) : Tool(new()
    {
        Name = "plan",
        InputSchema = JsonElement.Parse("""
            {
              "type":"object",
              "properties":{
                "city":{"type":["string","null"],"x-mcp-header":"City"},
                "days":{"type":"integer","x-mcp-header":"Days"},
                "deep":{"type":"object","properties":{"fast":{"type":"boolean","x-mcp-header":"Fast"} } }
              },
              "required":["days"]
            }
            """),
    })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context)
        {
            run();
            return new(new TextResponse("planned"));
        }
    }
}
