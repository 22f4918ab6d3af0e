namespace Mesh;

/// <summary>
/// What one call has used itself, and what it has reserved and not settled yet. Not thread-safe: its
/// <see cref="CallLife"/> guards it.
/// </summary>
internal sealed class CallSpending(CallState call)
{
    /// <summary>More than any handler needs at a time, and few enough for one that never settles.</summary>
    public const int MaxOpen = 1_000;

    private readonly Dictionary<long, decimal> _open = [];
    private long _lastNumber;
    private bool _closed;

    public CallUsage? Usage { get; private set; }

    /// <summary>Takes over what an earlier attempt has used, which is counted already.</summary>
    public void Inherit(CallUsage usage) => Usage = usage.Add(Usage);

    /// <summary>Reserves money in all budgets around the call.</summary>
    /// <param name="number">What the far end of a connection calls the reservation; null for the next number.</param>
    /// <param name="estimate">How much, at least 0.</param>
    public (long Number, MeshError? Error) TryReserve(long? number, decimal estimate)
    {
        long name = number ?? ++_lastNumber;
        if (_closed)
        {
            return (name, CallErrors.CallEnded(call.Request.Target));
        }

        if (_open.Count == MaxOpen)
        {
            return (name, CallErrors.TooManyReservations(call.Request.Target, MaxOpen));
        }

        if (_open.ContainsKey(name))
        {
            return (name, new(MeshErrorCode.ProtocolError, $"Tool '{call.Request.Target}': its provider used the number of a reservation that is open."));
        }

        bool mayTryAgain = false;
        if (call.Account?.Spending?.TryReserve(estimate, out mayTryAgain) is { } full)
        {
            return (name, CallErrors.CannotReserve(call, full, estimate, mayTryAgain));
        }

        _open.Add(name, estimate);
        return (name, null);
    }

    /// <summary>Counts what was used, and settles the reservation that it was used of.</summary>
    /// <returns>False when the call is over, and counted what it will count.</returns>
    public bool TryAdd(UsageFrame used)
    {
        if (_closed)
        {
            return false;
        }

        // A number that is not open gives nothing back.
        _open.Remove(used.Reservation, out decimal reserved);
        Count(reserved, used.Usage);
        return true;
    }

    /// <summary>
    /// The call is over. What it has reserved and not settled counts as used: its handler was cut off, or has never said,
    /// and a ceiling that is to hold must reckon with the worst.
    /// </summary>
    public void Close()
    {
        _closed = true;
        foreach (decimal estimate in _open.Values)
        {
            Count(estimate, new CallUsage(0, 0, estimate));
        }

        _open.Clear();
    }

    private void Count(decimal reserved, CallUsage? used)
    {
        Usage = used?.Add(Usage) ?? Usage;
        call.Account?.Spending?.Settle(reserved, used);
    }
}
