namespace Mesh;

/// <summary>
/// Host code that sees every call of every room, before anything else does. Filters run in the order in which the host
/// lists them, before the tool is resolved and long before an approval is taken, so that no filter can change what was
/// approved. They are called from many threads at once.
/// </summary>
public interface ICallFilter
{
    /// <summary>
    /// Looks at a call, and lets it pass unchanged, changed, or not at all. What may change are target, arguments,
    /// idempotency key and metadata; its ids may not, and its deadline and budget hold already.
    /// </summary>
    /// <param name="request">The call.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="cancellationToken">Cancelled when the call has ended.</param>
    /// <returns>The request to go on with.</returns>
    /// <exception cref="MeshException">The call is refused with this error.</exception>
    ValueTask<CallRequest> OnCallAsync(CallRequest request, Participant caller, CancellationToken cancellationToken);

    /// <summary>Learns how a call ended that it let pass. Does nothing by default.</summary>
    /// <param name="request">The call as it went on.</param>
    /// <param name="caller">Who called.</param>
    /// <param name="outcome">How it ended.</param>
    void OnOutcome(CallRequest request, Participant caller, CallOutcome outcome)
    {
    }
}
