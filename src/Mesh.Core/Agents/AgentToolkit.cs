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
    private readonly IReadOnlyDictionary<string, string?>? _providers;

    /// <param name="toolkit">What it is.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="participant">At whom its tools are reached; null for whoever has them.</param>
    /// <param name="providers">At whom each of its tools is reached instead, and null for whoever has it; null for all at the same.</param>
    internal AgentToolkit(ToolkitInfo toolkit, AgentToolkitSource source, string? participant, IReadOnlyDictionary<string, string?>? providers = null)
    {
        Info = toolkit;
        Source = source;
        _participant = participant;
        _providers = providers;
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
        return ToolAddress.OfPath($"{Name}/{tool}", ProviderOf(tool));
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
            else if (merged[same] is { Source: AgentToolkitSource.Required } first && each.Source == AgentToolkitSource.Required)
            {
                // Two requirements of one toolkit, such as two agents: what both ask for.
                merged[same] = first.With(each);
            }
        }

        return merged;
    }

    private string? ProviderOf(string tool) => _providers is not null && _providers.TryGetValue(tool, out string? provider) ? provider : _participant;

    private AgentToolkit With(AgentToolkit other)
    {
        ToolDefinition[] more = [.. other.Tools.ExceptBy(Tools.Select(tool => tool.Name), tool => tool.Name)];
        var providers = Tools.ToDictionary(tool => tool.Name, tool => ProviderOf(tool.Name), StringComparer.Ordinal);
        foreach (var tool in more)
        {
            providers.Add(tool.Name, other.ProviderOf(tool.Name));
        }

        return new(Info with { Tools = [.. Tools, .. more] }, Source, _participant, providers);
    }
}
