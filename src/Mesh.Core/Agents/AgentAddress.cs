namespace Mesh;

/// <summary>
/// Which agent is asked: <c>name</c>, or <c>name@participant</c> for one participant's registration. Strings convert to it
/// implicitly; whether an agent is there is found out when it is asked.
/// </summary>
public readonly record struct AgentAddress
{
    private const string Prefix = Names.AgentToolkit + "/";

    /// <summary>An address of its text.</summary>
    /// <param name="text"><c>name</c> or <c>name@participant</c>.</param>
    public AgentAddress(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Tool = new(Prefix + text);
    }

    /// <summary>An address of its parts.</summary>
    /// <param name="name">The agent's name.</param>
    /// <param name="participant">The participant that shall serve it, or null for any.</param>
    public AgentAddress(string name, string? participant)
    {
        ArgumentNullException.ThrowIfNull(name);
        Tool = ToolAddress.OfPath(Prefix + name, participant);
    }

    /// <summary>The agent's name.</summary>
    public string Name => Tool.Path.Length > Prefix.Length ? Tool.Path[Prefix.Length..] : "";

    /// <summary>The participant that shall serve the call, or null for any that offers the agent.</summary>
    public string? Participant => Tool.Participant;

    /// <summary>The tool that a call of the agent is a call of: <c>agents/name</c>.</summary>
    public ToolAddress Tool { get; }

    /// <summary>The address of a text.</summary>
    /// <param name="text"><c>name</c> or <c>name@participant</c>.</param>
    public static implicit operator AgentAddress(string text) => new(text);

    /// <summary>The address of a text; what the implicit conversion does.</summary>
    /// <param name="text"><c>name</c> or <c>name@participant</c>.</param>
    public static AgentAddress FromString(string text) => new(text);

    /// <summary>The text of the address.</summary>
    public override string ToString() => Participant is null ? Name : $"{Name}@{Participant}";
}
