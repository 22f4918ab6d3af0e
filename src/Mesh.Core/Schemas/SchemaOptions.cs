using System.Text.Json;

namespace Mesh;

/// <summary>
/// How a schema is compiled and what validating against it may cost. Immutable; may be shared. The limits protect
/// against schemas and instances made to exhaust: what exceeds one is refused, never accepted unseen.
/// </summary>
public sealed record SchemaOptions
{
    internal static SchemaOptions Default { get; } = new();

    /// <summary>Whether <c>format</c> is asserted for the formats that are known. False by default: an annotation, as draft 2020-12 has it.</summary>
    public bool AssertFormats { get; init; }

    /// <summary>
    /// Documents that <c>$ref</c> and <c>$schema</c> may name, by absolute URI. Nothing is ever fetched: a URI that is
    /// neither here nor a draft 2020-12 meta-schema makes the compilation fail. Empty by default.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> Documents { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>How many failures <see cref="CompiledSchema.Validate(JsonElement)"/> reports at most. At least 1; 100 by default.</summary>
    public int MaxViolations { get; init; } = 100;

    /// <summary>How deeply an instance may be nested. At least 1; 64 by default.</summary>
    public int MaxInstanceDepth { get; init; } = 64;

    /// <summary>How many bytes an instance may have as UTF-8 where it enters a room. At least 1; 4 MiB by default.</summary>
    public int MaxInstanceBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many steps one validation may take: a schema applied to a value is one step. At least 1; 10 million by default.</summary>
    public long MaxSteps { get; init; } = 10_000_000;

    /// <summary>How many bytes a schema document may have. At least 1; 1 MiB by default.</summary>
    public int MaxSchemaBytes { get; init; } = 1024 * 1024;

    /// <summary>How deeply the subschemas of a schema may be nested. At least 1, at most 256; 64 by default.</summary>
    public int MaxSchemaDepth { get; init; } = 64;

    /// <summary>
    /// How large a pattern may be: its characters, and its parts when counted repetitions are written out
    /// (<c>(a{10}){10}</c> has 100). At least 1; 2,000 by default.
    /// </summary>
    public int MaxPatternSize { get; init; } = 2_000;

    /// <summary>How many UTF-8 bytes a string may have that is matched against a pattern; a longer one ends
    /// the validation as used-up steps do. At least 1; 256 KiB by default.</summary>
    public int MaxPatternSubject { get; init; } = 256 * 1024;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Documents);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxViolations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInstanceDepth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxInstanceBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSchemaBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSchemaDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxSchemaDepth, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPatternSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPatternSubject, 1);
    }
}
