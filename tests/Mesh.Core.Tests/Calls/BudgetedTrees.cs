using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Core.Tests.Calls;

/// <summary>What a call of a random tree does once it has made the calls below it.</summary>
public enum NodeEnd
{
    Return,
    Throw,

    /// <summary>Waits until its caller cancels it.</summary>
    HangUntilCancelled,

    /// <summary>Its provider leaves the room, and it waits for what becomes of it.</summary>
    Leave,
}

/// <summary>What becomes of the money that a call has reserved.</summary>
public enum MoneyEnd
{
    Settle,
    Dispose,

    /// <summary>Kept until the call has ended, and forgotten.</summary>
    Forget,
}

/// <summary>One call of a random tree.</summary>
public sealed record Node(int? Provider, Budget? Budget, decimal Estimate, decimal Cost, MoneyEnd Money, NodeEnd End, bool ChildrenAtOnce, Node[] Children)
{
    public override string ToString() =>
        $"({Provider?.ToString(null, null) ?? "any"} {Budget?.Calls}/{Budget?.Depth}/{Budget?.Cost} {Estimate}>{Cost} {Money} {End} {(ChildrenAtOnce ? "||" : ">")} {string.Join(' ', (object[])Children)})";
}

/// <summary>A room with some budgets and the trees of calls that are made in it, one after the other or at once.</summary>
public sealed record Forest(decimal? RoomCost, decimal? CallerCost, decimal?[] ProviderCosts, bool Idempotent, bool TreesAtOnce, Node[] Trees)
{
    public static Gen<Forest> Generator { get; } =
        from room in Money
        from caller in Money
        from providers in Money.ArrayOf(3)
        from idempotent in Bool
        from atOnce in Bool
        from trees in Tree(3).ArrayOf(2)
        select new Forest(room, caller, providers, idempotent, atOnce, trees);

    public override string ToString() =>
        $"room {RoomCost}, bob {CallerCost}, providers {string.Join(' ', ProviderCosts)}, {(Idempotent ? "idempotent" : "once")}, {(TreesAtOnce ? "||" : ">")}: {string.Join(" | ", (object[])Trees)}";

    private static Gen<bool> Bool => Gen.Elements(true, false);

    /// <summary>None, nothing, or so little that some of a tree fits and some does not.</summary>
    private static Gen<decimal?> Money =>
        Gen.Frequency((3, Gen.Constant<decimal?>(null)), (1, Gen.Constant<decimal?>(0)), (6, Gen.Choose(1, 24).Select(quarters => (decimal?)quarters / 4)));

    private static Gen<Budget?> Budgets =>
        from calls in Gen.Frequency((2, Gen.Constant<long?>(null)), (1, Gen.Choose(0, 8).Select(n => (long?)n)))
        from depth in Gen.Frequency((3, Gen.Constant<int?>(null)), (1, Gen.Choose(0, 4).Select(n => (int?)n)))
        from cost in Money
        from none in Bool
        select none ? null : new Budget { Calls = calls, Depth = depth, Cost = cost };

    private static Gen<Node> Tree(int levels) =>
        from provider in Gen.Frequency((1, Gen.Constant<int?>(null)), (2, Gen.Choose(0, 2).Select(n => (int?)n)))
        from budget in Budgets
        from estimate in Gen.Choose(0, 6)
        from cost in Gen.Choose(0, 6)
        from money in Gen.Frequency((4, Gen.Constant(MoneyEnd.Settle)), (1, Gen.Constant(MoneyEnd.Dispose)), (1, Gen.Constant(MoneyEnd.Forget)))
        from end in Gen.Frequency(
            (12, Gen.Constant(NodeEnd.Return)), (3, Gen.Constant(NodeEnd.Throw)), (2, Gen.Constant(NodeEnd.HangUntilCancelled)), (1, Gen.Constant(NodeEnd.Leave)))
        from atOnce in Bool
        from width in Gen.Choose(0, levels == 0 ? 0 : 3)
        from children in levels == 0 ? Gen.Constant<Node[]>([]) : Tree(levels - 1).ArrayOf(width)
        select new Node(provider, budget, estimate / 4m, Math.Min(cost, estimate) / 4m, money, end, atOnce, children);
}
