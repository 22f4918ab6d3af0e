namespace Mesh;

/// <summary>
/// Money that a handler has reserved with <see cref="CallContext.ReserveCostAsync"/>, in every budget around its call. It
/// is settled once: with <see cref="SettleAsync"/> at what was really used, or at nothing when it is disposed before.
/// When the call ends first, because it was cancelled, its time is over or its provider has left, the whole estimate counts
/// as used. Thread-safe.
/// </summary>
/// <example><code>
/// await using var reserved = await call.ReserveCostAsync(0.02m);
/// var answer = await model.AskAsync(question, call.CancellationToken);   // Throws: nothing was used.
/// await reserved.SettleAsync(new(answer.InputTokens, answer.OutputTokens, answer.Cost));
/// </code></example>
public sealed class CostReservation : IAsyncDisposable
{
    private readonly CallContext _call;
    private readonly long _number;
    private bool _settled;

    internal CostReservation(CallContext call, long number, decimal estimate)
    {
        _call = call;
        _number = number;
        Estimate = estimate;
    }

    /// <summary>What was reserved, in the host's currency.</summary>
    public decimal Estimate { get; }

    /// <summary>
    /// Reports what was used, as <see cref="CallContext.ReportUsageAsync"/> does, in the place of what was reserved. What
    /// costs more than the estimate is counted in full: budgets may be passed by the difference.
    /// </summary>
    /// <param name="used">What was used.</param>
    /// <returns>A task that completes when it is on its way. Where the call ends before it has arrived, which only happens at the far
    /// end of a connection, it comes too late, and the whole estimate was counted.</returns>
    /// <exception cref="InvalidOperationException">The reservation was settled or disposed before.</exception>
    /// <exception cref="MeshException">The call is over (<see cref="MeshErrorCode.CallEnded"/>), and the whole estimate
    /// was counted.</exception>
    public ValueTask SettleAsync(CallUsage used)
    {
        ArgumentNullException.ThrowIfNull(used);
        return Interlocked.Exchange(ref _settled, true)
            ? throw new InvalidOperationException("The reservation was settled or disposed before; report what was used besides with ReportUsageAsync.")
            : _call.EmitAsync(new UsageFrame(used, _number));
    }

    /// <summary>Gives back what was reserved, unless it was settled. Calling it again does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _settled, true))
        {
            return;
        }

        try
        {
            await _call.EmitAsync(new UsageFrame(null, _number)).ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception.Code == MeshErrorCode.CallEnded)
        {
            // The end of the call has settled it.
        }
    }
}
