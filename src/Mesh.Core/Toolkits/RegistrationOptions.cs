namespace Mesh;

/// <summary>How a toolkit or an agent is registered. Immutable.</summary>
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

    /// <summary>
    /// Whether nobody else may offer something of the same name in the room as long as this is offered: whoever comes second, this one or the
    /// other, is refused with <see cref="MeshErrorCode.NameTaken"/>. It says nothing of private toolkits and agents, which are not in the way of
    /// others. False by default.
    /// </summary>
    public bool Exclusive { get; init; }

    /// <summary>
    /// How many calls of the agent, or of each tool of the toolkit, run at once; further ones wait for their turn, in the
    /// order in which they come, until something ends them: their token, their deadline, the leaving of their caller. A
    /// handler that goes on after its call has ended keeps its place until it is done. At least 1; null for no limit, or,
    /// for an agent, for its <see cref="AgentOptions.MaxConcurrency"/>.
    /// </summary>
    public int? MaxConcurrency { get; init => field = CheckConcurrency(value, nameof(RegistrationOptions)); }

    /// <summary>
    /// How many calls may wait where <see cref="MaxConcurrency"/> is set; one more ends with
    /// <see cref="MeshErrorCode.Overloaded"/>, and with a <see cref="MeshError.RetryAfter"/>. 0 to 100,000; 0 lets none wait; null
    /// for 1,024, or, for an agent, for its <see cref="AgentOptions.MaxWaiting"/>.
    /// </summary>
    public int? MaxWaiting { get; init => field = CheckWaiting(value, nameof(RegistrationOptions)); }

    internal static int? CheckConcurrency(int? value, string owner) => value < 1
        ? throw new ArgumentOutOfRangeException(nameof(value), value, $"{owner}.MaxConcurrency must be at least 1; leave it null for no limit.")
        : value;

    internal static int? CheckWaiting(int? value, string owner) => value is < 0 or > CallGate.MostWaiting
        ? throw new ArgumentOutOfRangeException(nameof(value), value, $"{owner}.MaxWaiting must be 0 to {CallGate.MostWaiting}.")
        : value;
}
