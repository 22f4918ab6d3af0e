using System.Text;
using System.Text.Json;

namespace Mesh.Core.Tests.Toolkits;

public sealed class ToolDefinitionTests
{
    [Fact]
    public void A_changed_copy_has_hashes_of_its_own()
    {
        ToolDefinition old = new() { Name = "take", InputSchema = JsonElement.Parse("""{"type":"object"}"""), Description = "Takes." };
        (string contract, string definition) = (old.ContractHash, old.DefinitionHash);
        ToolDefinition described = old with { Description = "Takes it." };
        ToolDefinition changed = old with { InputSchema = JsonElement.Parse("true") };
        Assert.Equal((true, false), (described.ContractHash == contract, described.DefinitionHash == definition));
        Assert.Equal((false, false), (changed.ContractHash == contract, changed.DefinitionHash == definition));
        Assert.NotEqual(old, changed);
        Assert.Equal(old, changed with { InputSchema = JsonElement.Parse("""{ "type": "object" }""") });
        Assert.Equal((contract, definition), (old.ContractHash, old.DefinitionHash));
    }

    [Fact]
    public void Metadata_belongs_to_the_definition_and_not_to_the_contract()
    {
        ToolDefinition plain = new() { Name = "take", InputSchema = JsonElement.Parse("""{"type":"object"}""") };
        ToolDefinition first = plain with { Metadata = JsonElement.Parse("""{"shop":{"a":1,"b":2}}""") };
        ToolDefinition other = plain with { Metadata = JsonElement.Parse("""{"shop":{"a":1,"b":3}}""") };
        Assert.Equal([plain.ContractHash, plain.ContractHash], [first.ContractHash, other.ContractHash]);
        Assert.Equal(3, new[] { plain, first, other }.Select(each => each.DefinitionHash).Distinct().Count());
        Assert.Equal(first, plain with { Metadata = JsonElement.Parse("""{"shop":{"b":2,"a":1}}""") });
    }

    [Fact]
    public void Schemas_have_memory_of_their_own()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("""{"type":"integer"}""");
        ToolDefinition tool;
        using (JsonDocument document = JsonDocument.Parse(bytes))
        {
            JsonElement schema = document.RootElement;
            tool = new() { Name = "take", InputSchema = schema, OutputSchema = schema, ChunkSchema = schema, InputChunkSchema = schema };
        }

        bytes.AsSpan().Clear();
        Assert.All(
            [tool.InputSchema, tool.OutputSchema!.Value, tool.ChunkSchema!.Value, tool.InputChunkSchema!.Value],
            schema => Assert.Equal("""{"type":"integer"}""", schema.GetRawText()));
    }
}
