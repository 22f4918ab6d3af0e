using static Mesh.Core.Tests.Schemas.SchemaTesting;

namespace Mesh.Core.Tests.Schemas;

public sealed class SchemaOlderDraftTests
{
    private const string Draft7 = "\"$schema\":\"http://json-schema.org/draft-07/schema#\"";

    [Theory]
    [InlineData("""{"definitions":{"n":{"type":"number"}},"properties":{"a":{"$ref":"#/definitions/n"}}}""", """{"a":1}""", """{"a":"x"}""")]
    [InlineData("""{"items":[{"type":"number"}],"additionalItems":false}""", "[1]", "[1,2]")]
    [InlineData("""{"items":[{"type":"number"}],"additionalItems":{"type":"string"}}""", "[1,\"a\"]", "[1,2]")]
    [InlineData("""{"items":[true],"dependencies":{"a":["b"]}}""", """{"a":1,"b":2}""", """{"a":1}""")]
    [InlineData("""{"items":[true],"dependencies":{"a":{"required":["b"]}}}""", """{"a":1,"b":2}""", """{"a":1}""")]
    [InlineData("""{"definitions":{"n":{"$id":"#n","type":"number"}},"items":{"$ref":"#n"}}""", "[1]", "[\"a\"]")]
    [InlineData("{" + Draft7 + ""","dependencies":{"a":["b"]}}""", """{"a":1,"b":2}""", """{"a":1}""")]
    [InlineData("{" + Draft7 + ""","$ref":"#/definitions/n","maximum":1,"definitions":{"n":{"type":"number"}}}""", "5", "\"a\"")]
    public void Older_forms_mean_what_they_meant(string schema, string valid, string invalid)
    {
        Assert.True(Accepts(schema, valid));
        Assert.False(Accepts(schema, invalid));
    }

    [Fact]
    public void An_older_form_in_a_registered_document_or_in_an_unknown_place_is_found()
    {
        SchemaOptions options = new()
        {
            Documents = new Dictionary<string, System.Text.Json.JsonElement> { ["https://example.com/older"] = Json("""{"items":[{"type":"null"}],"additionalItems":false}""") },
        };
        Assert.False(Accepts("""{"$ref":"https://example.com/older"}""", "[null,null]", options));
        Assert.False(Accepts("""{"$ref":"#/elsewhere","elsewhere":{"items":[{"type":"null"}]}}""", "[1]"));
    }

    [Fact]
    public void Without_an_older_form_an_older_keyword_means_nothing() =>
        Assert.True(Accepts("""{"dependencies":{"a":["b"]},"additionalItems":false}""", """{"a":1}"""));
}
