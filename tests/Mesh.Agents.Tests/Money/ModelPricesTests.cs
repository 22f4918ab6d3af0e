using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Money;

public sealed class ModelPricesTests
{
    private static readonly ModelPrice Price = new() { Input = 2, CachedInput = 1, Output = 10, Reasoning = 20 };

    [Fact]
    public void Cached_and_reasoning_tokens_have_prices_of_their_own()
    {
        var usage = new UsageDetails { InputTokenCount = 1_000_000, CachedInputTokenCount = 250_000, OutputTokenCount = 200_000, ReasoningTokenCount = 50_000 };

        Assert.Equal(1.5m + 0.25m + 1.5m + 1m, Price.CostOf(usage));
        Assert.Equal(2m + 2m, new ModelPrice { Input = 2, Output = 10 }.CostOf(usage));
    }

    [Fact]
    public void Parts_that_are_larger_than_the_whole_count_as_the_whole() =>
        Assert.Equal(0.00001m + 0.0002m, Price.CostOf(new UsageDetails { InputTokenCount = 10, CachedInputTokenCount = 99, OutputTokenCount = 10, ReasoningTokenCount = 99 }));

    [Fact]
    public void The_most_that_a_request_can_cost_takes_the_dearest_of_each() => Assert.Equal(2m + 20m, Price.CostOf(1_000_000, 1_000_000));

    [Theory]
    [InlineData("m-large", 3)]
    [InlineData("m-large-2", 2)]
    [InlineData("m-", 1)]
    [InlineData("other", null)]
    [InlineData(null, null)]
    public void The_exact_name_counts_before_a_family_and_a_longer_family_before_a_shorter(string? model, int? input)
    {
        var prices = ModelPrices.FromJson("""{"m-*":{"input":1,"output":1},"m-large*":{"input":2,"output":1},"m-large":{"input":3,"output":1}}""");

        Assert.Equal(input, prices.Find(model)?.Input);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"m":{"input":1}}""")]
    [InlineData("""{"m":{"input":1,"output":-1}}""")]
    [InlineData("""{"m":{"input":1,"output":1,"outputs":1}}""")]
    [InlineData("""{"m":null}""")]
    [InlineData("""{"m*l":{"input":1,"output":1}}""")]
    [InlineData("""{"":{"input":1,"output":1}}""")]
    public void Malformed_prices_are_refused(string json) =>
        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => ModelPrices.FromJson(json)).Code);
}
