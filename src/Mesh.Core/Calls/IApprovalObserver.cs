namespace Mesh;

/// <summary>
/// Is told what approvers are asked, and what came of it; see <see cref="RoomClient.ObserveApprovals(IApprovalObserver)"/>. Called on the way of the
/// call that waits, for several calls at once: it must return at once. What it throws goes to the host's fault handler.
/// </summary>
public interface IApprovalObserver
{
    /// <summary>An approver is about to be asked.</summary>
    /// <param name="request">What it is asked. Its arguments are valid until it has answered, and undefined where the observer may not see them.</param>
    void OnAsked(ApprovalRequest request);

    /// <summary>It has answered, or can no longer answer.</summary>
    /// <param name="request">What it was asked: the same object as before.</param>
    /// <param name="refusal">Why the call may not run; null where it may.</param>
    void OnAnswered(ApprovalRequest request, MeshError? refusal);
}
