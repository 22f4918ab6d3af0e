using System.Text.Json;

namespace Mesh.Core.Tests.Calls;

public sealed class BudgetTests
{
    [Fact]
    public void Negative_amounts_are_refused_by_their_name()
    {
        Assert.Equal("Tokens", Assert.Throws<ArgumentOutOfRangeException>(() => new Budget { Tokens = -1 }).ParamName);
        Assert.Equal("Cost", Assert.Throws<ArgumentOutOfRangeException>(() => new Budget { Cost = -0.01m }).ParamName);
        Assert.Equal("WallTime", Assert.Throws<ArgumentOutOfRangeException>(() => new Budget { WallTime = Timeout.InfiniteTimeSpan }).ParamName);
        Assert.Equal("cost", Assert.Throws<ArgumentOutOfRangeException>(() => new CallUsage(0, 0, -1)).ParamName);
    }

    [Fact]
    public void Zero_is_a_budget() =>
        Assert.Equal((0, 0, 0L, 0m), (new Budget { Calls = 0 }.Calls, new Budget { Depth = 0 }.Depth, new Budget { Tokens = 0 }.Tokens, new Budget { Cost = 0 }.Cost));

    [Theory]
    [InlineData("1", "1.00")]
    [InlineData("0.5", "0.5000000000000000000000000000")]
    [InlineData("0", "-0.0")]
    [InlineData("100", "100.0")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    public void Equal_amounts_of_money_have_equal_texts(string plain, string written)
    {
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        var (one, other) = (new Grants { Budget = new() { Cost = decimal.Parse(plain, invariant) } }, new Grants { Budget = new() { Cost = decimal.Parse(written, invariant) } });
        Assert.Equal(one, other);
        Assert.Equal("""{"budget":{"calls":null,"depth":null,"wallTime":null,"cost":""" + plain + "}}", one.ToJson());
        Assert.Equal(one.ToJson(), other.ToJson());
        Assert.Equal(one.ToJson(), Grants.FromJson("""{"budget":{"cost":""" + written + "}}").ToJson());
    }

    [Fact]
    public void Whole_numbers_of_tokens_are_read_whole()
    {
        Assert.Equal("""{"budget":{"calls":null,"depth":null,"wallTime":null,"tokens":5,"cost":0.25}}""", Grants.FromJson("""{"budget":{"cost":0.25,"tokens":5}}""").ToJson());
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Budget>("""{"Tokens":1.5}"""));
    }
}
