using System.Text.Json;

namespace Mesh.Mcp.Tests.Mapping;

public sealed class SchemaRootsTests
{
    [Fact]
    public void References_still_point_at_what_they_meant_when_a_schema_is_wrapped()
    {
        var schema = JsonElement.Parse("""
            {
              "type": "array",
              "items": { "$ref": "#/$defs/node" },
              "$defs": { "node": { "type": "object", "properties": { "$ref": { "type": "string" }, "all": { "$ref": "#" } }, "default": { "$ref": "#/kept" } } },
              "enum": [ { "$ref": "#/kept" } ]
            }
            """);

        var wrapped = SchemaRoots.Wrap(schema);

        var inner = wrapped.GetProperty("properties").GetProperty("value");
        Assert.Equal("#/properties/value/$defs/node", inner.GetProperty("items").GetProperty("$ref").GetString());
        var node = inner.GetProperty("$defs").GetProperty("node");
        Assert.Equal("#/properties/value", node.GetProperty("properties").GetProperty("all").GetProperty("$ref").GetString());
        Assert.Equal("string", node.GetProperty("properties").GetProperty("$ref").GetProperty("type").GetString());
        Assert.Equal("#/kept", node.GetProperty("default").GetProperty("$ref").GetString());
        Assert.Equal("#/kept", inner.GetProperty("enum")[0].GetProperty("$ref").GetString());
        Assert.True(JsonElement.DeepEquals(schema, SchemaRoots.Unwrap(wrapped)));
    }

    [Theory]
    [InlineData("""{"$id":"https://example.org/a","type":"array","items":{"$ref":"#/$defs/x"},"$defs":{"x":true}}""")]
    [InlineData("""{"type":["object","null"]}""")]
    [InlineData("true")]
    [InlineData("""{"anyOf":[{"type":"string"},{"$ref":"#/anyOf/0"}]}""")]
    public void What_is_wrapped_comes_out_as_it_was(string text)
    {
        var schema = JsonElement.Parse(text);
        Assert.False(SchemaRoots.IsObject(schema));
        var wrapped = SchemaRoots.Wrap(schema);
        Assert.True(SchemaRoots.IsObject(wrapped));
        Assert.True(JsonElement.DeepEquals(schema, SchemaRoots.Unwrap(wrapped)));
    }

    [Theory]
    [InlineData("""{"type":"object"}""", """{"type":"object"}""")]
    [InlineData("""{"properties":{"a":true}}""", """{"type":"object","properties":{"a":true}}""")]
    [InlineData("""{"type":["object","null"]}""", """{"type":"object"}""")]
    [InlineData("true", """{"type":"object"}""")]
    [InlineData("false", """{"type":"object","not":{}}""")]
    public void Arguments_are_said_to_be_an_object(string schema, string expected) =>
        Assert.Equal(expected, SchemaRoots.ForArguments(JsonElement.Parse(schema)).GetRawText());
}
