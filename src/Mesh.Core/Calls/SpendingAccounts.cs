namespace Mesh;

/// <summary>
/// All accounts of tokens and money that a call lies in: those of the budgets of calls around it, of the participants that
/// made those calls, and of their rooms. What is spent is spent in all of them; what is reserved, in all or in none.
/// </summary>
internal sealed class SpendingAccounts
{
    /// <summary>
    /// One lock for all accounts of the process. Which accounts lie around a call differs from call to call, also across
    /// rooms and hosts; reserving in one after the other would refuse calls for what somebody else only tries to reserve.
    /// It is held for some additions, and taken once or twice for each request to a model.
    /// </summary>
    private static readonly Lock Gate = new();

    private readonly SpendingAccount[] _accounts;

    private SpendingAccounts(SpendingAccount[] accounts) => _accounts = accounts;

    /// <summary>Each of them once, the innermost first.</summary>
    public IReadOnlyList<SpendingAccount> All => _accounts;

    /// <summary>The tokens that are left in the tightest account; null when none limits them.</summary>
    public long? RemainingTokens
    {
        get
        {
            lock (Gate)
            {
                return _accounts.Min(static account => account.RemainingTokens);
            }
        }
    }

    /// <summary>The money that is neither spent nor reserved in the tightest account; null when none limits it.</summary>
    public decimal? RemainingCost
    {
        get
        {
            lock (Gate)
            {
                return _accounts.Min(static account => account.RemainingCost);
            }
        }
    }

    /// <summary>The account of one budget by itself; null for a budget that limits neither tokens nor money.</summary>
    public static SpendingAccounts? Of(string owner, Budget? budget) =>
        SpendingAccount.Of(owner, budget) is { } account ? new([account]) : null;

    /// <summary>The accounts of both; one of the two where that has them all.</summary>
    public static SpendingAccounts? Union(SpendingAccounts? inner, SpendingAccounts? outer)
    {
        if (inner is null || outer is null || ReferenceEquals(inner, outer))
        {
            return inner ?? outer;
        }

        SpendingAccount[] all = [.. inner._accounts.Union(outer._accounts)];
        return all.Length == inner._accounts.Length ? inner : new(all);
    }

    /// <summary>The innermost account that is used up, so that no further call is let in; null while there is none. Takes no lock.</summary>
    public SpendingAccount? FindUsedUp()
    {
        foreach (var account in _accounts)
        {
            if (account.UsedUp is not null)
            {
                return account;
            }
        }

        return null;
    }

    /// <summary>Reserves money in all accounts, or in none.</summary>
    /// <param name="amount">How much.</param>
    /// <param name="mayTryAgain">Where it is refused: whether it would fit if others gave back what they have reserved.</param>
    /// <returns>The innermost account that has no room for it, or null when it was reserved.</returns>
    public SpendingAccount? TryReserve(decimal amount, out bool mayTryAgain)
    {
        lock (Gate)
        {
            if (Array.Find(_accounts, account => !account.CanReserve(amount)) is { } full)
            {
                mayTryAgain = Array.TrueForAll(_accounts, account => account.CouldReserveLater(amount));
                return full;
            }

            foreach (var account in _accounts)
            {
                account.Reserve(amount);
            }

            mayTryAgain = false;
            return null;
        }
    }

    /// <summary>Gives back what was reserved, and counts what was used in its place.</summary>
    /// <param name="reserved">What was reserved; 0 for what is used without.</param>
    /// <param name="used">What was used, or null for nothing.</param>
    public void Settle(decimal reserved, CallUsage? used)
    {
        lock (Gate)
        {
            foreach (var account in _accounts)
            {
                account.Settle(reserved, used);
            }
        }
    }
}
