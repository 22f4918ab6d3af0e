using System.Text.Json;

namespace Mesh;

/// <summary>What a tool says of itself beyond what its method's signature tells. Immutable.</summary>
public sealed record ToolOptions
{
    /// <inheritdoc cref="ToolDefinition.Title"/>
    public string? Title { get; init; }

    /// <summary>What the tool does; null for the <c>[Description]</c> of its method.</summary>
    public string? Description { get; init; }

    /// <inheritdoc cref="ToolDefinition.Rules"/>
    public string? Rules { get; init; }

    /// <inheritdoc cref="ToolDefinition.ThumbnailUrl"/>
    public Uri? ThumbnailUrl { get; init; }

    /// <inheritdoc cref="ToolDefinition.Annotations"/>
    public ToolAnnotations Annotations { get; init; } = ToolAnnotations.Default;

    /// <inheritdoc cref="ToolDefinition.RequiresApproval"/>
    public bool RequiresApproval { get; init; }

    /// <inheritdoc cref="ToolDefinition.MaxJournalCapture"/>
    public JournalCapture? MaxJournalCapture { get; init; }

    /// <inheritdoc cref="Tool.RunOnThreadPool"/>
    public bool RunOnThreadPool { get; init; }

    /// <summary>How arguments and results become JSON; null for the options of the host that the tool is registered with.</summary>
    public JsonSerializerOptions? SerializerOptions { get; init; }

    internal static ToolOptions Default { get; } = new();
}
