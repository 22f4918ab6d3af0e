namespace Mesh;

/// <summary>Which way values go that a schema describes.</summary>
internal enum SchemaDirection
{
    /// <summary>Callers send them: a new schema must accept everything that the old one did.</summary>
    Input,

    /// <summary>Callers receive them: whatever the new schema allows must be accepted by the old one.</summary>
    Output,
}

/// <summary>One difference between two schemas.</summary>
/// <param name="Path">Where in the described value: <c>/days</c>, <c>/lines/*</c>, or empty for the value itself.</param>
/// <param name="Sentence">What was and what is now, for a person.</param>
/// <param name="IsBreaking">Whether those who rely on the old schema may fail with the new one.</param>
internal sealed record SchemaDifference(string Path, string Sentence, bool IsBreaking);

/// <summary>What changed from one schema to another.</summary>
internal sealed record SchemaComparison(IReadOnlyList<SchemaDifference> Differences)
{
    /// <summary>Whether whoever relied on the old schema is served by the new one.</summary>
    public bool IsCompatible => Differences.All(d => !d.IsBreaking);
}
