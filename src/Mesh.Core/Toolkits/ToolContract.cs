using System.Collections.Concurrent;

namespace Mesh;

/// <summary>A tool's definition with its schemas compiled. Immutable; shared by all registrations of the same definition.</summary>
internal sealed class ToolContract
{
    /// <exception cref="MeshException">A schema cannot be compiled (<see cref="MeshErrorCode.InvalidSchema"/>).</exception>
    public ToolContract(ToolDefinition definition, SchemaOptions schemas)
    {
        Definition = definition;
        schemas = schemas with { AssertFormats = definition.AssertsFormats };
        Input = CompiledSchema.Compile(definition.InputSchema, schemas);
        Output = definition.OutputSchema is { } output ? CompiledSchema.Compile(output, schemas) : null;
        Chunk = definition.ChunkSchema is { } chunk ? CompiledSchema.Compile(chunk, schemas) : null;
        InputChunk = definition.InputChunkSchema is { } item ? CompiledSchema.Compile(item, schemas) : null;
    }

    public ToolDefinition Definition { get; }

    public CompiledSchema Input { get; }

    public CompiledSchema? Output { get; }

    public CompiledSchema? Chunk { get; }

    public CompiledSchema? InputChunk { get; }

    /// <summary>How a tool differs from a live one of the same address.</summary>
    /// <returns>A sentence for each difference that callers of the live one can live with.</returns>
    /// <exception cref="MeshException">There is one that they cannot live with (<see cref="MeshErrorCode.ContractConflict"/>).</exception>
    public static IEnumerable<string> Compare(ToolInstance live, ToolInstance added)
    {
        var (old, now) = (live.Contract, added.Contract);
        if (live.Background is null != added.Background is null)
        {
            throw Conflict(live, added, live.Background is null ? "it runs in the background and cannot be asked." : "it is asked, and does not run in the background.");
        }

        if (old.Definition.ContractHash == now.Definition.ContractHash)
        {
            return [];
        }

        var change = ContractDiff.CompareCompiled(old, now);
        if (!change.IsCompatibleForCallers)
        {
            throw Conflict(live, added, change.Differences[0].Describe());
        }

        return Describe(added, change);
    }

    /// <summary>How a tool differs from the one that it replaces, also where that breaks callers: its provider has no other to offer.</summary>
    public static IEnumerable<string> Describe(ToolInstance replaced, ToolInstance added) =>
        replaced.Contract.Definition.ContractHash == added.Contract.Definition.ContractHash ? [] : Describe(added, ContractDiff.CompareCompiled(replaced.Contract, added.Contract));

    private static IEnumerable<string> Describe(ToolInstance added, ContractComparison change) =>
        change.Differences.Select(difference => $"{added.Path}: {difference.Describe()}");

    private static MeshException Conflict(ToolInstance live, ToolInstance added, string reason) => new(new MeshError(
        MeshErrorCode.ContractConflict,
        $"{new ToolAddress(added.Path).Label} of '{added.Provider?.Snapshot.Name}' would break the contract that '{live.Provider?.Snapshot.Name}' offers: {reason}")
    {
        Remedy = "Keep the contract compatible, give the tool another name, or register it with AddressedOnly.",
    });
}

/// <summary>
/// The compiled contracts of a host by the hash of their definition, so that a toolkit in ten thousand rooms is compiled
/// once. It keeps none alive: a contract goes when its last registration does.
/// </summary>
internal sealed class ContractCache(SchemaOptions schemas)
{
    private readonly ConcurrentDictionary<string, WeakReference<ToolContract>> _contracts = new(StringComparer.Ordinal);
    private int _sweepAt = 256;

    public ToolContract Get(ToolDefinition definition)
    {
        if (_contracts.TryGetValue(definition.DefinitionHash, out var weak) && weak.TryGetTarget(out var contract))
        {
            return contract;
        }

        contract = new ToolContract(definition, schemas);
        _contracts[definition.DefinitionHash] = new(contract);
        if (_contracts.Count > Volatile.Read(ref _sweepAt))
        {
            Sweep();
        }

        return contract;
    }

    private void Sweep()
    {
        foreach (var (hash, weak) in _contracts)
        {
            if (!weak.TryGetTarget(out _))
            {
                _contracts.TryRemove(new(hash, weak));
            }
        }

        Volatile.Write(ref _sweepAt, Math.Max(256, _contracts.Count * 2));
    }
}
