using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Mesh;

/// <summary>An empty object.</summary>
internal sealed record NoArguments;

/// <summary>An empty object.</summary>
internal readonly record struct NoResult
{
    /// <summary>What has no result, as the tool that answers with an empty object.</summary>
    public static ValueTask<NoResult> After(ValueTask running)
    {
        return running.IsCompletedSuccessfully ? default : WaitAsync(running);

        static async ValueTask<NoResult> WaitAsync(ValueTask running)
        {
            await running.ConfigureAwait(false);
            return default;
        }
    }

    /// <summary>A call of such a tool, as what has no result.</summary>
    public static ValueTask Drop(ValueTask<NoResult> running)
    {
        return running.IsCompletedSuccessfully ? default : WaitAsync(running);

        static async ValueTask WaitAsync(ValueTask<NoResult> running) => await running.ConfigureAwait(false);
    }
}

/// <param name="Participant">Only the toolkits of this participant; null for those of all.</param>
internal sealed record ListToolkitsArguments(string? Participant = null);

/// <param name="Tool">The address of the tool.</param>
/// <param name="Arguments">The arguments; null for none.</param>
internal sealed record ExplainArguments(string Tool, JsonElement? Arguments = null);

/// <param name="Attributes">Attributes to set, and with null to remove; others stay as they are.</param>
internal sealed record SetAttributesArguments(IReadOnlyDictionary<string, JsonElement?> Attributes);

internal sealed record InviteServiceArguments(string Service);

/// <param name="Started">Whether it was started, and did not run already.</param>
internal sealed record InviteServiceResult(bool Started);

internal sealed record RemoveParticipantArguments(string Participant);

internal sealed record SetGrantsArguments(string Participant, Grants Grants);

/// <summary>How something is offered.</summary>
internal interface IOfferArguments
{
    IReadOnlyList<string> VisibleTo { get; }

    bool AddressedOnly { get; }

    bool Exclusive { get; }

    int? MaxConcurrency { get; }

    int? MaxWaiting { get; }
}

/// <summary>A toolkit with the lease that its provider's side chose for it.</summary>
internal sealed record RegisterToolkitArguments(MeshId Registration, ToolkitInfo Toolkit) : IOfferArguments
{
    public IReadOnlyList<string> VisibleTo { get; init => field = value ?? []; } = [];

    public bool AddressedOnly { get; init; }

    public bool Exclusive { get; init; }

    [Range(1, int.MaxValue)]
    public int? MaxConcurrency { get; init; }

    [Range(0, CallGate.MostWaiting)]
    public int? MaxWaiting { get; init; }

    /// <summary>A registration of the caller's that ends when this one begins, with no moment between them; null for none.</summary>
    public MeshId? Replaces { get; init; }
}

/// <param name="Changes">How contracts differ from live ones of the same names.</param>
internal sealed record RegisterToolkitResult(IReadOnlyList<string> Changes);

internal sealed record UnregisterToolkitArguments(MeshId Registration);

/// <summary>An agent with the lease that its provider's side chose for it.</summary>
internal sealed record RegisterAgentArguments(MeshId Registration, AgentContract Agent) : IOfferArguments
{
    public bool Private { get; init; }

    public IReadOnlyList<string> VisibleTo { get; init => field = value ?? []; } = [];

    public bool AddressedOnly { get; init; }

    public bool Exclusive { get; init; }

    [Range(1, int.MaxValue)]
    public int? MaxConcurrency { get; init; }

    [Range(0, CallGate.MostWaiting)]
    public int? MaxWaiting { get; init; }
}

/// <param name="Registration">The lease of the agent.</param>
/// <param name="Drain">Whether to wait for the calls that it serves.</param>
internal sealed record UnregisterAgentArguments(MeshId Registration, bool Drain);

/// <param name="Registration">The lease of the agent.</param>
/// <param name="Failures">How often in a row its background work has failed.</param>
/// <param name="RetryAfter">How long until it is started again.</param>
internal sealed record ReportAgentFailureArguments(MeshId Registration, int Failures, TimeSpan RetryAfter);
