namespace Mesh;

/// <summary>
/// A named group of tools that is registered as one. Immutable; it may be registered in any number of rooms.
/// </summary>
public sealed partial class Toolkit
{
    private readonly Dictionary<string, Tool> _tools;

    /// <summary>A toolkit of its tools.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, neither <c>room</c> nor <c>agents</c>.</param>
    /// <param name="tools">The tools, at least one, no two of the same name.</param>
    /// <exception cref="MeshException">The name is malformed, there is no tool (<see cref="MeshErrorCode.InvalidDefinition"/>),
    /// or two tools have the same name (<see cref="MeshErrorCode.NameTaken"/>).</exception>
    public Toolkit(string name, params IEnumerable<Tool> tools)
        : this(name, tools, isRoomToolkit: false)
    {
    }

    internal Toolkit(string name, IEnumerable<Tool> tools, bool isRoomToolkit)
    {
        ArgumentNullException.ThrowIfNull(tools);
        if (!isRoomToolkit)
        {
            Names.CheckToolkit(name);
        }

        Name = name;
        Tools = [.. tools];
        _tools = new Dictionary<string, Tool>(Tools.Count, StringComparer.Ordinal);
        foreach (var tool in Tools)
        {
            if (!_tools.TryAdd(tool.Name, tool))
            {
                throw new MeshException(new MeshError(
                    MeshErrorCode.NameTaken, $"Toolkit '{name}' has two tools named '{tool.Name}'.")
                {
                    Remedy = "Give one of them another name.",
                });
            }
        }

        if (Tools.Count == 0)
        {
            throw new MeshException(new MeshError(MeshErrorCode.InvalidDefinition, $"Toolkit '{name}' has no tools.")
            {
                Remedy = "Give it at least one.",
            });
        }
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>A name for people, or null.</summary>
    public string? Title { get; init; }

    /// <summary>What the tools have in common, for a person or a model, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Text for the prompt of an agent that uses any of the tools, or null.</summary>
    public string? Rules { get; init; }

    /// <summary>A picture for people, or null.</summary>
    public Uri? ThumbnailUrl { get; init; }

    /// <summary>The tools, in the order they were given.</summary>
    public IReadOnlyList<Tool> Tools { get; }

    /// <summary>A toolkit of its tools; the same as the constructor.</summary>
    /// <param name="name">The name.</param>
    /// <param name="tools">The tools.</param>
    public static Toolkit Create(string name, params IEnumerable<Tool> tools) => new(name, tools);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    internal Tool? FindTool(string name) => _tools.GetValueOrDefault(name);
}
