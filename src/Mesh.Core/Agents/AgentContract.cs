using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// What an agent is, as data: what those who ask it rely on, and what the catalogue of a room shows. The same at its
/// provider, in the catalogue and on a wire. Immutable: schemas are copied where they are given.
/// </summary>
/// <remarks>What its JSON leaves out has its default.</remarks>
public sealed partial record AgentContract
{
    /// <summary>
    /// The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots, such as
    /// <c>nlp.summarizer</c>. What stands before the last dot is its channel.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The version by semver.org, such as <c>1.4.0</c> or <c>2.0.0-rc.1</c>. <c>1.0.0</c> by default.</summary>
    public string Version { get; init => field = value ?? AgentOptions.DefaultVersion; } = AgentOptions.DefaultVersion;

    /// <summary>A name for people, or null.</summary>
    public string? Title { get; init; }

    /// <summary>What the agent does, for a person or a model, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Words that it is found by; at most 64 of 1 to 64 characters each.</summary>
    public IReadOnlyList<string> Tags { get; init => field = [.. value ?? []]; } = [];

    /// <summary>What it can do, in words that those who look for it know too; at most 64 of 1 to 64 characters each.</summary>
    public IReadOnlyList<string> Capabilities { get; init => field = [.. value ?? []]; } = [];

    /// <summary>What its function takes and gives.</summary>
    public required AgentShape Shape { get; init; }

    /// <summary>
    /// The JSON Schema (draft 2020-12) of the arguments of a call, which are always an object: the input itself where its
    /// JSON is an object, else an object whose property <c>value</c> is the input. An object without properties where
    /// there is no input.
    /// </summary>
    public required JsonElement InputSchema { get; init => field = value.ValueKind == JsonValueKind.Undefined ? value : value.Clone(); }

    /// <summary>The JSON Schema of the output; null (a JSON null too) where there is none, or it is no JSON.</summary>
    public JsonElement? OutputSchema { get; init => field = Own(value); }

    /// <summary>The JSON Schema of each item of its stream; null where there is none, or its items are no JSON.</summary>
    public JsonElement? ChunkSchema { get; init => field = Own(value); }

    /// <summary>The JSON Schema of each item that a caller streams in beside the input; null where there are none, or they are no JSON.</summary>
    public JsonElement? InputChunkSchema { get; init => field = Own(value); }

    /// <summary>Whether a caller streams items in beside the input.</summary>
    public bool TakesStream { get; init; }

    /// <summary>Whether a caller may give it private toolkits of its own with a request (<see cref="CallOptions.Toolkits"/>).</summary>
    public bool SupportsTools { get; init; }

    /// <inheritdoc cref="ToolDefinition.AssertsFormats"/>
    public bool AssertsFormats { get; init; }

    /// <inheritdoc cref="ToolDefinition.Annotations"/>
    public ToolAnnotations Annotations { get; init => field = value ?? ToolAnnotations.Default; } = ToolAnnotations.Default;

    /// <inheritdoc cref="ToolDefinition.RequiresApproval"/>
    public bool RequiresApproval { get; init; }

    /// <inheritdoc cref="ToolDefinition.MaxJournalCapture"/>
    public JournalCapture? MaxJournalCapture { get; init; }

    /// <summary>Whether it can be asked: all but publishers, which are subscribed to, and watchers.</summary>
    [JsonIgnore]
    public bool IsInvocable => !RunsInBackground;

    /// <summary>Whether it answers with a stream of items.</summary>
    [JsonIgnore]
    public bool Streams => Shape is AgentShape.Streamer or AgentShape.Publisher;

    /// <summary>Whether its function runs once for each registration, and not for each call.</summary>
    [JsonIgnore]
    public bool RunsInBackground => Shape is AgentShape.Publisher or AgentShape.Watcher;

    /// <summary>
    /// SHA-256 over the canonical JSON of what callers rely on: name, schemas, streaming and effects, without version,
    /// titles, tags and capabilities. Agents of the same hash share the calls to their name. 64 hexadecimal digits.
    /// </summary>
    [JsonIgnore]
    public string ContractHash => ToTool().ContractHash;

    private OwnTool? _tool;

    /// <summary>Equal by content.</summary>
    /// <param name="other">The other contract.</param>
    public bool Equals(AgentContract? other) => other is not null
        && (Name, Version, Shape, SupportsTools) == (other.Name, other.Version, other.Shape, other.SupportsTools)
        && Tags.SequenceEqual(other.Tags, StringComparer.Ordinal)
        && Capabilities.SequenceEqual(other.Capabilities, StringComparer.Ordinal)
        && ToTool().Equals(other.ToTool());

    /// <inheritdoc/>
    public override int GetHashCode() => ToTool().GetHashCode();

    /// <summary>The tool that its calls are calls of.</summary>
    internal ToolDefinition ToTool()
    {
        // A copy made by 'with' is given the tool of what it was copied from, and must not take it for its own.
        var known = Volatile.Read(ref _tool);
        if (known?.Owner != (object)this)
        {
            _tool = known = new(this, NewTool());
        }

        return known.Tool;
    }

    /// <summary>Makes sure that a contract keeps the rules, whoever has made it. Its schemas are checked where they are compiled.</summary>
    /// <exception cref="MeshException">It does not (<see cref="MeshErrorCode.InvalidDefinition"/>); the message names it and the reason.</exception>
    internal void Check()
    {
        Names.CheckAgent(Name);
        AgentVersion.Check(Name, Version);
        CheckWords(Tags, "tag");
        CheckWords(Capabilities, "capability");
        if (ChunkSchema is not null && !Streams)
        {
            throw Malformed("it has a schema for a stream's items and streams none", "Leave ChunkSchema out, or let the shape be that of a streamer.");
        }
    }

    private ToolDefinition NewTool() => new()
    {
        Name = Name,
        Title = Title,
        Description = Description,
        InputSchema = InputSchema,
        OutputSchema = OutputSchema,
        ChunkSchema = ChunkSchema,
        InputChunkSchema = InputChunkSchema,
        Streams = Streams,
        TakesStream = TakesStream,
        AssertsFormats = AssertsFormats,
        Annotations = Annotations,
        RequiresApproval = RequiresApproval,
        MaxJournalCapture = MaxJournalCapture,
    };

    private void CheckWords(IReadOnlyList<string> words, string what)
    {
        const int Most = 64;
        if (words.Count > Most)
        {
            throw Malformed($"it has more than {Most} of what a {what} is", "Keep to the words that it is looked for by.");
        }

        if (words.FirstOrDefault(word => word is not { Length: > 0 and <= Most } || string.IsNullOrWhiteSpace(word)) is { } bad)
        {
            throw Malformed($"the {what} '{ShownText.Cut(bad, Most)}' is malformed", $"A {what} has 1 to {Most} characters, not all of them spaces.");
        }
    }

    private MeshException Malformed(string reason, string remedy) =>
        new(new MeshError(MeshErrorCode.InvalidDefinition, $"Agent '{Name}' cannot be offered: {reason}.") { Remedy = remedy });

    private static JsonElement? Own(JsonElement? schema) => schema is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given ? given.Clone() : null;

    private sealed record OwnTool(object Owner, ToolDefinition Tool);
}
