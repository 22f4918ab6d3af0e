using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// What a tool sends while it runs: progress, or a part of its output. It is among the updates of a <see cref="ToolLoop"/> for whoever
/// watches, and never among the messages.
/// </summary>
public sealed class ToolProgressContent : AIContent
{
    internal ToolProgressContent(string callId, string name)
    {
        CallId = callId;
        Name = name;
    }

    /// <summary>The id of the model's call.</summary>
    public string CallId { get; }

    /// <summary>The name that the tool has for the model.</summary>
    public string Name { get; }

    /// <summary>How much is done; null where it does not say.</summary>
    public double? Value { get; init; }

    /// <summary>How much there is to do in all; null where it is not known.</summary>
    public double? Total { get; init; }

    /// <summary>What is being done, or null.</summary>
    public string? Message { get; init; }

    /// <summary>A part of the output; null for progress.</summary>
    public AIContent? Part { get; init; }
}
