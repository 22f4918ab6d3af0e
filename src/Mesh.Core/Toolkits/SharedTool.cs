namespace Mesh;

/// <summary>
/// The registrations that share one public address and its calls. The list is replaced as a whole when it changes, so
/// that calls read it without a lock.
/// </summary>
internal sealed class SharedTool(IInstanceChoice choice)
{
    private ToolInstance[] _instances = [];

    public ReadOnlySpan<ToolInstance> Instances => Volatile.Read(ref _instances);

    /// <summary>The instance that serves the next call.</summary>
    public ToolInstance? Pick()
    {
        var instances = Volatile.Read(ref _instances);
        if (instances.Length <= 1)
        {
            return instances.Length == 0 ? null : instances[0];
        }

        return choice.Choose(instances);
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
