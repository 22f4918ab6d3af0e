namespace Mesh.Core.Tests.Calls;

public sealed class BudgetAccountTests
{
    [Fact]
    public void A_call_is_reserved_in_the_whole_chain()
    {
        var (root, middle, leaf) = Chain(10, 5, 3);
        Assert.Null(leaf.TryReserve());
        Assert.Null(middle.TryReserve());
        Assert.Equal((8, 3, 2), (root.RemainingCalls, middle.RemainingCalls, leaf.RemainingCalls));
    }

    [Theory]
    [InlineData(0, 9, 9, "root")]
    [InlineData(9, 0, 9, "middle")]
    [InlineData(9, 9, 0, "leaf")]
    public void What_one_refuses_none_has_paid(long rootCalls, long middleCalls, long leafCalls, string refusing)
    {
        var (root, middle, leaf) = Chain(rootCalls, middleCalls, leafCalls);
        Assert.Equal(refusing, leaf.TryReserve()?.Owner);
        Assert.Equal(0, leaf.RemainingCalls);
        root.Release();
        Assert.Equal(rootCalls + 1, root.RemainingCalls);
        Assert.Equal(Math.Min(middleCalls, rootCalls + 1), middle.RemainingCalls);
    }

    [Fact]
    public void What_is_released_can_be_reserved_again()
    {
        var (root, _, leaf) = Chain(1, null, null);
        Assert.Null(leaf.TryReserve());
        Assert.Same(root, leaf.TryReserve());
        leaf.Release();
        Assert.Null(leaf.TryReserve());
    }

    [Fact]
    public void Without_a_limit_nothing_runs_out()
    {
        var (root, _, leaf) = Chain(null, null, null);
        Assert.Null(leaf.RemainingCalls);
        Assert.Null(leaf.TryReserve());
        Assert.Null(root.RemainingCalls);
    }

    [Fact]
    public void Depth_and_deadline_are_the_least_of_the_chain()
    {
        var root = new BudgetAccount("root", null, 5, 100, null);
        var leaf = new BudgetAccount("leaf", null, 9, 50, root);
        var other = new BudgetAccount("other", null, null, long.MaxValue, root);
        Assert.Equal((5, 50L), (leaf.MaxDepth, leaf.Deadline));
        Assert.Equal((5, 100L), (other.MaxDepth, other.Deadline));
    }

    [Fact]
    public void Reserving_from_many_sides_is_exact()
    {
        var (root, middle, leaf) = Chain(700, 600, null);
        int reserved = 0;
        Parallel.For(0, 2_000, i => Interlocked.Add(ref reserved, (i % 2 == 0 ? leaf : middle).TryReserve() is null ? 1 : 0));
        Assert.Equal((600, 100L, 0L), (reserved, root.RemainingCalls, middle.RemainingCalls));
    }

    private static (BudgetAccount Root, BudgetAccount Middle, BudgetAccount Leaf) Chain(long? root, long? middle, long? leaf)
    {
        var first = new BudgetAccount("root", root, null, long.MaxValue, null);
        var second = new BudgetAccount("middle", middle, null, long.MaxValue, first);
        return (first, second, new BudgetAccount("leaf", leaf, null, long.MaxValue, second));
    }
}
