using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>An agent as a participant sees it in its room: one registration by one provider. Immutable.</summary>
public sealed record AgentInfo
{
    /// <summary>What those who ask it rely on.</summary>
    public required AgentContract Contract { get; init; }

    /// <summary>The name of the participant that offers it.</summary>
    public required string Participant { get; init; }

    /// <summary>The id of the lease.</summary>
    public required MeshId Registration { get; init; }

    /// <summary>Whether only some participants see it.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether it is reached only as <c>name@participant</c>.</summary>
    public bool AddressedOnly { get; init; }

    /// <summary>The name of the agent.</summary>
    [JsonIgnore]
    public string Name => Contract.Name;

    /// <summary>Where this registration alone is asked.</summary>
    [JsonIgnore]
    public AgentAddress Address => new(Name, Participant);
}
