namespace Mesh;

/// <summary>
/// The tokens and the money of one <see cref="Budget"/>: what is spent, and what is reserved besides. Changed only by
/// <see cref="SpendingAccounts"/>, under its lock.
/// </summary>
internal sealed class SpendingAccount
{
    private readonly long? _tokenLimit;
    private readonly decimal? _costLimit;
    private string? _usedUp;

    private SpendingAccount(string owner, Budget budget)
    {
        Owner = owner;
        _tokenLimit = budget.Tokens;
        _costLimit = budget.Cost;
    }

    /// <summary>Whose budget it is, as an error names it.</summary>
    public string Owner { get; }

    public long Tokens { get; private set; }

    public decimal Spent { get; private set; }

    public decimal Reserved { get; private set; }

    /// <summary>What is used up, as an error names it; null while there is something left of each. Once set it stays.</summary>
    public string? UsedUp => Volatile.Read(ref _usedUp);

    public long? RemainingTokens => _tokenLimit is { } limit ? Math.Max(0, limit - Tokens) : null;

    public decimal? RemainingCost => _costLimit is { } limit ? Math.Max(0, limit - Reserved - Spent) : null;

    /// <summary>The account of a budget; null for one that limits neither.</summary>
    public static SpendingAccount? Of(string owner, Budget? budget) =>
        budget is null or { Tokens: null, Cost: null } ? null : new(owner, budget);

    // What is about to spend money spends tokens too: it may no more begin than a call may.
    public bool CanReserve(decimal amount) => UsedUp is null && (_costLimit is not { } limit || amount <= limit - Reserved - Spent);

    /// <summary>Whether an amount that cannot be reserved could be, if the others gave back what they have reserved.</summary>
    public bool CouldReserveLater(decimal amount) => UsedUp is null && (_costLimit is not { } limit || amount <= limit - Spent);

    public void Reserve(decimal amount) => Reserved += _costLimit is null ? 0 : amount;

    /// <summary>Puts what was really used in the place of what was reserved.</summary>
    public void Settle(decimal reserved, CallUsage? used)
    {
        Reserved -= _costLimit is null ? 0 : reserved;
        if (used is not null)
        {
            Tokens = Saturating.Add(Tokens, Saturating.Add(used.InputTokens, used.OutputTokens));
            Spent = Saturating.Add(Spent, used.Cost);
            Volatile.Write(ref _usedUp, IsCostUsedUp ? "money" : IsTokensUsedUp ? "tokens" : null);
        }
    }

    // A budget of zero that nothing was spent of lets calls in: most of them cost nothing.
    private bool IsCostUsedUp => _costLimit is { } limit && Spent > 0 && Spent >= limit;

    private bool IsTokensUsedUp => _tokenLimit is { } limit && Tokens > 0 && Tokens >= limit;
}
