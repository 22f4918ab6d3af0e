namespace Mesh;

/// <summary>How a toolkit is registered. Immutable.</summary>
public sealed record RegistrationOptions
{
    /// <summary>
    /// Whether the toolkit is private: seen and called by its provider, by calls that are made on its provider's
    /// behalf, and by those that <see cref="VisibleTo"/> names. False by default: everyone with the grant.
    /// </summary>
    public bool Private { get; init; }

    /// <summary>The names of the participants that a private toolkit is offered to besides; none by default.</summary>
    public IReadOnlyList<string> VisibleTo { get; init; } = [];

    /// <summary>
    /// Whether the tools are reached only as <c>toolkit/tool@participant</c>. Such a registration shares no name, so
    /// its contracts may differ from those of others. False by default: registrations of the same contract share the
    /// calls to <c>toolkit/tool</c>.
    /// </summary>
    public bool AddressedOnly { get; init; }
}
