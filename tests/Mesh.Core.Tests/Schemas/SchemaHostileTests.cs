using System.Text;
using System.Text.Json;
using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

/// <summary>Schemas and instances made to exhaust: each is refused or bounded. A hang shows as the run's time limit.</summary>
public sealed class SchemaHostileTests
{
    [Fact]
    public void A_pattern_that_would_backtrack_runs_in_linear_time() =>
        Assert.False(Schema("""{"pattern":"^(a+)+$"}""").IsValid(Json("\"" + new string('a', 100_000) + "!\"")));

    [Theory]
    [InlineData("(a{1,1000}){1,1000}", "parts when its repetitions are written out")]
    [InlineData("(?=a)b", "look-around")]
    [InlineData("(?!a)b", "look-around")]
    [InlineData("(?<=a)b", "look-around")]
    [InlineData("(?<!a)b", "look-around")]
    [InlineData("(a)\\\\1", "back-reference")]
    [InlineData("(?<n>a)\\\\k<n>", "back-reference")]
    [InlineData("\\\\bword", "word boundary")]
    [InlineData("\\\\p{Script=Greek}", "Unicode property")]
    [InlineData("(a", "without ')'")]
    [InlineData("a)", "without '('")]
    [InlineData("[a", "without ']'")]
    [InlineData("*", "nothing to repeat")]
    [InlineData("\\\\Aa", "escape")]
    public void A_pattern_that_cannot_run_safely_is_refused(string pattern, string reason)
    {
        string message = Refusal($$$$"""{"properties":{"a":{"pattern":"{{{{pattern}}}}"}}}""");
        Assert.Contains("/properties/a/pattern", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Size_and_nesting_of_patterns_and_the_length_of_subjects_are_limited()
    {
        Assert.Contains("characters", Refusal($$"""{"pattern":"{{new string('a', 2_001)}}"}"""), StringComparison.Ordinal);
        Assert.Contains("groups", Refusal($$"""{"pattern":"{{new string('(', 900)}}{{new string(')', 900)}}"}"""), StringComparison.Ordinal);
        JsonElement subject = Json("\"" + new string('a', 300_000) + "\"");
        Assert.False(Schema("""{"pattern":"a"}""").IsValid(subject));
        Assert.False(Schema("""{"not":{"pattern":"a"}}""").IsValid(subject));
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"allOf":[{"$ref":"#"}]}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"anyOf":[true,{"$ref":"#/$defs/a"}]}}}""")]
    [InlineData("""{"dependentSchemas":{"x":{"$ref":"#"}}}""")]
    [InlineData("""{"if":true,"then":{"$ref":"#"}}""")]
    [InlineData("""{"not":{"$ref":"#"}}""")]
    public void A_reference_that_never_ends_is_refused(string schema) =>
        Assert.Contains("without end", Refusal(schema), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"$dynamicAnchor":"a","$dynamicRef":"#a"}""")]
    [InlineData("""{"$dynamicAnchor":"a","anyOf":[{"$dynamicRef":"#a"},{"$dynamicRef":"#a"}]}""")]
    [InlineData("""{"$dynamicAnchor":"a","not":{"$dynamicRef":"#a"}}""")]
    public void A_dynamic_reference_that_never_ends_is_a_failure(string schema)
    {
        CompiledSchema compiled = Schema(schema);
        Assert.False(compiled.IsValid(Json("{}")));
        Assert.Contains(compiled.Validate(Json("1")), violation => violation.Keyword is "maxDepth" or "maxSteps");
    }

    [Theory]
    [InlineData("""{"t":"a","n":""", "}")]
    [InlineData("""{"n":""", ""","t":"a"}""")]
    [InlineData("""{"n":""", "}")]
    [InlineData("""{"t":"b","n":""", "}")]
    public void Alternatives_do_not_descend_into_what_cannot_be_theirs(string open, string close)
    {
        CompiledSchema schema = Schema(
            """
            {"oneOf":[
              {"properties":{"t":{"const":"a"},"n":{"anyOf":[{"$ref":"#"},{"const":0}]}},"required":["t"]},
              {"properties":{"t":{"const":"b"},"n":{"anyOf":[{"$ref":"#"},{"const":0}]}},"required":["t"]},
              {"properties":{"t":false,"n":{"anyOf":[{"$ref":"#"},{"const":0}]}}}]}
            """);
        string deep = string.Concat(Enumerable.Repeat(open, 50)) + "0" + string.Concat(Enumerable.Repeat(close, 50));
        Assert.True(schema.IsValid(Json(deep)));
        Assert.Empty(schema.Validate(Json(deep)));
        Assert.False(schema.IsValid(Json(deep.Replace("0", "1", StringComparison.Ordinal))));
        Assert.DoesNotContain(schema.Validate(Json(deep.Replace("0", "1", StringComparison.Ordinal))), violation => violation.Keyword == "maxSteps");
    }

    [Fact]
    public void Recursion_through_children_is_fine()
    {
        const string Tree = """{"properties":{"next":{"$ref":"#"}},"required":["value"]}""";
        Assert.True(Accepts(Tree, """{"value":1,"next":{"value":2,"next":{"value":3}}}"""));
        Assert.False(Accepts(Tree, """{"value":1,"next":{"value":2,"next":{}}}"""));
    }

    [Fact]
    public void A_long_chain_of_references_overflows_no_stack()
    {
        StringBuilder chain = new("""{"$ref":"#/$defs/d0","$defs":{""");
        for (int i = 0; i < 10_000; i++)
            chain.Append(System.Globalization.CultureInfo.InvariantCulture, $$$"""{{{(i > 0 ? "," : "")}}}"d{{{i}}}":{"minLength":{{{i % 3}}},"$ref":"#/$defs/d{{{i + 1}}}"}""");
        chain.Append(""","d10000":{"type":"string"}}}""");
        CompiledSchema schema = Schema(chain.ToString());
        schema.IsValid(Json("\"abc\""));
        Assert.False(schema.IsValid(Json("1")));
    }

    [Fact]
    public void Alternatives_that_multiply_are_bounded_by_the_steps()
    {
        StringBuilder json = new("""{"$ref":"#/$defs/d0","$defs":{""");
        for (int i = 0; i < 40; i++)
            json.Append(System.Globalization.CultureInfo.InvariantCulture, $$$""" "d{{{i}}}":{"oneOf":[{"$ref":"#/$defs/d{{{i + 1}}}"},{"$ref":"#/$defs/d{{{i + 1}}}"}]},""");
        json.Append(""" "d40":{"type":"string"}}}""");
        CompiledSchema schema = Schema(json.ToString(), new SchemaOptions { MaxSteps = 100_000 });
        Assert.False(schema.IsValid(Json("1")));
        Assert.Contains(schema.Validate(Json("1")), violation => violation.Keyword == "maxSteps");
    }

    [Fact]
    public void A_very_deep_instance_overflows_no_stack()
    {
        JsonElement deep = Deep(new string('[', 100_000) + new string(']', 100_000));
        CompiledSchema schema = Schema("""{"items":{"$ref":"#"}}""");
        Assert.False(schema.IsValid(deep));
        Assert.Equal("maxDepth", Assert.Single(schema.Validate(deep)).Keyword);
        CompiledSchema deeper = Schema("""{"items":{"$ref":"#"}}""", new SchemaOptions { MaxInstanceDepth = 200_000 });
        Assert.False(deeper.IsValid(deep));
        Assert.Equal("maxDepth", Assert.Single(deeper.Validate(deep)).Keyword);
    }

    [Fact]
    public void Three_megabytes_of_empty_objects_are_checked_without_growth()
    {
        JsonElement flood = Json("[" + string.Join(',', Enumerable.Repeat("{}", 1_000_000)) + "]");
        CompiledSchema schema = Schema("""{"items":{"type":"object"}}""");
        Assert.True(schema.IsValidStrict(flood));

        // What the thread keeps for the next validation is small again.
        Assert.InRange(JsonScratch.Current.Tokens.Length, 1, 1 << 15);
    }

    [Fact]
    public void Unique_items_are_found_by_hash()
    {
        string distinct = string.Join(',', Enumerable.Range(0, 20_000));
        CompiledSchema schema = Schema("""{"uniqueItems":true}""");
        Assert.True(schema.IsValid(Json($"[{distinct}]")));
        Assert.False(schema.IsValid(Json($"[{distinct},1.9999e4]")));
    }

    [Fact]
    public void A_schema_that_changes_after_compilation_changes_nothing()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("""{"type":"integer"}""");
        JsonDocument document = JsonDocument.Parse(bytes);
        CompiledSchema schema = CompiledSchema.Compile(document.RootElement);
        document.Dispose();
        bytes.AsSpan().Fill((byte)' ');
        Assert.True(schema.IsValid("1"u8));
        Assert.Equal("""{"type":"integer"}""", schema.Source.GetRawText());
    }

    [Fact]
    public void A_registered_document_that_changes_after_compilation_changes_nothing()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("""{"enum":["one",2],"minLength":3,"pattern":"^o","required":["a"],"minimum":2,"x":{"const":{"a":[1]}},"properties":{"b":{"$ref":"#/x"}}}""");
        CompiledSchema schema;
        using (JsonDocument document = JsonDocument.Parse(bytes))
        {
            schema = Schema(
                """{"anyOf":[{"$ref":"https://example.com/other"},{"type":"object","$ref":"https://example.com/other#/properties/b"}]}""",
                new SchemaOptions { Documents = new Dictionary<string, JsonElement> { ["https://example.com/other"] = document.RootElement } });
        }

        bytes.AsSpan().Fill((byte)' ');
        Assert.True(schema.IsValid("\"one\""u8));
        Assert.True(schema.IsValid("2"u8));
        Assert.True(schema.IsValid("""{"a":[1.0]}"""u8));
        Assert.False(schema.IsValid("""{"a":[2]}"""u8));
        Assert.NotEmpty(schema.Validate(Json("\"two\"")));
    }
}
