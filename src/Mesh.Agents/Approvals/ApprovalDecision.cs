namespace Mesh.Agents;

/// <summary>For what an answer to an approval counts.</summary>
public enum ApprovalScope
{
    /// <summary>For this one call.</summary>
    Once,

    /// <summary>For calls of this tool with these very arguments, by the same caller, in the same tree of calls.</summary>
    TheseArguments,

    /// <summary>For all calls of this tool by the same caller, in the same tree of calls.</summary>
    ThisTool,
}

/// <summary>What a person answers who is asked for an approval.</summary>
/// <param name="IsApproved">Yes or no.</param>
/// <param name="Scope">For what that counts. A no of any scope but <see cref="ApprovalScope.Once"/> means never: the same is refused from
/// then on without asking.</param>
/// <param name="Reason">Why not, for the caller, which may be a model, to read; null for none.</param>
public sealed record ApprovalDecision(bool IsApproved, ApprovalScope Scope = ApprovalScope.Once, string? Reason = null)
{
    /// <summary>Yes, for this call.</summary>
    public static ApprovalDecision Once { get; } = new(true);

    /// <summary>Yes, for this tool with these very arguments.</summary>
    public static ApprovalDecision ForTheseArguments { get; } = new(true, ApprovalScope.TheseArguments);

    /// <summary>Yes, for this tool.</summary>
    public static ApprovalDecision ForThisTool { get; } = new(true, ApprovalScope.ThisTool);

    /// <summary>No, for this call.</summary>
    /// <param name="reason">Why not; null for none.</param>
    public static ApprovalDecision Refused(string? reason = null) => new(false, ApprovalScope.Once, reason);

    /// <summary>No, and do not ask about this tool again.</summary>
    /// <param name="reason">Why not; null for none.</param>
    public static ApprovalDecision Never(string? reason = null) => new(false, ApprovalScope.ThisTool, reason);
}

/// <summary>Asks a person about one call.</summary>
/// <param name="request">The call.</param>
/// <param name="cancellationToken">Cancelled when the answer is no longer wanted.</param>
/// <returns>The answer; null where the person cannot be reached, so that the room's approver is asked.</returns>
public delegate ValueTask<ApprovalDecision?> ApprovalPrompt(ApprovalRequest request, CancellationToken cancellationToken);
