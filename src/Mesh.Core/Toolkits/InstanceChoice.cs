namespace Mesh;

/// <summary>Which of several instances serves a call. Called from many threads at once.</summary>
internal interface IInstanceChoice
{
    /// <summary>The choice for one address: that of the host's policy, or the default.</summary>
    static IInstanceChoice For(string path, MeshHost host) =>
        host.Options.LoadBalancing is { } policy ? new PolicyChoice(path, policy, host) : new LeastInFlight();

    /// <param name="instances">At least one.</param>
    ToolInstance Choose(ReadOnlySpan<ToolInstance> instances);
}

/// <summary>
/// The instance with the fewest calls in flight, those counted that wait for their turn; instances that are level take
/// turns. Where limits differ, one that would serve the call at once comes before one where it would wait, and that before
/// one that would turn it away.
/// </summary>
internal sealed class LeastInFlight : IInstanceChoice
{
    private uint _turn;

    public ToolInstance Choose(ReadOnlySpan<ToolInstance> instances)
    {
        uint start = Interlocked.Increment(ref _turn);
        var best = instances[(int)(start % instances.Length)];
        long least = Rank(best);
        for (uint i = 1; i < instances.Length; i++)
        {
            var candidate = instances[(int)((start + i) % instances.Length)];
            if (Rank(candidate) is var rank && rank < least)
            {
                (best, least) = (candidate, rank);
            }
        }

        return best;
    }

    private static long Rank(ToolInstance instance) => instance.Load + (instance.Gate switch
    {
        null or { IsFree: true } => 0L,
        { IsFull: false } => 1L << 32,
        _ => 1L << 33,
    });
}

/// <summary>The instance that the host's policy chooses, or, where that fails, the default one.</summary>
internal sealed class PolicyChoice(string path, ILoadBalancingPolicy policy, MeshHost host) : IInstanceChoice
{
    private readonly LeastInFlight _otherwise = new();

    public ToolInstance Choose(ReadOnlySpan<ToolInstance> instances)
    {
        var loads = new InstanceLoad[instances.Length];
        for (int i = 0; i < instances.Length; i++)
        {
            var instance = instances[i];
            loads[i] = new(instance.Provider!.Snapshot.Name, instance.Load, instance.Gate?.IsFree ?? true, instance.Gate?.IsFull ?? false);
        }

        try
        {
            int index = policy.Choose(path, loads);
            if (index >= 0 && index < instances.Length)
            {
                return instances[index];
            }

            Report($"chose instance {index} of {instances.Length}", null);
        }
        catch (Exception exception)
        {
            Report("threw", exception);
        }

        return _otherwise.Choose(instances);
    }

    private void Report(string what, Exception? exception) =>
        host.ReportFault(new(MeshFaultKind.Host, $"The load-balancing policy {what} for '{path}'; the instance with the fewest calls in flight was taken.", exception));
}
