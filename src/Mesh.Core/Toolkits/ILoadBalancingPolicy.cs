namespace Mesh;

/// <summary>
/// Which of several instances of a tool or an agent serves a call to the address that they share: the load balancing of a
/// host, see <see cref="MeshHostOptions.LoadBalancing"/>.
/// </summary>
/// <example><code>
/// sealed class FirstThatIsFree : ILoadBalancingPolicy
/// {
///     public int Choose(string path, ReadOnlySpan&lt;InstanceLoad&gt; instances)
///     {
///         for (int i = 0; i &lt; instances.Length; i++)
///         {
///             if (instances[i].IsFree)
///             {
///                 return i;
///             }
///         }
///
///         return 0;
///     }
/// }
/// </code></example>
public interface ILoadBalancingPolicy
{
    /// <summary>
    /// Chooses an instance. It is called from many threads at once, on the thread of the call, before anything of it is known but
    /// its address, also for a call that is only explained; it must be quick.
    /// </summary>
    /// <param name="path">The address that they share, such as <c>weather/forecast</c> or <c>agents/nlp.summarizer</c>.</param>
    /// <param name="instances">The instances in the order of their registration, at least two. Their contracts are compatible.</param>
    /// <returns>The index of one of them. Where it is none, or this throws, the host's fault handler is told, and the default chooses.</returns>
    int Choose(string path, ReadOnlySpan<InstanceLoad> instances);
}

/// <summary>How busy one instance is, as it was when it was looked at.</summary>
/// <param name="Participant">The name of the participant that serves it.</param>
/// <param name="InFlight">How many calls it has, those counted that wait for their turn.</param>
/// <param name="IsFree">Whether it would serve a call at once: it has no <see cref="RegistrationOptions.MaxConcurrency"/>, or has not reached it.</param>
/// <param name="IsFull">Whether it would turn a call away: as many wait as may.</param>
public readonly record struct InstanceLoad(string Participant, int InFlight, bool IsFree, bool IsFull);
