namespace Mesh;

/// <summary>What a change of contract means for those who rely on the old one.</summary>
public enum ContractCompatibility
{
    /// <summary>The same values are accepted and promised; words for people may differ.</summary>
    Equivalent,

    /// <summary>Callers of the old contract are served by a provider of the new one: it may take the old one's place.</summary>
    CompatibleForCallers,

    /// <summary>Providers of the old contract serve callers of the new one, but not the other way round.</summary>
    CompatibleForProviders,

    /// <summary>Neither: callers and providers must change together.</summary>
    Breaking,
}

/// <summary>What changed from one contract to another; see <see cref="ContractDiff"/>. Immutable.</summary>
/// <param name="Differences">The differences, those that break callers first; empty when the contracts are equivalent.</param>
public sealed record ContractComparison(IReadOnlyList<ContractDifference> Differences)
{
    /// <summary>Whether whoever calls by the old contract is served by the new one. A registration beside a live one demands this.</summary>
    public bool IsCompatibleForCallers => Differences.All(difference => !difference.BreaksCallers);

    /// <summary>Whether whoever provides by the old contract serves callers of the new one.</summary>
    public bool IsCompatibleForProviders => Differences.All(difference => !difference.BreaksProviders);

    /// <summary>The verdict over all differences.</summary>
    public ContractCompatibility Compatibility => (IsCompatibleForCallers, IsCompatibleForProviders) switch
    {
        (true, true) => ContractCompatibility.Equivalent,
        (true, false) => ContractCompatibility.CompatibleForCallers,
        (false, true) => ContractCompatibility.CompatibleForProviders,
        _ => ContractCompatibility.Breaking,
    };

    /// <summary>The verdict, and a line for each difference.</summary>
    public override string ToString() => string.Join('\n', Differences.Select(difference => difference.ToString()).Prepend(Compatibility.ToString()));
}
