using System.Text.Json;

namespace Mesh;

/// <summary>How a room's catalogue of agents has changed. Immutable.</summary>
/// <param name="Kind">What happened: <see cref="RoomEventKinds.AgentRegistered"/>, <see cref="RoomEventKinds.AgentUnregistered"/>,
/// <see cref="RoomEventKinds.AgentFailed"/>, or <see cref="RoomEventKinds.Lagged"/>, after which the catalogue is to be listed anew.</param>
/// <param name="Agent">The name of the agent; empty for a lag.</param>
/// <param name="Participant">The name of the participant that offers or offered it; empty for a lag.</param>
public sealed record AgentChange(string Kind, string Agent, string Participant)
{
    /// <summary>The version.</summary>
    public string Version { get; init; } = "";

    /// <summary>The shape; null for a lag.</summary>
    public AgentShape? Shape { get; init; }

    /// <inheritdoc cref="AgentContract.ContractHash"/>
    public string ContractHash { get; init; } = "";

    /// <inheritdoc cref="AgentContract.Tags"/>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <inheritdoc cref="AgentContract.Capabilities"/>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>For one that was registered: how its contract differs from those of live registrations of its name, as sentences.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>For one that is gone: why its participant left; null when it withdrew the agent alone.</summary>
    public LeaveReason? Reason { get; init; }

    /// <summary>For one that failed in the background: how often in a row.</summary>
    public int Failures { get; init; }

    /// <summary>For one that failed in the background: how long until it is started again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How many events are missing before the next change; 0 but for a lag.</summary>
    public long Lagged { get; init; }

    /// <summary>The change that an event tells of; null for any other event.</summary>
    internal static AgentChange? Of(RoomEvent e) => e.Lagged > 0
        ? new(e.Kind, "", "") { Lagged = e.Lagged }
        : e.Kind is RoomEventKinds.AgentRegistered or RoomEventKinds.AgentUnregistered or RoomEventKinds.AgentFailed
            && (e.Data as AgentLeaseChange ?? e.Payload.Deserialize(MeshJsonContext.Default.AgentLeaseChange)) is { } change
            ? new(e.Kind, change.Agent, change.Participant)
            {
                Version = change.Version,
                Shape = change.Shape,
                ContractHash = change.ContractHash,
                Tags = change.Tags,
                Capabilities = change.Capabilities,
                Changes = change.Changes,
                Reason = change.Reason,
                Failures = change.Failures ?? 0,
                RetryAfter = change.RetryAfter,
            }
            : null;

    internal bool IsOf(AgentFilter filter) => filter.Matches(Agent, Participant, Shape ?? default, Tags, Capabilities);
}
