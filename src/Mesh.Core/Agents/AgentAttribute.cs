namespace Mesh;

/// <summary>
/// Marks a method as an agent, for <see cref="Agent.FromObject{T}"/>. Its name is the method's in camelCase without
/// <c>Async</c>, its description the method's <c>[Description]</c>, its shape what the signature says.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AgentAttribute : Attribute
{
    /// <summary>An agent named after its method.</summary>
    public AgentAttribute()
    {
    }

    /// <summary>An agent of a name of its own.</summary>
    /// <param name="name">The name, such as <c>nlp.summarizer</c>.</param>
    public AgentAttribute(string name) => Name = name;

    /// <summary>The name; null for the method's.</summary>
    public string? Name { get; }

    /// <inheritdoc cref="AgentContract.Version"/>
    public string Version { get; set; } = AgentOptions.DefaultVersion;

    /// <inheritdoc cref="AgentContract.Title"/>
    public string? Title { get; set; }

    /// <inheritdoc cref="AgentContract.Tags"/>
    public string[] Tags { get; set; } = [];

    /// <inheritdoc cref="AgentContract.Capabilities"/>
    public string[] Capabilities { get; set; } = [];

    /// <inheritdoc cref="ToolAnnotations.ReadOnly"/>
    public bool ReadOnly { get; set; }

    /// <inheritdoc cref="ToolAnnotations.Destructive"/>
    public bool Destructive { get; set; } = true;

    /// <inheritdoc cref="ToolAnnotations.Idempotent"/>
    public bool Idempotent { get; set; }

    /// <inheritdoc cref="ToolAnnotations.OpenWorld"/>
    public bool OpenWorld { get; set; } = true;

    /// <inheritdoc cref="ToolDefinition.RequiresApproval"/>
    public bool RequiresApproval { get; set; }

    /// <inheritdoc cref="ToolAttribute.MaxJournalCapture"/>
    public JournalCapture MaxJournalCapture { get; set; } = JournalCapture.Full;

    /// <inheritdoc cref="Tool.RunOnThreadPool"/>
    public bool RunOnThreadPool { get; set; }

    /// <summary><see cref="AgentOptions.MaxConcurrency"/>; 0, the default, for no limit.</summary>
    public int MaxConcurrency { get; set; }

    /// <summary><see cref="AgentOptions.MaxWaiting"/>; -1, the default, for 1,024.</summary>
    public int MaxWaiting { get; set; } = -1;

    /// <summary>
    /// The key of the room's state that an agent in the background runs for: while it is there, or has <see cref="GateValue"/>. Null, the default, for one
    /// that always runs. See <see cref="AgentOptions.Gate"/>.
    /// </summary>
    public string? GateKey { get; set; }

    /// <summary>The value that <see cref="GateKey"/> must have: a string, a number or a <see langword="bool"/>. Null, the default, for any.</summary>
    public object? GateValue { get; set; }

    /// <exception cref="MeshException">The gate is malformed.</exception>
    internal AgentOptions ToOptions(string agent) => new()
    {
        Version = Version,
        Title = Title,
        Tags = Tags,
        Capabilities = Capabilities,
        Annotations = new() { ReadOnly = ReadOnly, Destructive = Destructive, Idempotent = Idempotent, OpenWorld = OpenWorld },
        RequiresApproval = RequiresApproval,
        MaxJournalCapture = MaxJournalCapture == JournalCapture.Full ? null : MaxJournalCapture,
        RunOnThreadPool = RunOnThreadPool,
        MaxConcurrency = MaxConcurrency == 0 ? null : MaxConcurrency,
        MaxWaiting = MaxWaiting == -1 ? null : MaxWaiting,
        Gate = AgentGate.OfAttribute(agent, GateKey, GateValue),
    };
}
