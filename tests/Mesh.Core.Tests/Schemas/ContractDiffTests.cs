using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Mesh.Tests.Schemas;

public sealed class ContractDiffTests
{
    private const string A = """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""";
    private const string AOptional = """{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}""";
    private const string AB = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"],"additionalProperties":false}""";
    private const string ABRequired = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a","b"],"additionalProperties":false}""";
    private const string OpenA = """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""";
    private const string OpenAB = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a","b"]}""";
    private const string OpenAMaybeB = """{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}""";

    [Fact]
    public void Descriptions_are_no_difference() =>
        Assert.Empty(Compare("""{"type":"string","description":"a"}""", """{"description":"b","type":"string"}""", ContractPart.Arguments).Differences);

    [Theory]
    [InlineData(A, AB, true)]
    [InlineData(A, AOptional, true)]
    [InlineData(AOptional, A, false)]
    [InlineData(A, ABRequired, false)]
    [InlineData(AB, A, false)]
    [InlineData("""{"type":"integer"}""", """{"type":"number"}""", true)]
    [InlineData("""{"type":"number"}""", """{"type":"integer"}""", false)]
    [InlineData("""{"type":"string"}""", """{"type":["string","null"]}""", true)]
    [InlineData("""{"type":["string","null"]}""", """{"type":"string"}""", false)]
    [InlineData("""{"type":"integer","minimum":1}""", """{"type":"integer","minimum":0.0}""", true)]
    [InlineData("""{"type":"integer","minimum":1}""", """{"type":"integer","minimum":1.0}""", true)]
    [InlineData("""{"type":"integer","minimum":1}""", """{"type":"integer","exclusiveMinimum":1}""", false)]
    [InlineData("""{"type":"integer","exclusiveMinimum":1}""", """{"type":"integer","minimum":1}""", true)]
    [InlineData("""{"type":"integer","maximum":9}""", """{"type":"integer","maximum":8}""", false)]
    [InlineData("""{"type":"integer"}""", """{"type":"integer","maximum":8}""", false)]
    [InlineData("""{"type":"string","maxLength":3}""", """{"type":"string","maxLength":4}""", true)]
    [InlineData("""{"type":"string","maxLength":3}""", """{"type":"string","maxLength":2}""", false)]
    [InlineData("""{"type":"string"}""", """{"type":"string","minLength":0}""", true)]
    [InlineData("""{"type":"string"}""", """{"type":"string","minLength":1}""", false)]
    [InlineData("""{"type":"string","pattern":"a"}""", """{"type":"string"}""", true)]
    [InlineData("""{"type":"string","pattern":"a"}""", """{"type":"string","pattern":"b"}""", false)]
    [InlineData("""{"type":"string"}""", """{"type":"string","format":"email"}""", false)]
    [InlineData("""{"type":"string","enum":["a"]}""", """{"type":"string","enum":["a","b"]}""", true)]
    [InlineData("""{"type":"string","enum":["a","b"]}""", """{"type":"string","enum":["a"]}""", false)]
    [InlineData("""{"type":"string","enum":["a"]}""", """{"type":"string"}""", true)]
    [InlineData("""{"const":"a"}""", """{"type":"string"}""", true)]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", """{"type":"array","items":{"type":"number"}}""", true)]
    [InlineData("""{"type":"array"}""", """{"type":"array","items":{"type":"number"}}""", false)]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", """{"type":"array","items":{"type":"string"},"uniqueItems":true}""", false)]
    [InlineData("""{"type":"array","prefixItems":[{"type":"string"}],"minItems":1,"maxItems":1}""", """{"type":"array","items":{"type":"string"}}""", true)]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", """{"type":"array","prefixItems":[{"type":"integer"}]}""", false)]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", """{"type":"object","additionalProperties":{"type":"number"}}""", true)]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", """{"type":"object","additionalProperties":false}""", false)]
    [InlineData("""{"type":"object"}""", OpenA, false)]
    [InlineData("{}", "true", true)]
    [InlineData("true", "false", false)]
    [InlineData("false", """{"type":"string"}""", true)]
    [InlineData("""{"type":"string"}""", """{"anyOf":[{"type":"string"},{"type":"null"}]}""", true)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", """{"type":"string"}""", false)]
    [InlineData("""{"type":"string"}""", """{"oneOf":[{"type":"string"},{"minLength":1}]}""", false)]
    [InlineData("""{"type":"string"}""", """{"type":"string","not":{"enum":["a"]}}""", false)]
    [InlineData("""{"type":"string","not":{"enum":["a"]}}""", """{"type":"string"}""", true)]
    [InlineData("""{"type":"string"}""", """{"type":"string","x-unheard":1}""", false)]
    [InlineData("""{"type":"object","patternProperties":{"^x":true},"additionalProperties":false}""", """{"type":"object","additionalProperties":false}""", false)]
    [InlineData("""{"type":"array","items":[{"type":"string"}]}""", """{"type":"array","items":[{"type":"number"}]}""", false)]
    [InlineData("""{"type":"object","properties":{"a/properties/b":{"type":"string"},"a":{"type":"object","properties":{"b":{"type":"string"}}}}}""", """{"type":"object","properties":{"a/properties/b":{"type":["string","null"]},"a":{"type":"object","properties":{"b":{"type":"integer"}}}}}""", false)]
    public void An_input_must_go_on_accepting_what_it_accepted(string old, string now, bool compatible) =>
        Assert.Equal(compatible, Compare(old, now, ContractPart.Arguments).IsCompatibleForCallers);

    [Theory]
    [InlineData(OpenA, OpenAB, true)]
    [InlineData(OpenAB, OpenA, false)]
    [InlineData(OpenAMaybeB, OpenA, true)]
    [InlineData(OpenAB, OpenAMaybeB, false)]
    [InlineData(OpenAMaybeB, """{"type":"object"}""", false)]
    [InlineData("""{"type":"number"}""", """{"type":"integer"}""", true)]
    [InlineData("""{"type":"string"}""", """{"type":["string","null"]}""", false)]
    [InlineData("""{"type":"string","enum":["a"]}""", """{"type":"string","enum":["a","b"]}""", false)]
    public void An_output_must_stay_within_what_was_promised(string old, string now, bool compatible) =>
        Assert.Equal(compatible, Compare(old, now, ContractPart.Result).IsCompatibleForCallers);

    [Fact]
    public void Differences_say_where_and_what()
    {
        ContractComparison result = Compare(
            TypeSchemas.Parameters(([Range(1, 9)] int days, string city) => city + days),
            TypeSchemas.Parameters(([Range(1, 5)] int days, string city, bool force, bool? deep = null) => city + days + force + deep),
            ContractPart.Arguments);
        Assert.Equal(ContractCompatibility.Breaking, result.Compatibility);
        Assert.Equal(
            [
                new(ContractPart.Arguments, "/force", "It is required now.", true, false),
                new(ContractPart.Arguments, "/days", "'maximum' was 9 and is now 5.", true, false),
                new(ContractPart.Arguments, "/force", "The property 'force' is new.", false, true),
                new(ContractPart.Arguments, "/deep", "The property 'deep' is new.", false, true),
            ],
            result.Differences);
        Assert.Equal(
            """
            Breaking
            breaks callers: /force It is required now. (arguments)
            breaks callers: /days 'maximum' was 9 and is now 5. (arguments)
            breaks providers: /force The property 'force' is new. (arguments)
            breaks providers: /deep The property 'deep' is new. (arguments)
            """.ReplaceLineEndings("\n"),
            result.ToString());
    }

    [Fact]
    public void Recursive_types_are_compared_once_around()
    {
        const string Old = """{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}""";
        string wider = Old.Replace("integer", "number", StringComparison.Ordinal);
        string moved = """{"$ref":"#/$defs/N","$defs":{"N":""" + Old.Replace("\"#\"", "\"#/$defs/N\"", StringComparison.Ordinal) + "}}";
        Assert.True(Compare(Old, wider, ContractPart.Arguments).IsCompatibleForCallers);
        Assert.False(Compare(wider, Old, ContractPart.Arguments).IsCompatibleForCallers);
        Assert.True(Compare(Old, moved, ContractPart.Arguments).IsCompatibleForCallers);
        Assert.True(Compare(moved, Old, ContractPart.Arguments).IsCompatibleForCallers);
    }

    [Fact]
    public void A_union_may_gain_a_case_as_input_and_lose_one_as_output()
    {
        string two = TypeSchemas.Input<TypeObjectSchemaTests.Figure>();
        string three = two.Replace("\"oneOf\":[", """
            "oneOf":[{"type":"object","properties":{"kind":{"const":"dot"}},"required":["kind"],"additionalProperties":false},
            """, StringComparison.Ordinal);
        Assert.True(Compare(two, three, ContractPart.Arguments).IsCompatibleForCallers);
        Assert.False(Compare(three, two, ContractPart.Arguments).IsCompatibleForCallers);
        Assert.False(Compare(two, three, ContractPart.Result).IsCompatibleForCallers);
        Assert.True(Compare(three, two, ContractPart.Result).IsCompatibleForCallers);
    }

    [Fact]
    public void References_that_cannot_be_followed_are_breaking()
    {
        const string Named = """{"$ref":"#a","$defs":{"a":{"$anchor":"a","type":"string"}}}""";
        Assert.Equal(ContractCompatibility.Breaking, Compare(Named, """{"type":"string"}""", ContractPart.Arguments).Compatibility);
        Assert.Equal(ContractCompatibility.Breaking, Compare(Recursive("integer"), Recursive("number"), ContractPart.Arguments).Compatibility);

        static string Recursive(string type) =>
            """{"$recursiveAnchor":true,"properties":{"v":{"type":"TYPE"},"next":{"$recursiveRef":"#"}}}""".Replace("TYPE", type, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(A, A, ContractCompatibility.Equivalent)]
    [InlineData("""{"type":"integer","minimum":1}""", """{"minimum":1.0,"type":"integer","title":"n"}""", ContractCompatibility.Equivalent)]
    [InlineData("""{"type":"string"}""", """{"type":"string","minLength":0}""", ContractCompatibility.Equivalent)]
    [InlineData(A, AB, ContractCompatibility.CompatibleForCallers)]
    [InlineData(AB, A, ContractCompatibility.CompatibleForProviders)]
    [InlineData(A, """{"type":"string"}""", ContractCompatibility.Breaking)]
    [InlineData("""{"type":"string","pattern":"a"}""", """{"type":"string","pattern":"b"}""", ContractCompatibility.Breaking)]
    public void The_verdict_says_whom_a_change_serves(string old, string now, ContractCompatibility expected)
    {
        ContractCompatibility swapped = expected switch
        {
            ContractCompatibility.CompatibleForCallers => ContractCompatibility.CompatibleForProviders,
            ContractCompatibility.CompatibleForProviders => ContractCompatibility.CompatibleForCallers,
            _ => expected,
        };
        Assert.Equal(expected, Compare(old, now, ContractPart.Arguments).Compatibility);
        Assert.Equal(swapped, Compare(now, old, ContractPart.Arguments).Compatibility);
        Assert.Equal(expected, Compare(old, now, ContractPart.StreamedInput).Compatibility);
        Assert.Equal(swapped, Compare(old, now, ContractPart.StreamedItems).Compatibility);
        Assert.Equal(swapped, Compare(old, now, ContractPart.Result).Compatibility);
    }

    [Theory]
    [InlineData("""{"type":"strin"}""")]
    [InlineData("""{"minimum":"one"}""")]
    [InlineData("""{"anyOf":7}""")]
    [InlineData("""{"$ref":7}""")]
    [InlineData("""{"$ref":"https://example.com/other"}""")]
    [InlineData("7")]
    public void What_is_no_schema_is_refused_on_either_side(string schema)
    {
        Assert.Equal(MeshErrorCode.InvalidSchema, Assert.Throws<MeshException>(() => Compare("true", schema, ContractPart.Arguments)).Code);
        Assert.Equal(MeshErrorCode.InvalidSchema, Assert.Throws<MeshException>(() => Compare(schema, "true", ContractPart.Arguments)).Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => Compare("true", "true", ContractPart.Tool));
    }

    [Fact]
    public void Large_schemas_made_to_be_compared_for_ever_are_given_up()
    {
        string old = Nest("1"), now = Nest("2");
        Assert.Contains("too large", Compare(old, now, ContractPart.Arguments).ToString(), StringComparison.Ordinal);

        // Each level tries its two cases against the two of the other schema.
        static string Nest(string least)
        {
            string schema = $$"""{"type":"string","minLength":{{least}}}""";
            for (int i = 0; i < 12; i++)
                schema = $$"""{"oneOf":[{"type":"array","items":{{schema}}},{"type":"array","items":{{schema}},"minItems":{{i}}}]}""";
            return schema;
        }
    }

    private static ContractComparison Compare(string old, string now, ContractPart part) =>
        ContractDiff.Compare(JsonElement.Parse(old), JsonElement.Parse(now), part);
}
