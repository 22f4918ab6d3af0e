using System.Text.Json;
using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaCompilationTests
{
    [Theory]
    [InlineData("1", "must be an object or a boolean")]
    [InlineData("null", "must be an object or a boolean")]
    [InlineData("[]", "must be an object or a boolean")]
    [InlineData("""{"properties":{"a":3}}""", "at /properties/a: must be a schema")]
    [InlineData("""{"properties":[]}""", "at /properties: must be an object")]
    [InlineData("""{"minLength":-1}""", "at /minLength: must be a non-negative integer")]
    [InlineData("""{"maxItems":1.5}""", "at /maxItems: must be a non-negative integer")]
    [InlineData("""{"type":"strin"}""", "at /type: must be one of null")]
    [InlineData("""{"required":["a","a"]}""", "at /required: names 'a' twice")]
    [InlineData("""{"allOf":[]}""", "at /allOf: must be a list with at least one schema")]
    [InlineData("""{"multipleOf":0}""", "at /multipleOf: must be greater than 0")]
    [InlineData("""{"minimum":"1"}""", "at /minimum: must be a number")]
    [InlineData("""{"exclusiveMinimum":true}""", "at /exclusiveMinimum: must be a number")]
    [InlineData("""{"a":1,"a":2}""", "at /a: is given more than once")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "at /$ref: there is nothing at '#/$defs/none'")]
    [InlineData("""{"$ref":"#none"}""", "at /$ref: there is no anchor 'none'")]
    [InlineData("""{"$ref":"https://example.com/other"}""", "is not registered; nothing is fetched")]
    [InlineData("""{"$ref":"http://"}""", "at /$ref: 'http://' is not a URI")]
    [InlineData("""{"$ref":1}""", "at /$ref: must be a string")]
    [InlineData("""{"$anchor":"1 2"}""", "at /$anchor: must be a name")]
    [InlineData("""{"$schema":"https://example.com/dialect"}""", "at /$schema: names a dialect that is not known")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-04/schema#"}""", "at /$schema: names a dialect that is not known")]
    public void A_malformed_schema_is_refused_with_place_and_reason(string schema, string reason) =>
        Assert.Contains(reason, Refusal(schema), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_vocabulary_is_refused_when_it_is_demanded()
    {
        SchemaOptions options = new()
        {
            Documents = new Dictionary<string, JsonElement>
            {
                ["https://example.com/needs"] = Json("""{"$vocabulary":{"https://example.com/vocab":true}}"""),
                ["https://example.com/likes"] = Json("""{"$vocabulary":{"https://example.com/vocab":false,"https://json-schema.org/draft/2020-12/vocab/validation":true}}"""),
            },
        };
        Assert.Contains("demands the vocabulary", Refusal("""{"$schema":"https://example.com/needs"}""", options), StringComparison.Ordinal);
        Assert.False(Accepts("""{"$schema":"https://example.com/likes","type":"null"}""", "1", options));
    }

    [Fact]
    public void Size_and_depth_of_schemas_are_limited()
    {
        foreach (int depth in (int[])[100, 10_000])
        {
            JsonElement deep = Deep(string.Concat(Enumerable.Repeat("""{"not":""", depth)) + "true" + new string('}', depth));
            Assert.Contains("deep", Assert.Throws<MeshException>(() => CompiledSchema.Compile(deep)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("bytes", Refusal("""{"title":"too large"}""", new SchemaOptions { MaxSchemaBytes = 10 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Registered_documents_are_found_by_URI_and_by_the_id_inside_them()
    {
        SchemaOptions options = new()
        {
            Documents = new Dictionary<string, JsonElement>
            {
                ["https://example.com/types"] = Json("""{"$defs":{"n":{"$id":"https://example.com/n","type":"number"},"s":{"type":"string"}}}"""),
            },
        };
        Assert.True(Accepts("""{"$ref":"https://example.com/types#/$defs/s"}""", "\"a\"", options));
        Assert.False(Accepts("""{"$ref":"https://example.com/n"}""", "\"a\"", options));
        SchemaViolation violation = Assert.Single(Schema("""{"$ref":"https://example.com/types#/$defs/s"}""", options).Validate(Json("1")));
        Assert.Equal("https://example.com/types#/$defs/s/type", violation.SchemaPath);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name() =>
        Assert.Contains("MaxSteps", Assert.Throws<ArgumentOutOfRangeException>(() => Schema("true", new SchemaOptions { MaxSteps = 0 })).Message, StringComparison.Ordinal);
}
