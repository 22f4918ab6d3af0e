using System.Text.Json;

namespace Mesh;

/// <summary>
/// Compares two schemas of one contract by structure. It is conservative: what it does not understand, and is not equal,
/// is breaking. A difference is breaking in one direction and a widening in the other, so both are looked for.
/// </summary>
internal static class ContractDiff
{
    /// <summary>Compares what was registered with what is to take its place.</summary>
    /// <param name="oldSchema">The schema that others rely on.</param>
    /// <param name="newSchema">The schema that would replace it.</param>
    /// <param name="direction">Which way the values go.</param>
    public static SchemaComparison Compare(JsonElement oldSchema, JsonElement newSchema, SchemaDirection direction)
    {
        if (CanonicalJson.WriteSchema(oldSchema).AsSpan().SequenceEqual(CanonicalJson.WriteSchema(newSchema)))
            return new SchemaComparison([]);
        bool oldIsWide = direction == SchemaDirection.Output;
        SchemaContainment breaking = new(oldSchema, newSchema, oldIsWide, direction);
        SchemaContainment widening = new(oldSchema, newSchema, !oldIsWide, direction);
        List<SchemaDifference> differences = [.. breaking.Run().Select(d => new SchemaDifference(d.Path, d.Sentence, true))];
        foreach ((string path, string sentence) in widening.Run())
        {
            if (!differences.Any(d => d.Path == path && d.Sentence == sentence))
                differences.Add(new SchemaDifference(path, sentence, false));
        }
        return new SchemaComparison(differences);
    }
}
