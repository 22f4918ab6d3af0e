using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>What is known of a model's client, asked once.</summary>
internal sealed class ModelSource
{
    public ModelSource(IChatClient model, bool? emitTelemetry)
    {
        var metadata = (ChatClientMetadata?)model.GetService(typeof(ChatClientMetadata));
        ModelId = metadata?.DefaultModelId;
        Provider = metadata?.ProviderName ?? "_OTHER";
        IsMetered = model.GetService(typeof(MeteredChatClient)) is not null || model.GetService(typeof(AgentChatClient)) is not null;
        EmitsTelemetry = emitTelemetry ?? !(IsMetered || IsTraced(model));
    }

    public string? ModelId { get; }

    public string Provider { get; }

    /// <summary>Whether it counts what it uses itself; an agent does, in the call that is made of it.</summary>
    public bool IsMetered { get; }

    /// <summary>Whether we trace and measure its requests.</summary>
    public bool EmitsTelemetry { get; }

    /// <summary>A client that is decorated with OpenTelemetry hands its source of activities out, by custom of the abstractions.</summary>
    private static bool IsTraced(IChatClient model) => model.GetService(typeof(System.Diagnostics.ActivitySource)) is not null;
}
