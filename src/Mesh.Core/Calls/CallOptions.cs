using System.Text.Json;

namespace Mesh;

/// <summary>What a caller may say about one call beyond its target and arguments. Immutable; share and reuse it.</summary>
public sealed record CallOptions
{
    /// <summary>
    /// How long the call may take; null for the host's default (60 s). A stream has no limit on the whole unless this
    /// sets one. The call that this one is made within sets an upper limit in any case.
    /// </summary>
    public TimeSpan? Timeout
    {
        get;
        init => field = value is { } time && (time <= TimeSpan.Zero || time > CallLimits.LongestTimeout)
            ? throw new ArgumentOutOfRangeException(nameof(Timeout), value, "CallOptions.Timeout must be positive and at most 24 days.")
            : value;
    }

    /// <inheritdoc cref="CallRequest.IdempotencyKey"/>
    public string? IdempotencyKey
    {
        get;
        init => field = value is { Length: 0 or > 256 }
            ? throw new ArgumentOutOfRangeException(nameof(IdempotencyKey), "CallOptions.IdempotencyKey must have 1 to 256 characters.")
            : value;
    }

    /// <inheritdoc cref="CallRequest.Budget"/>
    public Budget? Budget { get; init; }

    /// <inheritdoc cref="CallRequest.ContractHash"/>
    public string? ContractHash { get; init; }

    /// <summary>
    /// The names of private toolkits that the caller itself has registered and that it gives to the agent that it asks,
    /// which must support that (<see cref="AgentContract.SupportsTools"/>); null or empty for none, at most 64. For the
    /// time of this call they can be called within its tree: by the agent, and by those that it calls.
    /// </summary>
    public IReadOnlyList<string>? Toolkits
    {
        get;
        init => field = value switch
        {
            null or [] => null,
            { Count: > CallLimits.MostToolkits } => throw new ArgumentOutOfRangeException(nameof(Toolkits), value.Count, $"CallOptions.Toolkits must have at most {CallLimits.MostToolkits} names."),
            _ => [.. value],
        };
    }

    /// <summary>
    /// The id of the call, for a caller that must know it before the call begins; to be used for one call, and not guessable, as those
    /// of <see cref="RoomClient.NewCallId"/> are. Null for a new one.
    /// </summary>
    public MeshId? CallId { get; init; }

    /// <inheritdoc cref="CallRequest.Metadata"/>
    public JsonElement? Metadata { get; init; }

    /// <summary>
    /// Starts a new tree: the call takes neither budget, deadline, cancellation nor on-behalf-of from the call in
    /// whose handler it is made. Say so for work that outlives its call. False by default.
    /// </summary>
    public bool NewTree { get; init; }

    internal static CallOptions Default { get; } = new();

    internal static CallOptions OutsideAnyTree { get; } = new() { NewTree = true };
}
