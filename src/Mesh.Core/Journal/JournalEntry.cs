namespace Mesh;

/// <summary>
/// What the journal keeps of one call, refused ones too: who called what, for whom, when, how large, and how it ended.
/// Immutable. A value, so that a journal that keeps the last entries in memory allocates nothing for them.
/// </summary>
public readonly record struct JournalEntry
{
    /// <summary>An entry to be filled in.</summary>
    public JournalEntry()
    {
    }

    /// <summary>The call.</summary>
    public required MeshId CallId { get; init; }

    /// <summary>The call in whose handler it was made; the empty id for the root of a tree.</summary>
    public MeshId ParentId { get; init; }

    /// <summary>The first call of the tree.</summary>
    public required MeshId RootId { get; init; }

    /// <summary>The attempt that ended the call, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The room's name.</summary>
    public required string Room { get; init; }

    /// <summary>The room's session.</summary>
    public MeshId Session { get; init; }

    /// <summary>The name of the participant that called.</summary>
    public required string Caller { get; init; }

    /// <summary>The life of the participant that called.</summary>
    public MeshId CallerId { get; init; }

    /// <summary>The name of the person for whom it was made, or null.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>The tool that was called.</summary>
    public required ToolAddress Target { get; init; }

    /// <summary>The name of the participant that served the call; null when it was refused before, or served by the room.</summary>
    public string? Provider { get; init; }

    /// <summary>The <see cref="ToolDefinition.ContractHash"/> of the tool; null when the call was refused before one was found.</summary>
    public string? ContractHash { get; init; }

    /// <summary>When the call arrived.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The size of the arguments as JSON, in bytes.</summary>
    public long BytesIn { get; init; }

    /// <summary>The size of the result's content in bytes, without what was streamed before it.</summary>
    public long BytesOut { get; init; }

    /// <summary>How the call ended.</summary>
    public CallStatus Status { get; init; }

    /// <summary>The code of the failure; null for a result.</summary>
    public MeshErrorCode? ErrorCode { get; init; }

    /// <summary>What the call used besides time, or null.</summary>
    public CallUsage? Usage { get; init; }

    /// <summary>What was kept of arguments and result, by the capture policy.</summary>
    public JournalPayload Payload { get; init; } = JournalPayload.None;

    internal static JournalEntry Of(CallState call, CallOutcome outcome) => new()
    {
        CallId = call.Request.Id,
        ParentId = call.Request.ParentId,
        RootId = call.Request.RootId,
        Attempt = call.Request.Attempt,
        Room = call.Room.Name,
        Session = call.Room.Session,
        Caller = call.Caller.Snapshot.Name,
        CallerId = call.Caller.Snapshot.Id,
        OnBehalfOf = call.OnBehalfOf?.Snapshot.Name,
        Target = call.Request.Target,
        Provider = call.Instance?.Provider?.Snapshot.Name,
        ContractHash = call.Instance?.Contract.Definition.ContractHash,
        StartedAt = call.Host.UtcAt(call.StartedAt),
        Duration = call.Host.Elapsed(call.StartedAt, call.EndedAt != 0 ? call.EndedAt : call.Host.Clock.GetTimestamp()),
        BytesIn = call.ArgumentBytes,
        BytesOut = outcome.Response is JsonResponse && call.ResponseBytes > 0 ? call.ResponseBytes : ContentSize.Of(outcome.Response),
        Status = outcome.Status,
        ErrorCode = outcome.Error?.Code,
    };
}

/// <summary>What a call used besides time, as its handlers report it.</summary>
/// <param name="InputTokens">Tokens that models read.</param>
/// <param name="OutputTokens">Tokens that models wrote.</param>
/// <param name="Cost">Money, in the host's currency.</param>
public sealed record CallUsage(long InputTokens, long OutputTokens, decimal Cost);

/// <summary>How much of arguments and results a journal keeps.</summary>
public enum JournalCapture
{
    /// <summary>Nothing. The default.</summary>
    None,

    /// <summary>SHA-256 of the canonical JSON.</summary>
    Hash,

    /// <summary>The JSON with the values of its strings and numbers left out.</summary>
    Redacted,

    /// <summary>All of it.</summary>
    Full,
}

/// <summary>What an entry keeps of a call's arguments and result.</summary>
/// <param name="Capture">How much it is.</param>
/// <param name="Arguments">The arguments in that form, or null.</param>
/// <param name="Result">The result in that form, or null.</param>
public sealed record JournalPayload(JournalCapture Capture, string? Arguments, string? Result)
{
    /// <summary>Nothing.</summary>
    public static JournalPayload None { get; } = new(JournalCapture.None, null, null);
}
