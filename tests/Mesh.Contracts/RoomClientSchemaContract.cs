using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Schemas and instances made to harm, over the whole way from a registration to a call: refused or bounded, never fetched.</summary>
public abstract class RoomClientSchemaContract : RoomClientContract
{
    private const string Name = "take";

    [Theory]
    [InlineData("""{"properties":{"a":{"pattern":"(a{1,1000}){1,1000}"}}}""", "/properties/a/pattern")]
    [InlineData("""{"pattern":"(?=a)b"}""", "look-around")]
    [InlineData("""{"pattern":"(?<!a)b"}""", "look-around")]
    [InlineData("""{"pattern":"(a)\\1"}""", "back-reference")]
    [InlineData("""{"patternProperties":{"(?<n>a)\\k<n>":true}}""", "back-reference")]
    [InlineData("""{"$ref":"https://example.com/other"}""", "nothing is fetched")]
    [InlineData("""{"properties":{"a":{"$ref":"file:///etc/passwd"}}}""", "nothing is fetched")]
    [InlineData("""{"$dynamicRef":"http://169.254.169.254/latest#a"}""", "nothing is fetched")]
    [InlineData("""{"$ref":"#"}""", "without end")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}}}""", "without end")]
    [InlineData("""{"$recursiveRef":"#"}""", "without end")]
    [InlineData("""{"$schema":"https://example.com/dialect"}""", "/$schema")]
    [InlineData("7", "an object or a boolean")]
    [InlineData("\"text\"", "an object or a boolean")]
    [InlineData("[true]", "an object or a boolean")]
    [InlineData("""{"type":"object","\u0074ype":"array"}""", "more than once")]
    [InlineData("""{"title":"\ud800"}""", "surrogate")]
    public async Task A_schema_that_cannot_be_run_safely_is_refused_at_registration(string schema, string reason)
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        ToolDefinition[] definitions =
        [
            new() { Name = Name, InputSchema = Json(schema) },
            new() { Name = Name, InputSchema = Json("{}"), OutputSchema = Json(schema) },
            new() { Name = Name, InputSchema = Json("{}"), Streams = true, ChunkSchema = Json(schema) },
            new() { Name = Name, InputSchema = Json("{}"), TakesStream = true, InputChunkSchema = Json(schema) },
        ];
        foreach (var definition in definitions)
        {
            var error = await FailureOf(ada.Toolkits.RegisterAsync(Toolkit.Create("kit", new Taker(definition))));
            AssertCode(MeshErrorCode.InvalidSchema, error);
            Assert.StartsWith("Tool 'kit/take': ", error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(await ada.Toolkits.ListAsync().InTime());
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_schema_that_is_too_large_or_too_deep_or_none_is_refused_at_registration()
    {
        var ada = await JoinAsync("ada", Grants.Full, ParticipantRole.Agent);
        string deep = string.Concat(Enumerable.Repeat("""{"not":""", 100)) + "true" + new string('}', 100);
        string deeper = string.Concat(Enumerable.Repeat("""{"not":""", 2_000)) + "true" + new string('}', 2_000);
        string large = $$"""{"title":"{{new string('x', 2_000_000)}}"}""";
        foreach (string schema in new[] { deep, deeper, large })
        {
            using var document = JsonDocument.Parse(schema, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            AssertCode(MeshErrorCode.InvalidSchema, await FailureOf(ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Taker.Of(document.RootElement)))));
        }

        foreach (var nothing in new[] { default, Json("null") })
        {
            AssertCode(MeshErrorCode.InvalidSchema, await FailureOf(ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Taker.Of(nothing)))));
        }

        Assert.Empty(await ada.Toolkits.ListAsync().InTime());
        Assert.Empty(Faults);
    }

    [Theory]
    [InlineData("""{"properties":{"value":{"pattern":"^(a+)+$"}}}""", "pattern")]
    [InlineData("""{"properties":{"value":{"pattern":"^(a|aa)*b$"}}}""", "pattern")]
    [InlineData("""{"properties":{"value":{"pattern":"^([a-z]{1,20}){1,20}!$"}}}""", "maxSteps")]
    [InlineData("""{"properties":{"value":{"$dynamicAnchor":"a","anyOf":[{"$dynamicRef":"#a"},{"$dynamicRef":"#a"}]}}}""", "maxDepth")]
    [InlineData("""{"properties":{"value":{"$dynamicAnchor":"a","not":{"$dynamicRef":"#a"}}}}""", "maxDepth")]
    [InlineData("""{"$recursiveAnchor":true,"anyOf":[{"$recursiveRef":"#"}]}""", "maxDepth")]
    public async Task What_a_schema_may_cost_for_one_call_is_bounded(string schema, string keyword)
    {
        await OfferAsync("ada", Taker.Of(Json(schema)));
        var bob = await JoinAsync("bob");
        string arguments = $$"""{"value":"{{new string('a', 200_000)}}!?"}""";
        foreach (var payload in Both(arguments))
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/take", payload));
            AssertCode(MeshErrorCode.InvalidArguments, error);
            Assert.Contains(
                error.Details!.Value.GetProperty("violations").EnumerateArray(),
                violation => violation.GetProperty("keyword").GetString() == keyword);
        }
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000)]
    public async Task An_instance_nested_too_deep_is_refused_as_text_and_parsed(int depth)
    {
        await OfferAsync("ada", Taker.Of(Json("""{"properties":{"value":{"$ref":"#/$defs/list"}},"$defs":{"list":{"items":{"$ref":"#/$defs/list"}}}}""")));
        var bob = await JoinAsync("bob");
        string nested = $$"""{"value":{{new string('[', depth)}}{{new string(']', depth)}}}""";
        foreach (var payload in Both(nested))
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/take", payload));
            AssertCode(MeshErrorCode.InvalidArguments, error);
            Assert.Equal("maxDepth", error.Details!.Value.GetProperty("violations")[0].GetProperty("keyword").GetString());
        }
    }

    [Fact]
    public async Task Floods_of_small_values_are_taken_within_the_limit_and_refused_beyond()
    {
        await OfferAsync("ada", Taker.Of(Json("""{"properties":{"value":{"items":{"type":"object"},"uniqueItems":false}}}""")));
        var bob = await JoinAsync("bob");
        string flood = Flood(1_000_000);
        foreach (var payload in Both(flood))
        {
            Assert.True((await bob.Toolkits.TryInvokeAsync("kit/take", payload).InTime()).IsResult);
        }

        foreach (var payload in Both(Flood(1_500_000)))
        {
            AssertCode(MeshErrorCode.TooLarge, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/take", payload)));
        }

        static string Flood(int count) => $$"""{"value":[{{string.Join(',', Enumerable.Repeat("{}", count))}}]}""";
    }

    [Fact]
    public async Task Unique_items_among_many_take_no_time_of_their_square()
    {
        await OfferAsync("ada", Taker.Of(Json("""{"properties":{"value":{"uniqueItems":true}}}""")));
        var bob = await JoinAsync("bob");
        string distinct = string.Join(',', Enumerable.Range(0, 200_000));
        Assert.True((await bob.Toolkits.TryInvokeAsync("kit/take", JsonPayload.FromUtf8(Utf8($$"""{"value":[{{distinct}}]}"""))).InTime()).IsResult);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(
            bob.Toolkits.TryInvokeAsync("kit/take", JsonPayload.FromUtf8(Utf8($$"""{"value":[{{distinct}},1.0]}""")))));
    }

    [Fact]
    public async Task Numbers_of_a_million_digits_are_judged_exactly()
    {
        await OfferAsync("ada", Taker.Of(Json("""{"properties":{"value":{"exclusiveMaximum":0.5}}}""")));
        var bob = await JoinAsync("bob");
        string digits = new('9', 1_000_000);
        await AssertAsync("0.4" + digits, null);
        await AssertAsync("0.5" + digits, "exclusiveMaximum");
        await AssertAsync("0." + new string('0', 999_999) + "1", null);
        await AssertAsync("-" + digits, "finite");
        await AssertAsync(digits, "finite");
        await AssertAsync("1e" + digits[..100], "finite");

        async Task AssertAsync(string number, string? keyword)
        {
            foreach (var payload in Both($$"""{"value":{{number}}}"""))
            {
                var outcome = await bob.Toolkits.TryInvokeAsync("kit/take", payload).InTime();
                Assert.Equal(keyword, outcome.Error?.Details?.GetProperty("violations")[0].GetProperty("keyword").GetString());
                Assert.Equal(keyword is null, outcome.IsResult);
            }
        }
    }

    [Theory]
    [InlineData("""{"a":1,"\u0061":2}""", "duplicateProperty")]
    [InlineData("[1e400]", "finite")]
    [InlineData("\"\\udc00\"", "surrogate")]
    [InlineData("\"wrong\"", "type")]
    public async Task What_a_tool_answers_is_held_to_the_same_rules(string answer, string keyword)
    {
        await OfferAsync("ada", new Answerer(answer, parsed: false), new Answerer(answer, parsed: true));
        var bob = await JoinAsync("bob");
        foreach (string tool in new[] { "kit/text", "kit/parsed" })
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync(tool, default(JsonPayload)));
            AssertCode(MeshErrorCode.InvalidOutput, error);
            Assert.Equal(keyword, error.Details!.Value.GetProperty("violations")[0].GetProperty("keyword").GetString());
        }
    }

    private static JsonPayload[] Both(string json) =>
    [
        JsonPayload.FromUtf8(Utf8(json)),
        JsonPayload.FromElement(JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = int.MaxValue }).RootElement),
    ];

    private sealed class Taker(ToolDefinition definition) : Tool(definition)
    {
        public static Taker Of(JsonElement schema) => new(new ToolDefinition { Name = RoomClientSchemaContract.Name, InputSchema = schema });

        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(new TextResponse("taken"));
    }

    private sealed class Answerer(string answer, bool parsed) : Tool(new ToolDefinition
    {
        Name = parsed ? "parsed" : "text",
        InputSchema = JsonElement.Parse("{}"),
        OutputSchema = JsonElement.Parse("""{"type":["object","array","string"],"if":{"const":"wrong"},"then":{"type":"null"}}"""),
    })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) =>
            new(new JsonResponse(parsed ? JsonPayload.FromElement(JsonElement.Parse(answer)) : JsonPayload.FromUtf8(Utf8(answer))));
    }
}
