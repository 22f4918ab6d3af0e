namespace Mesh;

/// <summary>Which of several instances serves a call. Called from many threads at once.</summary>
internal interface IInstanceChoice
{
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
