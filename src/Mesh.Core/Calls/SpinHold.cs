namespace Mesh;

/// <summary>A spin lock, until it is disposed. For a few steps that run no code of others, for which a monitor would take longer than they do.</summary>
internal readonly ref struct SpinHold
{
    private readonly ref SpinLock _gate;
    private readonly bool _isHeld;

    public SpinHold(ref SpinLock gate)
    {
        _gate = ref gate;
        _gate.Enter(ref _isHeld);
    }

    public void Dispose()
    {
        if (_isHeld)
        {
            // Who waits for the lock sees that it is free a little later, and who leaves it saves half of its cost.
            _gate.Exit(useMemoryBarrier: false);
        }
    }
}
