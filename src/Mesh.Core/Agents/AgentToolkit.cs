namespace Mesh;

/// <summary>Where a toolkit comes from that an agent may use in one call.</summary>
public enum AgentToolkitSource
{
    /// <summary>The agent's own; see <see cref="SingleRoomAgent.Toolkits"/>.</summary>
    Local,

    /// <summary>The room's; see <see cref="SingleRoomAgent.Requires"/>.</summary>
    Required,

    /// <summary>Its caller's, who gave it with the request; see <see cref="CallOptions.Toolkits"/>.</summary>
    Caller,
}

/// <summary>A toolkit that an agent may use in one call, and how its tools are reached. Immutable.</summary>
public sealed class AgentToolkit
{
    private readonly string? _participant;

    internal AgentToolkit(ToolkitInfo toolkit, AgentToolkitSource source, string? participant)
    {
        Info = toolkit;
        Source = source;
        _participant = participant;
    }

    /// <summary>What it is, with the definitions of its tools.</summary>
    public ToolkitInfo Info { get; }

    /// <summary>Where it comes from.</summary>
    public AgentToolkitSource Source { get; }

    /// <summary>The name of the toolkit.</summary>
    public string Name => Info.Name;

    /// <summary>The tools.</summary>
    public IReadOnlyList<ToolDefinition> Tools => Info.Tools;

    /// <summary>Where a tool is called: through any client, as every other tool.</summary>
    /// <param name="tool">The name of the tool within the toolkit.</param>
    public ToolAddress AddressOf(string tool)
    {
        ArgumentException.ThrowIfNullOrEmpty(tool);
        return ToolAddress.OfPath($"{Name}/{tool}", _participant);
    }

    /// <summary>Name and source.</summary>
    public override string ToString() => $"{Name} ({Source})";

    /// <summary>One toolkit for each name: of several the first.</summary>
    internal static IReadOnlyList<AgentToolkit> Merge(params IEnumerable<AgentToolkit> inOrder)
    {
        var merged = new List<AgentToolkit>();
        foreach (var each in inOrder)
        {
            int same = merged.FindIndex(known => known.Name == each.Name);
            if (same < 0)
            {
                merged.Add(each);
            }
            else if (merged[same] is { Source: AgentToolkitSource.Required } first && each.Source == AgentToolkitSource.Required && first._participant == each._participant)
            {
                // Two requirements of one toolkit, such as two agents: what both ask for.
                merged[same] = new(first.Info with { Tools = [.. first.Tools.Concat(each.Tools).DistinctBy(tool => tool.Name)] }, first.Source, first._participant);
            }
        }

        return merged;
    }
}
