namespace Mesh;

/// <summary>
/// Marks a method as a tool, for <see cref="Toolkit.FromObject{T}"/>. Its name is the method's in camelCase without
/// <c>Async</c>, its description the method's <c>[Description]</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolAttribute : Attribute
{
    /// <summary>A tool named after its method.</summary>
    public ToolAttribute()
    {
    }

    /// <summary>A tool of a name of its own.</summary>
    /// <param name="name">The name.</param>
    public ToolAttribute(string name) => Name = name;

    /// <summary>The name; null for the method's.</summary>
    public string? Name { get; }

    /// <inheritdoc cref="ToolDefinition.Title"/>
    public string? Title { get; set; }

    /// <inheritdoc cref="ToolDefinition.Rules"/>
    public string? Rules { get; set; }

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

    /// <summary>The most that a journal may keep of arguments and results, whatever the policy of the room:
    /// <see cref="JournalCapture.None"/> for a tool that takes or gives secrets. <see cref="JournalCapture.Full"/>, the
    /// default, for whatever the room says.</summary>
    public JournalCapture MaxJournalCapture { get; set; } = JournalCapture.Full;

    /// <inheritdoc cref="Tool.RunOnThreadPool"/>
    public bool RunOnThreadPool { get; set; }
}

/// <summary>
/// Marks a parameter of a tool's method that is no argument: it comes from the host's
/// <see cref="MeshHostOptions.Services"/>, by its type, at every call.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FromHostAttribute : Attribute;
