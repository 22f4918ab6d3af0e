namespace Mesh;

/// <summary>
/// One toolkit as one participant offers it in a room. It is a lease: it belongs to its provider's life and ends with
/// it, or when the provider gives it up.
/// </summary>
internal sealed class Registration
{
    private readonly RegistrationOptions _options;
    private readonly ToolInstance[] _tools;

    public Registration(RoomMember provider, MeshId id, ToolkitInfo toolkit, RegistrationOptions options, Func<Registration, IEnumerable<ToolInstance>> prepare)
    {
        Provider = provider;
        Id = id;
        Toolkit = toolkit;
        _options = options;
        _tools = [.. prepare(this)];
    }

    /// <summary>The id of the lease, chosen by the provider's side.</summary>
    public MeshId Id { get; }

    public RoomMember Provider { get; }

    /// <summary>What is offered, as those see it who may use all of it.</summary>
    public ToolkitInfo Toolkit { get; }

    public IReadOnlyList<ToolInstance> Tools => _tools;

    public bool IsPrivate => _options.Private;

    /// <summary>Whether its tools answer to <c>toolkit/tool</c>, besides <c>toolkit/tool@participant</c>.</summary>
    public bool SharesNames => !_options.AddressedOnly;

    /// <summary>Whether a participant may know of it. A private one is offered to its provider, to calls made in its
    /// provider's tree, and to those it names.</summary>
    public bool IsVisibleTo(RoomMember reader, RoomMember rootCaller) =>
        !IsPrivate || Provider == reader || Provider == rootCaller || IsNamedIn(reader);

    /// <summary>Whether it names participants that it is offered to.</summary>
    public bool IsOfferedByName => _options.VisibleTo.Count > 0;

    public bool IsNamedIn(RoomMember reader) => _options.VisibleTo.Contains(reader.Snapshot.Name, StringComparer.Ordinal);

    /// <summary>Whether grants cover at least one of its tools.</summary>
    public bool IsGrantedTo(Grants grants) => Array.Exists(_tools, tool => tool.IsGrantedBy(grants));

    public ToolInstance? Find(ReadOnlySpan<char> path)
    {
        foreach (var tool in _tools)
        {
            if (path.SequenceEqual(tool.Path))
            {
                return tool;
            }
        }

        return null;
    }

    /// <summary>What a participant sees of it: the tools that its grants cover.</summary>
    public ToolkitInfo ViewFor(Grants grants) => Toolkit with
    {
        Tools = [.. _tools.Where(tool => tool.IsGrantedBy(grants)).Select(tool => tool.Contract.Definition)],
    };
}
