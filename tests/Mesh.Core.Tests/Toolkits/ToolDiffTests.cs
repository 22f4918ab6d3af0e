using System.Text.Json;

namespace Mesh.Core.Tests.Toolkits;

public sealed class ToolDiffTests
{
    private static readonly ToolDefinition Base = new()
    {
        Name = "count",
        InputSchema = JsonElement.Parse("""{"type":"object","properties":{"day":{"type":"string","format":"date"}},"required":["day"],"additionalProperties":false}"""),
        OutputSchema = JsonElement.Parse("""{"type":"integer"}"""),
    };

    [Fact]
    public void Words_for_people_are_no_difference()
    {
        ToolDefinition now = Base with { Title = "Count", Description = "Counts.", Rules = "Never.", ThumbnailUrl = new Uri("https://example.org/") };
        Assert.Empty(ContractDiff.Compare(Base, now).Differences);
        Assert.Equal(Base.ContractHash == now.ContractHash, ContractDiff.Compare(Base, now).Compatibility == ContractCompatibility.Equivalent);
    }

    [Fact]
    public void Each_part_is_compared_the_way_that_its_values_go()
    {
        JsonElement number = JsonElement.Parse("""{"type":"number"}"""), integer = JsonElement.Parse("""{"type":"integer"}""");
        ToolDefinition wide = Base with { InputSchema = number, OutputSchema = number, Streams = true, TakesStream = true, ChunkSchema = number, InputChunkSchema = number };
        ToolDefinition narrow = wide with { InputSchema = integer, OutputSchema = integer, ChunkSchema = integer, InputChunkSchema = integer };
        Assert.Equal(
            [
                (ContractPart.Arguments, true, false), (ContractPart.StreamedInput, true, false),
                (ContractPart.Result, false, true), (ContractPart.StreamedItems, false, true),
            ],
            Parts(wide, narrow));
        Assert.Equal(
            [
                (ContractPart.Result, true, false), (ContractPart.StreamedItems, true, false),
                (ContractPart.Arguments, false, true), (ContractPart.StreamedInput, false, true),
            ],
            Parts(narrow, wide));
    }

    [Fact]
    public void A_schema_that_comes_or_goes_is_a_difference()
    {
        ToolDefinition open = Base with { OutputSchema = null };
        Assert.Equal([(ContractPart.Result, false, true)], Parts(open, Base));
        Assert.Equal([(ContractPart.Result, true, false)], Parts(Base, open));
        ToolDefinition bytes = Base with { Streams = true, TakesStream = true };
        ToolDefinition json = bytes with { ChunkSchema = JsonElement.Parse("true"), InputChunkSchema = JsonElement.Parse("true") };
        Assert.Equal([(ContractPart.StreamedItems, true, true), (ContractPart.StreamedInput, true, true)], Parts(bytes, json));
        Assert.Equal([(ContractPart.StreamedItems, true, true), (ContractPart.StreamedInput, true, true)], Parts(json, bytes));
    }

    [Fact]
    public void Formats_count_where_they_are_checked()
    {
        Assert.Equal([(ContractPart.Arguments, true, false)], Parts(Base, Base with { AssertsFormats = true }));
        Assert.Equal([(ContractPart.Arguments, false, true)], Parts(Base with { AssertsFormats = true }, Base));
        ToolDefinition dated = Base with { InputSchema = JsonElement.Parse("true"), OutputSchema = Base.InputSchema };
        Assert.Equal([(ContractPart.Result, false, true)], Parts(dated, dated with { AssertsFormats = true }));
    }

    [Fact]
    public void A_promise_may_be_given_to_callers_and_not_be_taken_back()
    {
        ToolDefinition[] promising =
        [
            Base with { Annotations = new() { ReadOnly = true } },
            Base with { Annotations = new() { Idempotent = true } },
            Base with { Annotations = new() { Destructive = false } },
            Base with { Annotations = new() { OpenWorld = false } },
        ];
        foreach (ToolDefinition promise in promising)
        {
            Assert.Equal([(ContractPart.Tool, false, true)], Parts(Base, promise));
            Assert.Equal([(ContractPart.Tool, true, false)], Parts(promise, Base));
        }

        Assert.Equal([(ContractPart.Tool, true, false)], Parts(Base, Base with { RequiresApproval = true }));
    }

    [Fact]
    public void Another_name_or_another_way_to_answer_breaks_both()
    {
        Assert.Equal([(ContractPart.Tool, true, true)], Parts(Base, Base with { Name = "sum" }));
        Assert.Equal([(ContractPart.Tool, true, true)], Parts(Base, Base with { Streams = true }));
        Assert.Equal([(ContractPart.Tool, true, true)], Parts(Base with { TakesStream = true }, Base));
    }

    [Fact]
    public void A_definition_whose_schema_cannot_be_compiled_is_refused() =>
        Assert.Equal(
            MeshErrorCode.InvalidSchema,
            Assert.Throws<MeshException>(() => ContractDiff.Compare(Base, Base with { OutputSchema = JsonElement.Parse("""{"type":"wrong"}""") })).Code);

    private static IEnumerable<(ContractPart, bool, bool)> Parts(ToolDefinition old, ToolDefinition now) =>
        ContractDiff.Compare(old, now).Differences.Select(difference => (difference.Part, difference.BreaksCallers, difference.BreaksProviders));
}
