using System.Text.Json;

namespace Mesh;

/// <summary>
/// Tells whether a contract may take the place of another: what differs, where, and for whom that breaks. Rooms ask it
/// when a tool is registered beside a live one of the same address; ask it in a test to hold your tools to the contracts
/// that you have published.
/// </summary>
/// <remarks>
/// Schemas are compared by structure, and cautiously: a change that is not understood counts as breaking for both sides
/// (a changed <c>pattern</c>, <c>not</c> or <c>if</c>, a reference that cannot be followed). Titles, descriptions, the order
/// of keywords and the way that a number is written are no differences. A result may gain properties that its old schema
/// does not name; arguments may gain optional ones. Thread-safe.
/// </remarks>
/// <example><code>
/// ContractComparison change = ContractDiff.Compare(published, tool.Definition);
/// Assert.True(change.IsCompatibleForCallers, change.ToString());
/// </code></example>
public static class ContractDiff
{
    /// <summary>Compares two tools: schemas, streaming, and what they say about their effects.</summary>
    /// <param name="oldTool">What others rely on.</param>
    /// <param name="newTool">What is to take its place.</param>
    /// <exception cref="MeshException">A schema cannot be compiled (<see cref="MeshErrorCode.InvalidSchema"/>).</exception>
    public static ContractComparison Compare(ToolDefinition oldTool, ToolDefinition newTool)
    {
        ArgumentNullException.ThrowIfNull(oldTool);
        ArgumentNullException.ThrowIfNull(newTool);
        return CompareCompiled(new ToolContract(oldTool, SchemaOptions.Default), new ToolContract(newTool, SchemaOptions.Default));
    }

    /// <summary>Compares two JSON Schemas.</summary>
    /// <param name="oldSchema">What others rely on.</param>
    /// <param name="newSchema">What is to take its place.</param>
    /// <param name="part">Which way the values go: callers send arguments (the default) and streamed input, and receive
    /// results and streamed items. Who receives takes the other's role: with a wider schema of a result, callers break.</param>
    /// <exception cref="MeshException">A schema cannot be compiled (<see cref="MeshErrorCode.InvalidSchema"/>).</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="part"/> is the tool as such, which has no schema.</exception>
    public static ContractComparison Compare(JsonElement oldSchema, JsonElement newSchema, ContractPart part = ContractPart.Arguments)
    {
        if (part is not (ContractPart.Arguments or ContractPart.Result or ContractPart.StreamedItems or ContractPart.StreamedInput))
            throw new ArgumentOutOfRangeException(nameof(part), part, "Values are arguments, results, streamed items or streamed input.");

        // The comparison relies on what compiling has checked.
        return Order(CompareCompiled(CompiledSchema.Compile(oldSchema).Source, CompiledSchema.Compile(newSchema).Source, part));
    }

    /// <summary>Compares two tools whose schemas are known to be sound.</summary>
    internal static ContractComparison CompareCompiled(ToolContract old, ToolContract now) => Order(ToolDiff.Compare(old.Definition, now.Definition));

    /// <summary>Compares two schemas that are known to be sound. What some may fail with in one direction is a widening in the other.</summary>
    internal static IEnumerable<ContractDifference> CompareCompiled(JsonElement oldSchema, JsonElement newSchema, ContractPart part)
    {
        if (CanonicalJson.WriteSchema(oldSchema).AsSpan().SequenceEqual(CanonicalJson.WriteSchema(newSchema)))
            return [];
        SchemaDirection direction = part is ContractPart.Arguments or ContractPart.StreamedInput ? SchemaDirection.Input : SchemaDirection.Output;
        bool oldIsWide = direction == SchemaDirection.Output;
        HashSet<(string Path, string Sentence)> forCallers = new SchemaContainment(oldSchema, newSchema, oldIsWide, direction).Run();
        HashSet<(string Path, string Sentence)> forProviders = new SchemaContainment(oldSchema, newSchema, !oldIsWide, direction).Run();
        return forCallers.Union(forProviders)
            .Select(found => new ContractDifference(part, found.Path, found.Sentence, forCallers.Contains(found), forProviders.Contains(found)));
    }

    private static ContractComparison Order(IEnumerable<ContractDifference> differences) =>
        new([.. differences.OrderByDescending(difference => difference.BreaksCallers)]);
}
