namespace Mesh;

/// <summary>A toolkit as a participant sees it in its room: one registration by one provider. Immutable.</summary>
public sealed record ToolkitInfo
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>A name for people, or null.</summary>
    public string? Title { get; init; }

    /// <summary>What the tools have in common, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Text for the prompt of an agent that uses any of the tools, or null.</summary>
    public string? Rules { get; init; }

    /// <summary>A picture for people, or null.</summary>
    public Uri? ThumbnailUrl { get; init; }

    /// <summary>The name of the participant that offers it.</summary>
    public string? Participant { get; init; }

    /// <summary>Whether only some participants see it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether its tools are reached only as <c>toolkit/tool@participant</c>.</summary>
    public bool AddressedOnly { get; init; }

    /// <summary>The tools that the reader may call, in the order of their registration.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init => field = value ?? []; } = [];
}
