namespace Mesh;

/// <summary>
/// The registrations that share one public address and its calls. The list is replaced as a whole when it changes, so
/// that calls read it without a lock.
/// </summary>
internal sealed class SharedTool
{
    private ToolInstance[] _instances = [];
    private uint _turn;

    public ReadOnlySpan<ToolInstance> Instances => Volatile.Read(ref _instances);

    /// <summary>The instance with the fewest calls in flight; those that are level take turns.</summary>
    public ToolInstance? Pick()
    {
        var instances = Volatile.Read(ref _instances);
        if (instances.Length <= 1)
        {
            return instances.Length == 0 ? null : instances[0];
        }

        uint start = Interlocked.Increment(ref _turn);
        ToolInstance? best = null;
        for (uint i = 0; i < instances.Length; i++)
        {
            var candidate = instances[(start + i) % instances.Length];
            if (best is null || candidate.InFlight < best.InFlight)
            {
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Under the registry's lock.</summary>
    public void AddLocked(ToolInstance instance) => SetLocked([.. _instances, instance]);

    /// <summary>Under the registry's lock. Returns whether none is left.</summary>
    public bool RemoveLocked(ToolInstance instance)
    {
        SetLocked(Array.FindAll(_instances, each => each != instance));
        return _instances.Length == 0;
    }

    private void SetLocked(ToolInstance[] instances)
    {
        foreach (var instance in instances)
        {
            instance.IsShared = instances.Length > 1;
        }

        Volatile.Write(ref _instances, instances);
    }
}
