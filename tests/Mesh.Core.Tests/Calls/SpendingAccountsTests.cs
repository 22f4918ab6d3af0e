namespace Mesh.Core.Tests.Calls;

public sealed class SpendingAccountsTests
{
    [Fact]
    public void A_budget_that_limits_neither_tokens_nor_money_has_no_account()
    {
        Assert.Null(SpendingAccounts.Of("x", null));
        Assert.Null(SpendingAccounts.Of("x", new() { Calls = 1, Depth = 1, WallTime = TimeSpan.FromSeconds(1) }));
        Assert.Null(SpendingAccounts.Union(null, null));
    }

    [Fact]
    public void A_union_holds_each_account_once_and_is_new_only_where_it_must_be()
    {
        var (inner, outer) = (Of("inner", 2), Of("outer", 1));
        var both = SpendingAccounts.Union(inner, outer)!;
        Assert.Same(inner, SpendingAccounts.Union(inner, null));
        Assert.Same(outer, SpendingAccounts.Union(null, outer));
        Assert.Same(both, SpendingAccounts.Union(both, outer));
        Assert.Same(both, SpendingAccounts.Union(both, both));
        Assert.Null(SpendingAccounts.Union(both, Of("other", 9))!.TryReserve(1, out _));
        Assert.Equal((1m, 0m, 0m), (inner.RemainingCost, outer.RemainingCost, both.RemainingCost));
    }

    [Theory]
    [InlineData(0.5, 9, "inner")]
    [InlineData(9, 0.5, "outer")]
    [InlineData(0.5, 0.5, "inner")]
    public void What_one_refuses_none_has_paid(double innerCost, double outerCost, string refusing)
    {
        var (inner, outer) = (Of("inner", (decimal)innerCost), Of("outer", (decimal)outerCost));
        Assert.Equal(refusing, SpendingAccounts.Union(inner, outer)!.TryReserve(0.75m, out bool mayTryAgain)?.Owner);
        Assert.False(mayTryAgain);
        Assert.Equal(((decimal)innerCost, (decimal)outerCost), (inner.RemainingCost, outer.RemainingCost));
    }

    [Fact]
    public void A_refusal_says_whether_what_others_hold_would_do()
    {
        var accounts = SpendingAccounts.Union(Of("inner", 10), Of("outer", 5))!;
        Assert.Null(accounts.TryReserve(4, out _));
        Assert.NotNull(accounts.TryReserve(5, out bool mayTryAgain));
        Assert.True(mayTryAgain);
        Assert.NotNull(accounts.TryReserve(6, out mayTryAgain));
        Assert.False(mayTryAgain);
        accounts.Settle(4, new(0, 0, 1));
        Assert.NotNull(accounts.TryReserve(5, out mayTryAgain));
        Assert.False(mayTryAgain);
    }

    [Fact]
    public void What_is_used_up_is_said_from_then_on()
    {
        var accounts = SpendingAccounts.Of("x", new() { Tokens = 10, Cost = 1 })!;
        accounts.Settle(0, new(4, 5, 0.99m));
        Assert.Null(accounts.FindUsedUp());
        accounts.Settle(0, new(1, 0));
        Assert.Equal("tokens", accounts.FindUsedUp()?.UsedUp);
        accounts.Settle(0, null);
        Assert.Equal("tokens", accounts.FindUsedUp()?.UsedUp);
        accounts.Settle(0, new(0, 0, 0.01m));
        Assert.Equal("money", accounts.FindUsedUp()?.UsedUp);
        Assert.Equal((0, 0m), (accounts.RemainingTokens, accounts.RemainingCost));
    }

    [Fact]
    public void Reserving_from_many_sides_is_exact_and_refuses_nothing_that_fits()
    {
        var (room, ada, bob) = (Of("room", 700), Of("ada", 400), Of("bob", 350));
        var (both, other) = (SpendingAccounts.Union(ada, room)!, SpendingAccounts.Union(SpendingAccounts.Union(room, bob), ada)!);
        int reserved = 0;
        Parallel.For(0, 4_000, i =>
        {
            var accounts = i % 2 == 0 ? both : other;
            if (accounts.TryReserve(1, out _) is null)
            {
                Interlocked.Increment(ref reserved);
            }
        });
        Assert.Equal((400, 0m), (reserved, ada.RemainingCost));
        Assert.Equal(300m, room.RemainingCost);
        Parallel.For(0, 400, _ => both.Settle(1, new(0, 0, 0.25m)));
        Assert.Equal((300m, 600m), (ada.RemainingCost, room.RemainingCost));
    }

    [Fact]
    public void The_largest_amounts_neither_go_round_nor_throw()
    {
        var accounts = SpendingAccounts.Of("x", new() { Tokens = long.MaxValue, Cost = decimal.MaxValue })!;
        Assert.Null(accounts.TryReserve(decimal.MaxValue, out _));
        Assert.NotNull(accounts.TryReserve(1, out _));
        accounts.Settle(0, new(long.MaxValue, long.MaxValue, decimal.MaxValue));
        accounts.Settle(0, new(long.MaxValue, long.MaxValue, decimal.MaxValue));
        Assert.NotNull(accounts.TryReserve(decimal.MaxValue, out bool mayTryAgain));
        Assert.False(mayTryAgain);
        accounts.Settle(decimal.MaxValue, null);
        Assert.Equal((0, 0m, "money"), (accounts.RemainingTokens, accounts.RemainingCost, accounts.FindUsedUp()?.UsedUp));
    }

    private static SpendingAccounts Of(string owner, decimal cost) => SpendingAccounts.Of(owner, new() { Cost = cost })!;
}
