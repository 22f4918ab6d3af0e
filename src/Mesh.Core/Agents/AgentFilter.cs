namespace Mesh;

/// <summary>Which agents of a catalogue are looked for: those that all of what is given applies to. Immutable.</summary>
/// <example><code>
/// var found = await room.Agents.ListAsync(new AgentFilter { Name = "nlp.*", Tag = "fast", Invocable = true });
/// </code></example>
public sealed record AgentFilter
{
    /// <summary>The name, or a pattern in which <c>*</c> stands for any run of characters: <c>nlp.*</c> is a channel. Null for any.</summary>
    public string? Name { get; init; }

    /// <summary>A tag that it has; null for any.</summary>
    public string? Tag { get; init; }

    /// <summary>A capability that it has; null for any.</summary>
    public string? Capability { get; init; }

    /// <summary>Its shape; null for any.</summary>
    public AgentShape? Shape { get; init; }

    /// <summary>Whether it answers with a stream; null for either.</summary>
    public bool? Streaming { get; init; }

    /// <summary>Whether it can be asked; null for either.</summary>
    public bool? Invocable { get; init; }

    /// <summary>The name of the participant that offers it; null for any.</summary>
    public string? Participant { get; init; }

    /// <summary>The filter of a name: <c>name</c>, <c>name@participant</c>, or a pattern such as <c>nlp.*</c>.</summary>
    /// <param name="name">The name.</param>
    public static implicit operator AgentFilter(string name) => FromString(name);

    /// <summary>The filter of a name; what the implicit conversion does.</summary>
    /// <param name="name"><c>name</c>, <c>name@participant</c>, or a pattern such as <c>nlp.*</c>.</param>
    public static AgentFilter FromString(string name)
    {
        var address = new AgentAddress(name);
        return new() { Name = address.Name, Participant = address.Participant };
    }

    /// <summary>What it looks for, for messages, such as <c>of name 'nlp.*', tag 'fast'</c>; empty for all.</summary>
    internal string Describe()
    {
        (string What, string? Value)[] looked =
        [
            ("name", Name), ("tag", Tag), ("capability", Capability), ("shape", Shape?.ToString()), ("participant", Participant),
            ("streaming", Streaming?.ToString()),
        ];
        return string.Join(", ", looked.Where(each => each.Value is not null).Select(each => $"{each.What} '{each.Value}'")) is { Length: > 0 } text ? $"with {text}" : "at all";
    }

    internal static AgentFilter All { get; } = new();

    internal bool Matches(AgentInfo agent) => Matches(agent.Name, agent.Participant, agent.Contract.Shape, agent.Contract.Tags, agent.Contract.Capabilities);

    internal bool Matches(string name, string participant, AgentShape shape, IReadOnlyList<string> tags, IReadOnlyList<string> capabilities) =>
        (Name is null || AllowList.Matches(Name, name))
        && (Participant is null || Participant == participant)
        && (Shape is null || Shape == shape)
        && (Streaming is null || Streaming == (shape is AgentShape.Streamer or AgentShape.Publisher))
        && (Invocable is null || Invocable == (shape is not (AgentShape.Publisher or AgentShape.Watcher)))
        && (Tag is null || tags.Contains(Tag, StringComparer.Ordinal))
        && (Capability is null || capabilities.Contains(Capability, StringComparer.Ordinal));
}
