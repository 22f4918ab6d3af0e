using System.Text.Json;

namespace Mesh.AspNetCore;

/// <summary>Who a caller is in one room, and what it may do there. Immutable.</summary>
/// <param name="Key">What makes requests those of the same caller, such as issuer and subject: sessions and participants are bound to
/// it, and nobody else ever reaches them. Ordinal; it is shown to nobody.</param>
/// <param name="Name">The name of its participant: 1 to 128 characters, unique among those in the room.</param>
public sealed record MeshIdentity(string Key, string Name)
{
    /// <summary>What makes requests those of the same caller.</summary>
    public string Key { get; init => field = Check(value, nameof(Key)); } = Check(Key, nameof(Key));

    /// <summary>The name of its participant.</summary>
    public string Name { get; init => field = Check(value, nameof(Name)); } = Check(Name, nameof(Name));

    /// <summary>
    /// What it may do; <see cref="Grants.UserDefault"/> by default. Each request says it anew: when it differs from what the request
    /// before said, the participant's grants change at once.
    /// </summary>
    public Grants Grants { get; init => field = value ?? throw new ArgumentNullException(nameof(Grants)); } = Grants.UserDefault;

    /// <summary>What it is. <see cref="ParticipantRole.User"/> by default: then all calls within its calls are made on its behalf.</summary>
    public ParticipantRole Role { get; init; } = ParticipantRole.User;

    /// <summary>What is known of it in the room, as it is when it joins; none by default.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Attributes { get; init; }

    private static string Check(string value, string name) =>
        string.IsNullOrEmpty(value) ? throw new ArgumentException($"MeshIdentity.{name} must not be empty.", name) : value;
}
