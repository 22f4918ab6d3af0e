using System.Text.Json;

namespace Mesh.Core.Tests.Calls;

public sealed class JsonPayloadTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("1.50")]
    [InlineData("\"\"")]
    [InlineData("""{"a":[1,{"b":null}]}""")]
    public void Within_other_JSON_it_is_the_value_that_stands_there(string json)
    {
        string text = $$"""{"Name":"x","Value":{{json}}}""";
        var read = JsonSerializer.Deserialize<Named>(text)!;
        Assert.Equal(json, read.Value.ToString());
        Assert.Equal(text, JsonSerializer.Serialize(read));
        Assert.Equal(text, JsonSerializer.Serialize(new Named("x", JsonPayload.FromUtf8(System.Text.Encoding.UTF8.GetBytes(json)))));
    }

    [Fact]
    public void Its_schema_accepts_anything()
    {
        var tool = Tool.Create("keep", (string name, JsonPayload value) => value);
        Assert.Equal("true", tool.Definition.InputSchema.GetProperty("properties").GetProperty("value").GetRawText());
    }

    private sealed record Named(string Name, JsonPayload Value);
}
