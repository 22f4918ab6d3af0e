namespace Mesh;

/// <summary>The reserve-budget stage of the call path. A call must fit its tree, its caller and its room, or none pays.</summary>
internal static class CallBudget
{
    private const string Tree = "the tree of calls";
    private const string Own = "the call's own budget";

    /// <summary>Gives the call the budgets that it lies in, without reserving anything.</summary>
    public static void Enter(CallState call)
    {
        if (call.Parent is { } parent)
        {
            call.Account = Within(call, OfTree(parent));
            return;
        }

        // One account per tree; what the room and the caller say about depth and time limits each tree.
        var (room, caller, given) = (call.Member.Room.Options.Budget, call.Member.Grants.Budget, call.Request.Budget);
        if (room is not null || caller is not null || given is not null)
        {
            var host = call.Host;
            long calls = Math.Min(host.Options.MaxTreeCalls, given?.Calls ?? long.MaxValue);
            int depth = Math.Min(
                Math.Min(host.Options.MaxTreeDepth, given?.Depth ?? int.MaxValue),
                Math.Min(room?.Depth ?? int.MaxValue, caller?.Depth ?? int.MaxValue));
            long wall = Math.Min(WallDeadline(call, given), Math.Min(WallDeadline(call, room), WallDeadline(call, caller)));
            call.Account = NewTree(calls, depth, wall, OfCaller(call, SpendingAccounts.Of(Tree, given)));
        }
    }

    /// <summary>
    /// The account that calls within this one are reserved in. A tree that only the host's limits hold gets its account
    /// with its second call: the first always fits those, and most trees have no other.
    /// </summary>
    public static BudgetAccount OfTree(CallState call)
    {
        if (call.Account is { } account)
        {
            return account;
        }

        // Nobody else sees it yet, so that what its one call takes need not be reserved in it.
        var options = call.Host.Options;
        return call.ShareAccount(NewTree(options.MaxTreeCalls, options.MaxTreeDepth, long.MaxValue, null, used: call.IsReserved ? 1 : 0));
    }

    public static MeshError? Reserve(CallState call)
    {
        var account = call.Account;
        if (account is not null && call.Depth > account.MaxDepth)
        {
            return CallErrors.TooDeep(call, account.MaxDepth);
        }

        if (call.Instance!.IsUncounted)
        {
            return null;
        }

        if (CheckSpending(call) is { } usedUp)
        {
            return usedUp;
        }

        call.CallerAccount = call.Member.Account;
        if (account?.TryReserve() is { } full)
        {
            return CallErrors.BudgetExceeded(call, full);
        }

        if (call.CallerAccount?.TryReserve() is { } callerFull)
        {
            account?.Release();
            return CallErrors.BudgetExceeded(call, callerFull);
        }

        if (call.Member.Room.Account?.TryReserve() is { } roomFull)
        {
            account?.Release();
            call.CallerAccount?.Release();
            return CallErrors.BudgetExceeded(call, roomFull);
        }

        call.IsReserved = true;
        return null;
    }

    /// <summary>What <see cref="Reserve"/> would say, without reserving: others that reserve at the same time notice nothing.</summary>
    public static MeshError? Peek(CallState call) =>
        call.Account is { } account && call.Depth > account.MaxDepth ? CallErrors.TooDeep(call, account.MaxDepth)
        : CheckSpending(call) is { } usedUp ? usedUp
        : (call.Account?.FindFull() ?? call.Member.Account?.FindFull() ?? call.Member.Room.Account?.FindFull()) is { } full ? CallErrors.BudgetExceeded(call, full)
        : null;

    /// <summary>
    /// Whether tokens or money are used up: before a call is reserved, and again after an approval, for while a person
    /// thought about it others of its tree went on.
    /// </summary>
    public static MeshError? CheckSpending(CallState call) =>
        call.Account?.Spending?.FindUsedUp() is { } usedUp ? CallErrors.SpendingUsedUp(call, usedUp) : null;

    /// <summary>The calls that are left in the tightest of all budgets around the call.</summary>
    public static long? Remaining(CallState call)
    {
        long? least = null;
        foreach (var account in (ReadOnlySpan<BudgetAccount?>)[OfTree(call), call.Member.Account, call.Member.Room.Account])
        {
            if (account?.RemainingCalls is { } remaining)
            {
                least = Math.Min(least ?? long.MaxValue, remaining);
            }
        }

        return least;
    }

    /// <summary>The time until the earliest deadline around the call; null when there is none.</summary>
    public static TimeSpan? RemainingTime(CallState call)
    {
        var clock = call.Host.Clock;
        long due = Math.Min(OfTree(call).Deadline, clock.After(call.StartedAt, call.Request.Timeout ?? call.Host.Options.CallTimeout));
        for (var parent = call.Parent; parent is not null; parent = parent.Parent)
        {
            due = Math.Min(due, parent.EffectiveDeadline);
        }

        return due == long.MaxValue ? null : clock.GetElapsedTime(call.StartedAt, Math.Max(call.StartedAt, due));
    }

    /// <summary>Gives back what a call reserved that was never made. Once reserved and made, a call stays counted.</summary>
    public static void Settle(CallState call)
    {
        if (call is { IsReserved: true, HasStarted: false })
        {
            call.IsReserved = false;
            call.Account?.Release();
            call.CallerAccount?.Release();
            call.Member.Room.Account?.Release();
        }
    }

    /// <summary>The account of a call that is made within another one: that one's, unless it brings a budget along.</summary>
    private static BudgetAccount Within(CallState call, BudgetAccount outer)
    {
        var own = call.Request.Budget;
        if (own is null && call.Member.Account is null && call.Member.Room.Account is null)
        {
            return outer;
        }

        // Tokens and money of a participant are for its calls and all below them, whoever makes those.
        var spending = OfCaller(call, SpendingAccounts.Union(SpendingAccounts.Of(Own, own), outer.Spending));
        return own is not null ? new(Own, own.Calls, Level(call, own), WallDeadline(call, own), outer) { Spending = spending }
            : ReferenceEquals(spending, outer.Spending) ? outer
            : new(Own, null, null, long.MaxValue, outer) { Spending = spending };
    }

    private static SpendingAccounts? OfCaller(CallState call, SpendingAccounts? inner) =>
        SpendingAccounts.Union(SpendingAccounts.Union(inner, call.Member.Account?.Spending), call.Member.Room.Account?.Spending);

    private static BudgetAccount NewTree(long calls, int depth, long wall, SpendingAccounts? spending, long used = 0) =>
        new(Tree, calls, depth, wall, null, used) { Spending = spending };

    private static int? Level(CallState call, Budget own) => own.Depth is { } depth ? (int)Math.Min(call.Depth - 1L + depth, int.MaxValue) : null;

    private static long WallDeadline(CallState call, Budget? budget) =>
        budget?.WallTime is { } time ? call.Host.Clock.After(call.StartedAt, time) : long.MaxValue;
}
