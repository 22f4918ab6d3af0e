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
        Assert.Empty(Compare("""{"type":"string","description":"a"}""", """{"description":"b","type":"string"}""", SchemaDirection.Input).Differences);

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
        Assert.Equal(compatible, Compare(old, now, SchemaDirection.Input).IsCompatible);

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
        Assert.Equal(compatible, Compare(old, now, SchemaDirection.Output).IsCompatible);

    [Fact]
    public void Differences_say_where_and_what()
    {
        SchemaComparison result = Compare(
            TypeSchemas.Parameters(([Range(1, 9)] int days, string city) => city + days),
            TypeSchemas.Parameters(([Range(1, 5)] int days, string city, bool force, bool? deep = null) => city + days + force + deep),
            SchemaDirection.Input);
        Assert.False(result.IsCompatible);
        Assert.Equal(
            [
                new("/force", "It is required now.", true),
                new("/days", "'maximum' was 9 and is now 5.", true),
                new("/force", "The property 'force' is new.", false),
                new("/deep", "The property 'deep' is new.", false),
            ],
            result.Differences);
    }

    [Fact]
    public void Recursive_types_are_compared_once_around()
    {
        const string Old = """{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}""";
        string wider = Old.Replace("integer", "number", StringComparison.Ordinal);
        string moved = """{"$ref":"#/$defs/N","$defs":{"N":""" + Old.Replace("\"#\"", "\"#/$defs/N\"", StringComparison.Ordinal) + "}}";
        Assert.True(Compare(Old, wider, SchemaDirection.Input).IsCompatible);
        Assert.False(Compare(wider, Old, SchemaDirection.Input).IsCompatible);
        Assert.True(Compare(Old, moved, SchemaDirection.Input).IsCompatible);
        Assert.True(Compare(moved, Old, SchemaDirection.Input).IsCompatible);
    }

    [Fact]
    public void A_union_may_gain_a_case_as_input_and_lose_one_as_output()
    {
        string two = TypeSchemas.Input<TypeObjectSchemaTests.Figure>();
        string three = two.Replace("\"oneOf\":[", """
            "oneOf":[{"type":"object","properties":{"kind":{"const":"dot"}},"required":["kind"],"additionalProperties":false},
            """, StringComparison.Ordinal);
        Assert.True(Compare(two, three, SchemaDirection.Input).IsCompatible);
        Assert.False(Compare(three, two, SchemaDirection.Input).IsCompatible);
        Assert.False(Compare(two, three, SchemaDirection.Output).IsCompatible);
        Assert.True(Compare(three, two, SchemaDirection.Output).IsCompatible);
    }

    [Fact]
    public void References_that_cannot_be_followed_are_breaking()
    {
        Assert.False(Compare("""{"$ref":"https://a"}""", """{"$ref":"https://b"}""", SchemaDirection.Input).IsCompatible);
        Assert.False(Compare("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}""", """{"type":"string"}""", SchemaDirection.Input).IsCompatible);
    }

    private static SchemaComparison Compare(string old, string now, SchemaDirection direction) =>
        ContractDiff.Compare(JsonElement.Parse(old), JsonElement.Parse(now), direction);
}
