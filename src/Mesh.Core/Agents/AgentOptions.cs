using System.Text.Json;

namespace Mesh;

/// <summary>What an agent says of itself beyond what its function's signature tells. Immutable.</summary>
public sealed record AgentOptions
{
    internal const string DefaultVersion = "1.0.0";

    /// <inheritdoc cref="AgentContract.Version"/>
    public string Version { get; init; } = DefaultVersion;

    /// <inheritdoc cref="AgentContract.Title"/>
    public string? Title { get; init; }

    /// <summary>What the agent does; null for the <c>[Description]</c> of its method.</summary>
    public string? Description { get; init; }

    /// <inheritdoc cref="AgentContract.Tags"/>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <inheritdoc cref="AgentContract.Capabilities"/>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <inheritdoc cref="ToolDefinition.Annotations"/>
    public ToolAnnotations Annotations { get; init; } = ToolAnnotations.Default;

    /// <inheritdoc cref="ToolDefinition.RequiresApproval"/>
    public bool RequiresApproval { get; init; }

    /// <inheritdoc cref="ToolDefinition.MaxJournalCapture"/>
    public JournalCapture? MaxJournalCapture { get; init; }

    /// <inheritdoc cref="Tool.RunOnThreadPool"/>
    public bool RunOnThreadPool { get; init; }

    /// <summary>
    /// How many calls each registration of the agent serves at once; see <see cref="RegistrationOptions.MaxConcurrency"/>,
    /// which overrides it. At least 1; null for no limit.
    /// </summary>
    public int? MaxConcurrency { get; init => field = RegistrationOptions.CheckConcurrency(value, nameof(AgentOptions)); }

    /// <summary>
    /// How many calls of each registration may wait where there is such a limit; see
    /// <see cref="RegistrationOptions.MaxWaiting"/>, which overrides it. 0 to 100,000; null for 1,024.
    /// </summary>
    public int? MaxWaiting { get; init => field = RegistrationOptions.CheckWaiting(value, nameof(AgentOptions)); }

    /// <summary>
    /// What the room's state must say for an agent in the background, a publisher or a watcher, to run: its function is begun when
    /// the gate opens, and cancelled when it closes. Null, the default, for one that always runs. An agent that is asked has none.
    /// </summary>
    public AgentGate? Gate { get; init; }

    /// <summary>How input and output become JSON; null for the options of the host that the agent is registered with.</summary>
    public JsonSerializerOptions? SerializerOptions { get; init; }

    internal static AgentOptions Default { get; } = new();
}
