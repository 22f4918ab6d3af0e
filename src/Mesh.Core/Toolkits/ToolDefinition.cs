using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// What a tool is, as data: what callers see of it and what its calls are checked against. The same at its provider,
/// in a room's listing and on a wire. Immutable: schemas are copied where they are given, so that disposing or changing what
/// they were read from changes nothing.
/// </summary>
public sealed record ToolDefinition
{
    /// <summary>The name within its toolkit: 1 to 64 letters, digits, <c>_</c>, <c>-</c> and <c>.</c></summary>
    public required string Name { get; init; }

    /// <summary>A name for people, or null.</summary>
    public string? Title { get; init; }

    /// <summary>What the tool does, for a person or a model, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The JSON Schema (draft 2020-12) of the arguments, which are always an object.</summary>
    public required JsonElement InputSchema { get; init => field = Own(value); }

    /// <summary>The JSON Schema of the result, or null (a JSON null too) when the tool does not say.</summary>
    public JsonElement? OutputSchema { get; init => field = Own(value); }

    /// <summary>The JSON Schema of each item that the tool streams; null when it streams none, or bytes.</summary>
    public JsonElement? ChunkSchema { get; init => field = Own(value); }

    /// <summary>The JSON Schema of each item that the tool takes as a stream; null when it takes none, or bytes.</summary>
    public JsonElement? InputChunkSchema { get; init => field = Own(value); }

    /// <summary>Whether the tool answers with a stream of chunks.</summary>
    public bool Streams { get; init; }

    /// <summary>Whether the tool reads a stream of input beside its arguments.</summary>
    public bool TakesStream { get; init; }

    /// <summary>
    /// Whether the <c>format</c> keywords of the schemas are checked. True for tools that Mesh makes of methods; false by
    /// default, as JSON Schema has it.
    /// </summary>
    public bool AssertsFormats { get; init; }

    /// <summary>Text for the prompt of an agent that uses the tool, or null.</summary>
    public string? Rules { get; init; }

    /// <summary>A picture for people, or null.</summary>
    public Uri? ThumbnailUrl { get; init; }

    /// <summary>What the tool says about its effects.</summary>
    public ToolAnnotations Annotations { get; init => field = value ?? ToolAnnotations.Default; } = ToolAnnotations.Default;

    /// <summary>Whether every call needs an approval. False by default.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>
    /// The most that a journal may keep of arguments and results, whatever the policy of the room: <see cref="JournalCapture.None"/>
    /// for a tool that takes or gives secrets. Null for whatever the room says.
    /// </summary>
    public JournalCapture? MaxJournalCapture { get; init; }

    /// <summary>
    /// A JSON object that belongs to the tool and that the room passes on unread, by the names of those who understand it:
    /// what a tool of another protocol says of itself beyond what has a member here. It is part of what an approval is
    /// bound to, and no part of the contract. Null for none.
    /// </summary>
    public JsonElement? Metadata { get; init => field = Own(value); }

    /// <summary>
    /// SHA-256 over the canonical JSON of what callers rely on: name, schemas and streaming, without titles and
    /// descriptions. Two tools of the same hash can serve each other's calls. 64 hexadecimal digits.
    /// </summary>
    [JsonIgnore]
    public string ContractHash => Hashes.Contract;

    /// <summary>
    /// SHA-256 over the canonical JSON of the whole definition, with its descriptions: what an approval is bound to.
    /// 64 hexadecimal digits.
    /// </summary>
    [JsonIgnore]
    public string DefinitionHash => Hashes.Definition;

    private OwnHashes? _hashes;

    // A copy made by 'with' is given the hashes of what it was copied from, and must not take them for its own.
    private OwnHashes Hashes => Volatile.Read(ref _hashes) is { } known && ReferenceEquals(known.Owner, this) ? known : _hashes = new(this);

    /// <summary>Equal by content: the same <see cref="DefinitionHash"/>.</summary>
    /// <param name="other">The other definition.</param>
    public bool Equals(ToolDefinition? other) => other is not null && DefinitionHash == other.DefinitionHash;

    /// <inheritdoc/>
    public override int GetHashCode() => DefinitionHash.GetHashCode(StringComparison.Ordinal);

    private static JsonElement Own(JsonElement schema) => schema.ValueKind == JsonValueKind.Undefined ? schema : schema.Clone();

    private static JsonElement? Own(JsonElement? schema) => schema is { ValueKind: not JsonValueKind.Null } given ? Own(given) : null;

    private sealed class OwnHashes(ToolDefinition owner)
    {
        public ToolDefinition Owner => owner;

        public string Contract => field ??= ToolHashes.Contract(owner);

        public string Definition => field ??= ToolHashes.Definition(owner);
    }
}

/// <summary>What a tool says about its effects, by the meaning of the Model Context Protocol's tool annotations.</summary>
/// <param name="ReadOnly">The tool changes nothing. False by default.</param>
/// <param name="Destructive">The tool may destroy something; of no meaning for a read-only one. True by default.</param>
/// <param name="Idempotent">
/// Calling again with the same arguments has no further effect. Such a call is tried once more, under the same
/// idempotency key, when its provider goes away. False by default.
/// </param>
/// <param name="OpenWorld">The tool reaches things outside its own host, such as the web. True by default.</param>
public sealed record ToolAnnotations(bool ReadOnly = false, bool Destructive = true, bool Idempotent = false, bool OpenWorld = true)
{
    /// <summary>The defaults: may destroy, is not idempotent, reaches the world outside.</summary>
    public static ToolAnnotations Default { get; } = new();
}
