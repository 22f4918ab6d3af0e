namespace Mesh;

/// <summary>
/// The running count behind one <see cref="Budget"/>. Accounts of a call tree form a chain from the innermost budget to
/// the tree's own; a participant's and a room's stand alone. A call is reserved in all of them or in none. Tokens and money
/// are in <see cref="Spending"/>, apart from the calls that every call is counted in.
/// </summary>
internal sealed class BudgetAccount(string owner, long? calls, int? depth, long deadline, BudgetAccount? parent, long used = 0)
{
    private readonly long _limit = calls ?? long.MaxValue;
    private long _used = used;

    /// <summary>The account of a participant or a room; null for a budget that counts nothing over several trees.</summary>
    public static BudgetAccount? Of(string owner, Budget budget)
    {
        var spending = SpendingAccounts.Of(owner, budget);
        return budget.Calls is null && spending is null ? null : new(owner, budget.Calls, null, long.MaxValue, null) { Spending = spending };
    }

    /// <summary>Whose budget it is, as an error names it.</summary>
    public string Owner { get; } = owner;

    public BudgetAccount? Parent { get; } = parent;

    /// <summary>The tokens and the money of this budget and all around it; null when none limits them.</summary>
    public SpendingAccounts? Spending { get; init; } = parent?.Spending;

    /// <summary>The deepest level that a call may have, the root being 1; the smallest of the whole chain.</summary>
    public int MaxDepth { get; } = Math.Min(depth ?? int.MaxValue, parent?.MaxDepth ?? int.MaxValue);

    /// <summary>The clock's timestamp at which the wall time is used up; the earliest of the whole chain.</summary>
    public long Deadline { get; } = Math.Min(deadline, parent?.Deadline ?? long.MaxValue);

    /// <summary>The calls that are left in this account and all above it; null when none of them limits calls.</summary>
    public long? RemainingCalls
    {
        get
        {
            long? own = _limit == long.MaxValue ? null : Math.Max(0, _limit - Interlocked.Read(ref _used));
            return Parent?.RemainingCalls is { } above ? Math.Min(above, own ?? long.MaxValue) : own;
        }
    }

    /// <summary>Reserves one call here and up the chain. On failure nothing stays reserved.</summary>
    /// <returns>The account that is used up, or null when the call was reserved.</returns>
    public BudgetAccount? TryReserve()
    {
        for (var account = this; account is not null; account = account.Parent)
        {
            if (Interlocked.Increment(ref account._used) > account._limit)
            {
                Interlocked.Decrement(ref account._used);
                for (var reserved = this; reserved != account; reserved = reserved.Parent!)
                {
                    Interlocked.Decrement(ref reserved._used);
                }

                return account;
            }
        }

        return null;
    }

    /// <summary>The account that <see cref="TryReserve"/> would name now, found without reserving anything; null when there is room.</summary>
    public BudgetAccount? FindFull()
    {
        for (var account = this; account is not null; account = account.Parent)
        {
            if (Interlocked.Read(ref account._used) >= account._limit)
            {
                return account;
            }
        }

        return null;
    }

    /// <summary>Gives back one reserved call that was never made.</summary>
    public void Release()
    {
        for (var account = this; account is not null; account = account.Parent)
        {
            Interlocked.Decrement(ref account._used);
        }
    }
}
