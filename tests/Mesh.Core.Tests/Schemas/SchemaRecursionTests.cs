using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

/// <summary><c>$recursiveRef</c> and <c>$recursiveAnchor</c> of draft 2019-09.</summary>
public sealed class SchemaRecursionTests
{
    private const string Draft = "\"$schema\":\"https://json-schema.org/draft/2019-09/schema\",";

    private const string Nested =
        """
        "$id":"https://example.com/outer","$recursiveAnchor":OUTER,
        "$defs":{"mine":{"$id":"mine","$recursiveAnchor":INNER,
          "anyOf":[{"type":"string"},{"type":"object","additionalProperties":{"$recursiveRef":"#"}}]}},
        "anyOf":[{"type":"integer"},{"$ref":"#/$defs/mine"}]}
        """;

    [Theory]
    [InlineData("{")]
    [InlineData("{" + Draft)]
    [InlineData("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",")]
    public void Without_an_anchor_it_is_a_reference_to_the_root(string open)
    {
        string schema = open + """ "properties":{"next":{"$recursiveRef":"#"}},"required":["value"]}""";
        Assert.True(Accepts(schema, """{"value":1,"next":{"value":2}}"""));
        Assert.False(Accepts(schema, """{"value":1,"next":{"value":2,"next":{}}}"""));
    }

    [Theory]
    [InlineData("false", "false", false)]
    [InlineData("true", "false", false)]
    [InlineData("false", "true", false)]
    [InlineData("true", "true", true)]
    public void The_outermost_anchor_decides_when_the_nearest_root_has_one(string outer, string inner, bool reachesOuter)
    {
        string schema = "{" + Draft + Nested.Replace("OUTER", outer, StringComparison.Ordinal).Replace("INNER", inner, StringComparison.Ordinal);
        Assert.True(Accepts(schema, """{"a":{"b":"text"}}"""));
        Assert.Equal(reachesOuter, Accepts(schema, """{"a":1}"""));
        Assert.Equal(reachesOuter, Accepts(schema, """{"a":{"b":1}}"""));
        Assert.False(Accepts(schema, """{"a":{"b":true}}"""));
    }

    [Fact]
    public void A_schema_that_extends_a_recursive_one_holds_at_all_depths()
    {
        SchemaOptions options = new()
        {
            Documents = new Dictionary<string, System.Text.Json.JsonElement>
            {
                ["https://example.com/tree"] = Json("{" + Draft + """ "$id":"https://example.com/tree","$recursiveAnchor":true,"properties":{"nodes":{"items":{"$recursiveRef":"#"}}}}"""),
            },
        };
        string strict = "{" + Draft + """ "$id":"https://example.com/strict","$recursiveAnchor":true,"$ref":"tree","unevaluatedProperties":false}""";
        Assert.True(Accepts(strict, """{"nodes":[{"nodes":[{}]}]}""", options));
        Assert.False(Accepts(strict, """{"nodes":[{"nodes":[{"extra":1}]}]}""", options));
        Assert.True(Accepts("""{"$ref":"https://example.com/tree"}""", """{"nodes":[{"extra":1}]}""", options));
    }

    [Fact]
    public void It_is_no_name_that_a_dynamic_reference_of_the_later_draft_can_take()
    {
        Assert.Contains("there is no anchor", Refusal("""{"$recursiveAnchor":true,"items":{"$dynamicRef":"#$recursiveAnchor"}}"""), StringComparison.Ordinal);
        string schema = "{" + Nested.Replace("OUTER", "true", StringComparison.Ordinal).Replace("INNER", "true", StringComparison.Ordinal)
            .Replace("$recursiveRef", "$dynamicRef", StringComparison.Ordinal);
        Assert.False(Accepts(schema, """{"a":1}"""));
    }

    [Theory]
    [InlineData("""{"$recursiveRef":"#/$defs/a","$defs":{"a":{}}}""", "at /$recursiveRef: must be '#'")]
    [InlineData("""{"$recursiveRef":true}""", "at /$recursiveRef: must be a string")]
    [InlineData("""{"$recursiveAnchor":"a"}""", "at /$recursiveAnchor: must be true or false")]
    [InlineData("""{"items":{"$recursiveAnchor":true}}""", "at /items/$recursiveAnchor: has a meaning only where")]
    [InlineData("""{"$recursiveRef":"#"}""", "without end")]
    public void What_it_cannot_mean_is_refused(string schema, string reason) =>
        Assert.Contains(reason, Refusal(schema), StringComparison.Ordinal);

    [Fact]
    public void A_refusal_says_what_to_write_instead() =>
        Assert.Contains("$dynamicRef", Assert.Throws<MeshException>(() => Schema("""{"$recursiveRef":"other"}""")).Error.Remedy, StringComparison.Ordinal);

    [Fact]
    public void An_endless_one_is_a_failure() =>
        Assert.False(Schema("""{"$recursiveAnchor":true,"anyOf":[{"$recursiveRef":"#"}]}""").IsValid(Json("{}")));
}
