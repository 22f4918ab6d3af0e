namespace Mesh;

/// <summary>
/// One check in progress. It reckons, generously, how many bytes of JSON and how many steps of validation the value would
/// take; once a limit might matter, the check is left undecided and the value has to be serialised.
/// </summary>
/// <param name="maxDepth">How many containers may stand within each other.</param>
/// <param name="limit">How many bytes and steps it may take, at most <see cref="MaxSteps"/>.</param>
internal struct GuardRun(int maxDepth, int limit)
{
    /// <summary>Below both SchemaOptions.MaxInstanceBytes and SchemaOptions.MaxSteps, so that one figure serves for both.</summary>
    public const int MaxSteps = 4_000_000;

    private long _left = limit;
    private int _depth;

    /// <summary>Whether only the value's JSON can tell. An answer of "refused" still stands.</summary>
    public bool IsUndecided { get; private set; }

    /// <summary>Goes into a container.</summary>
    /// <returns>False when it must not be entered: <see cref="IsUndecided"/> is set.</returns>
    public bool TryEnter(int cost)
    {
        if (++_depth > maxDepth)
            IsUndecided = true;
        return TrySpend(cost);
    }

    public void Leave() => _depth--;

    /// <summary>Takes an upper bound of bytes and steps off what is left.</summary>
    /// <returns>False when nothing is left, or when the check is undecided for another reason.</returns>
    public bool TrySpend(long cost)
    {
        _left -= cost;
        if (_left < 0)
            IsUndecided = true;
        return !IsUndecided;
    }

    /// <summary>As <see cref="TrySpend"/>, where nothing follows that could be left out.</summary>
    /// <returns>True, so that nothing is refused for it.</returns>
    public bool Charge(long cost)
    {
        TrySpend(cost);
        return true;
    }

    /// <summary>Leaves the check undecided.</summary>
    /// <returns>True, so that nothing is refused for it.</returns>
    public bool LeaveUndecided()
    {
        IsUndecided = true;
        return true;
    }
}
