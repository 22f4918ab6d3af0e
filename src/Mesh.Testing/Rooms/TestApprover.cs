namespace Mesh.Testing;

/// <summary>People who answer at once whether a call may run, for <see cref="TestRoom.JoinPersonAsync"/>. Thread-safe.</summary>
public static class TestApprover
{
    /// <summary>Says yes to everything.</summary>
    public static Approver Always { get; } = static (_, _) => new(ApprovalAnswer.Approved);

    /// <summary>Says no to everything.</summary>
    /// <param name="reason">Why, for the caller to read; null for none.</param>
    public static Approver Never(string? reason = null) => (_, _) => new(ApprovalAnswer.Refused(reason));

    /// <summary>Says yes where something holds, and else no.</summary>
    /// <param name="holds">Whether the call may run; may be called for several at once.</param>
    public static Approver Where(Func<ApprovalRequest, bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return (request, _) => new(holds(request) ? ApprovalAnswer.Approved : ApprovalAnswer.Refused());
    }
}
