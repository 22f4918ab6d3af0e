using System.Text.Json;

namespace Mesh;

/// <summary>
/// What a caller asks for, as plain data: it is the same in process and on a wire, and says nothing about who asks,
/// which the room knows. Immutable.
/// </summary>
public sealed record CallRequest
{
    private readonly CallTerms _terms = CallTerms.None;

    /// <summary>The id of this call.</summary>
    public required MeshId Id { get; init; }

    /// <summary>The call in whose handler this one was made; the empty id for the root of a tree.</summary>
    public MeshId ParentId { get; init; }

    /// <summary>The first call of the tree; equal to <see cref="Id"/> for a root.</summary>
    public required MeshId RootId { get; init; }

    /// <summary>1 for the first attempt, 2 when an idempotent call is retried.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The tool that is called.</summary>
    public required ToolAddress Target { get; init; }

    /// <summary>
    /// The contract that the caller knows the tool by, or null for whatever is offered. Where the tool has another one,
    /// the call is refused with <see cref="MeshErrorCode.ContractConflict"/>.
    /// </summary>
    public string? ContractHash { get => _terms.ContractHash; init => _terms = value == ContractHash ? _terms : _terms with { ContractHash = value }; }

    /// <summary>The arguments, a JSON object; empty for none.</summary>
    public JsonPayload Arguments { get; init; }

    /// <summary>
    /// Calls of one participant to one tool under the same key have one effect: a repeated one gets the first one's
    /// outcome, for 10 minutes; what was streamed is not kept. Null for none.
    /// </summary>
    public string? IdempotencyKey { get => _terms.IdempotencyKey; init => _terms = value == IdempotencyKey ? _terms : _terms with { IdempotencyKey = value }; }

    /// <summary>
    /// How long the call may take, from when the room receives it; null for the host's default (60 s), and for
    /// streams no limit on the whole. Time that a person takes to approve does not count.
    /// </summary>
    public TimeSpan? Timeout { get => _terms.Timeout; init => _terms = value == Timeout ? _terms : _terms with { Timeout = value }; }

    /// <summary>A budget for this call and all that it calls, inside those that hold already; null for none.</summary>
    public Budget? Budget { get => _terms.Budget; init => _terms = value == Budget ? _terms : _terms with { Budget = value }; }

    /// <summary>The W3C <c>traceparent</c> of the caller's activity, or null.</summary>
    public string? TraceParent { get => _terms.TraceParent; init => _terms = value == TraceParent ? _terms : _terms with { TraceParent = value }; }

    /// <summary>The W3C <c>tracestate</c> of the caller's activity, or null.</summary>
    public string? TraceState { get => _terms.TraceState; init => _terms = value == TraceState ? _terms : _terms with { TraceState = value }; }

    /// <summary>
    /// The W3C <c>traceparent</c> of the activity that a stream was asked for in, where it is read in another one, which
    /// is then its parent; or null.
    /// </summary>
    public string? TraceLink { get => _terms.TraceLink; init => _terms = value == TraceLink ? _terms : _terms with { TraceLink = value }; }

    /// <summary>The private toolkits of the caller's own that it gives to the agent that it asks, by their names; null for none.</summary>
    public IReadOnlyList<string>? Toolkits { get => _terms.Toolkits; init => _terms = value == Toolkits ? _terms : _terms with { Toolkits = value }; }

    /// <summary>A JSON object that travels with the call unread by the room, or null.</summary>
    public JsonElement? Metadata { get => _terms.Metadata; init => _terms = value is null && Metadata is null ? _terms : _terms with { Metadata = value }; }

    internal CallTerms Terms { get => _terms; init => _terms = value; }
}

/// <summary>
/// What most requests say nothing about, in an object of its own that all of those share, and that goes over a wire as it is.
/// </summary>
internal sealed record CallTerms
{
    public static CallTerms None { get; } = new();

    public string? ContractHash { get; init; }

    public string? IdempotencyKey { get; init; }

    public TimeSpan? Timeout { get; init; }

    public Budget? Budget { get; init; }

    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    public string? TraceLink { get; init; }

    public IReadOnlyList<string>? Toolkits { get; init; }

    public JsonElement? Metadata { get; init; }
}
