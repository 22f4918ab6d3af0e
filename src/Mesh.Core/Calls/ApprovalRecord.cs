using System.Text.Json;

namespace Mesh;

/// <summary>
/// What an approval is bound to, as plain data that may be stored: it holds hashes, not the arguments. An approval
/// counts for this one call, for this definition of the tool, these arguments and this caller, until it expires. Two
/// records are equal if all of their members are.
/// </summary>
public sealed record ApprovalRecord
{
    /// <summary>The approval's own id.</summary>
    public required MeshId Id { get; init; }

    /// <summary>The call that waits for it.</summary>
    public required MeshId CallId { get; init; }

    /// <summary>The room.</summary>
    public required string Room { get; init; }

    /// <summary>The session of the room.</summary>
    public required MeshId Session { get; init; }

    /// <summary>The life of the participant that calls.</summary>
    public required MeshId CallerId { get; init; }

    /// <summary>The name of the participant that calls.</summary>
    public required string Caller { get; init; }

    /// <summary>The name of the person for whom it calls, or null.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>The tool.</summary>
    public required ToolAddress Target { get; init; }

    /// <summary>The tool's <see cref="ToolDefinition.DefinitionHash"/>.</summary>
    public required string DefinitionHash { get; init; }

    /// <summary>SHA-256 over the canonical JSON of the arguments, 64 hexadecimal digits.</summary>
    public required string ArgumentsHash { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it can no longer be given.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>What an approver is asked.</summary>
/// <param name="Record">What the approval will be bound to.</param>
/// <param name="Tool">The tool as it would run.</param>
/// <param name="Arguments">The arguments as they would be used; valid until the approver has answered.</param>
/// <param name="Caller">Who calls.</param>
/// <param name="OnBehalfOf">The person for whom, or null.</param>
/// <param name="RootCaller">Who started the tree of calls.</param>
public sealed record ApprovalRequest(
    ApprovalRecord Record, ToolDefinition Tool, JsonElement Arguments, Participant Caller, Participant? OnBehalfOf, Participant RootCaller)
{
    /// <summary>The first call of the tree: the one that <see cref="RootCaller"/> made.</summary>
    public MeshId RootCallId { get; init; }
}

/// <summary>What an approver answers.</summary>
/// <param name="IsApproved">Whether the call may run.</param>
/// <param name="Reason">Why not, for the caller to read; null for none.</param>
public sealed record ApprovalAnswer(bool IsApproved, string? Reason = null)
{
    /// <summary>The call may run, once: for an approver that decides within its call, and so cannot answer another question.</summary>
    public static ApprovalAnswer Approved { get; } = new(true);

    /// <summary>
    /// Neither yes nor no: the room's approver shall answer, for a <see cref="JoinOptions.Approver"/> that cannot reach its
    /// person. Where nobody is left to ask, the call ends with <see cref="MeshErrorCode.ApprovalUnavailable"/>.
    /// </summary>
    public static ApprovalAnswer PassedOn { get; } = new(false, "Nobody was asked.");

    /// <summary>
    /// What was approved, where the answer came as data, from a page or out of a store; null where it did not. It must be
    /// the very record that the approver was asked about, or the call is refused with
    /// <see cref="MeshErrorCode.ApprovalMismatch"/>: an answer that was given before, to another call, or that was changed
    /// on its way lets nothing run.
    /// </summary>
    public ApprovalRecord? Record { get; init; }

    /// <summary>What this record describes may run, once.</summary>
    /// <param name="record">What was approved.</param>
    public static ApprovalAnswer ApprovedFor(ApprovalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new(true) { Record = record };
    }

    /// <summary>The call must not run.</summary>
    /// <param name="reason">Why not, for the caller to read; null for none.</param>
    public static ApprovalAnswer Refused(string? reason = null) => new(false, reason);
}

/// <summary>
/// Answers whether a call may run: asks a person, or decides by itself. Called at most once per call; may be called for
/// several calls at once. The token is cancelled when the answer is no longer wanted.
/// </summary>
/// <param name="request">The call in question.</param>
/// <param name="cancellationToken">Cancelled when the call has ended or the approval has expired.</param>
public delegate ValueTask<ApprovalAnswer> Approver(ApprovalRequest request, CancellationToken cancellationToken);
