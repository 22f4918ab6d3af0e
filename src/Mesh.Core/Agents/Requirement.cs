namespace Mesh;

/// <summary>Something that an agent needs of its room before it can serve. Immutable.</summary>
/// <example><code>
/// Requires = [Requirement.Toolkit("weather", "forecast"), Requirement.Agent("nlp.shorten"), Requirement.StateKey("schemas.invoice")];
/// </code></example>
public sealed record Requirement
{
    private Requirement(string name, IReadOnlyList<string> tools)
    {
        Name = name;
        Tools = tools;
    }

    /// <summary>The name of the toolkit; <c>agents</c> where an agent is needed; what is needed where it is neither, such as <c>table 'orders'</c>.</summary>
    public string Name { get; }

    /// <summary>The tools that it must have, and that the agent gets to see; empty for whatever it has.</summary>
    public IReadOnlyList<string> Tools { get; }

    /// <summary>A toolkit that the agent's participant can see and use: a public one, one that is offered to it, or one of the room's own.</summary>
    /// <param name="name">The name of the toolkit.</param>
    /// <param name="tools">The tools that it must have, and that the agent gets to see; none for whatever it has.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public static Requirement Toolkit(string name, params IReadOnlyList<string> tools)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(tools);
        foreach (string tool in tools)
        {
            ArgumentException.ThrowIfNullOrEmpty(tool, nameof(tools));
        }

        return new(name, [.. tools]);
    }

    /// <summary>An agent that can be asked; the agent that needs it sees it as a tool of the toolkit <c>agents</c>.</summary>
    /// <param name="name">The name of the agent.</param>
    /// <exception cref="MeshException">The name is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static Requirement Agent(string name)
    {
        Names.CheckAgent(name);
        return new(Names.AgentToolkit, [name]);
    }

    /// <summary>A value in the room's state. The agent's participant needs the right to read the key (<see cref="Grants.State"/>).</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="MeshException">The key is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    public static Requirement StateKey(string key)
    {
        StateKeys.Check(key, "a requirement");
        return Of(
            $"state key '{key}'",
            async (room, cancellationToken) => await room.State.GetAsync(key, cancellationToken).ConfigureAwait(false) is not null,
            (room, cancellationToken) => room.State.WatchAsync(key, default, cancellationToken));
    }

    /// <summary>Anything else that can be looked for, such as a table of a database, a schema or a file that a toolkit of the room keeps.</summary>
    /// <param name="what">What it is, as the error of a start names it: <c>table 'orders'</c>.</param>
    /// <param name="look">Tells whether it is there, for the agent's participant. It is called again after each change, and must not wait for it to come.</param>
    /// <param name="changes">A stream that gives an item when it has begun, and one whenever it may be worth looking again; what the items are is of
    /// no interest. It is read only while something is missing, and cancelled after that; no timer looks in between. The start waits for its end up
    /// to <see cref="MeshHostOptions.ServiceTimeout"/>.</param>
    /// <remarks>Both run outside of any call. What one of them throws, and a stream that ends by itself, ends the start.</remarks>
    /// <exception cref="ArgumentException"><paramref name="what"/> is empty.</exception>
    /// <example><code>
    /// Requirement.Of("table 'orders'",
    ///     async (room, stop) => (await room.Toolkits.InvokeAsync&lt;string[]>("db/listTables", null, null, stop)).Contains("orders"),
    ///     (room, stop) => room.Toolkits.StreamAsync&lt;string>("db/watchTables", null, null, stop));
    /// </code></example>
    public static Requirement Of(
        string what, Func<RoomClient, CancellationToken, ValueTask<bool>> look, Func<RoomClient, CancellationToken, IAsyncEnumerable<object>> changes)
    {
        ArgumentException.ThrowIfNullOrEmpty(what);
        ArgumentNullException.ThrowIfNull(look);
        ArgumentNullException.ThrowIfNull(changes);
        return new(what, []) { Look = look, Changes = changes };
    }

    /// <summary>Equal by content; what is looked for by functions is equal where they are the same.</summary>
    /// <param name="other">The other requirement.</param>
    public bool Equals(Requirement? other) =>
        other is not null && Name == other.Name && Look == other.Look && Changes == other.Changes && Tools.SequenceEqual(other.Tools, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Tools.Count);

    /// <summary>What is needed, such as <c>toolkit 'weather' with the tools forecast, now</c>.</summary>
    public override string ToString() => (IsAgent, Tools.Count) switch
    {
        _ when Look is not null => Name,
        (true, 1) => $"agent '{Tools[0]}'",
        (_, 0) => $"toolkit '{Name}'",
        _ => $"toolkit '{Name}' with the tools {string.Join(", ", Tools)}",
    };

    internal bool IsAgent => Look is null && Name == Names.AgentToolkit;

    /// <summary>Tells whether it is there; null for toolkits and agents, which are found among what the room lists.</summary>
    internal Func<RoomClient, CancellationToken, ValueTask<bool>>? Look { get; private init; }

    /// <summary>When to look again; null for toolkits and agents, which come with events of the room.</summary>
    internal Func<RoomClient, CancellationToken, IAsyncEnumerable<object>>? Changes { get; private init; }

    /// <summary>The toolkit that satisfies it, as it is called: null when none does.</summary>
    /// <param name="present">What is in the room for the agent's participant.</param>
    /// <param name="self">The agent's participant, whose own private toolkits are its local ones.</param>
    internal AgentToolkit? FindIn(IReadOnlyList<ToolkitInfo> present, string self)
    {
        var named = present.Where(each => IsNamed(each, self)).ToArray();

        // Public ones of a name are one toolkit. What is offered to few is no part of it, and stands in only where there is none.
        return TryTake(named.Where(each => !each.IsPrivate && !each.AddressedOnly))
            ?? named.Where(each => each.IsPrivate || each.AddressedOnly)
                .OrderBy(each => each.IsPrivate)
                .Select(each => TryTake([each]))
                .FirstOrDefault(found => found is not null);
    }

    /// <summary>Whether a toolkit has the name of the one that is needed, whatever tools it has.</summary>
    /// <param name="toolkit">What is in the room for the agent's participant.</param>
    /// <param name="self">The agent's participant, whose own private toolkits are its local ones.</param>
    internal bool IsNamed(ToolkitInfo toolkit, string self) =>
        Look is null && toolkit.Name == Name && (IsAgent || !(toolkit.IsPrivate && toolkit.Participant == self));

    /// <summary>Whether an event may have brought what was missing.</summary>
    internal bool MayComeWith(RoomEvent e) => e.Lagged > 0 || e.Kind switch
    {
        RoomEventKinds.ToolkitRegistered => Look is null && RoomEventData.Text(RoomEventData.Member(e.Payload, "toolkit")) == Name,
        RoomEventKinds.AgentRegistered => IsAgent,
        _ => false,
    };

    /// <summary>What is asked for of some toolkits together: each tool is reached at the one participant that has it, or, where
    /// several have it, at whichever is the least busy.</summary>
    private AgentToolkit? TryTake(IEnumerable<ToolkitInfo> offered)
    {
        ToolkitInfo? first = null;
        var tools = new List<ToolDefinition>();
        var providers = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var toolkit in offered)
        {
            foreach (var tool in toolkit.Tools.Where(tool => Tools.Count == 0 || Tools.Contains(tool.Name, StringComparer.Ordinal)))
            {
                first ??= toolkit;
                if (providers.TryAdd(tool.Name, toolkit.Participant))
                {
                    tools.Add(tool);
                }
                else
                {
                    providers[tool.Name] = null;
                }
            }
        }

        return first is not null && tools.Count >= Tools.Distinct(StringComparer.Ordinal).Count()
            ? new(first with { Tools = tools }, AgentToolkitSource.Required, first.Participant, providers)
            : null;
    }
}
