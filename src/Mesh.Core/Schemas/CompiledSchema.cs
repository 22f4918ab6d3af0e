using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// A JSON Schema (draft 2020-12) prepared for validating. It is immutable and may be used by any number of threads at
/// the same time; validating a valid instance allocates nothing once a thread is warm.
/// </summary>
/// <remarks>
/// Schemas of draft-07, 2019-09 and draft-06 are understood too, where <c>$schema</c> names that draft or where a form is
/// used that draft 2020-12 does not know (<c>items</c> with an array, <c>$id</c> with a fragment). <c>$recursiveRef</c> and
/// <c>$recursiveAnchor</c> mean what draft 2019-09 says wherever they stand. Numbers are compared as
/// the decimals that they are, of any size. Patterns are ECMA-262 and run in linear time; look-around and
/// back-references are refused.
/// </remarks>
/// <example><code>
/// CompiledSchema schema = CompiledSchema.Compile(JsonDocument.Parse("""{"type":"integer","minimum":1}""").RootElement);
/// bool valid = schema.IsValid("3"u8);
/// </code></example>
public sealed class CompiledSchema
{
    private readonly SchemaNode _root;
    private readonly SchemaOptions _options;
    private readonly FlatObject? _flat;

    private CompiledSchema(JsonElement source, SchemaNode root, SchemaOptions options)
    {
        Source = source;
        _root = root;
        _options = options;
        _flat = FlatObject.Of(root, options);
    }

    /// <summary>The schema itself. A copy that owns its memory: changing or disposing what was compiled does not touch it.</summary>
    public JsonElement Source { get; }

    /// <summary>Prepares a schema.</summary>
    /// <param name="schema">The schema: an object or a boolean. It is copied.</param>
    /// <param name="options">Limits, formats and further documents; null for the defaults.</param>
    /// <exception cref="MeshException">With code <see cref="MeshErrorCode.InvalidSchema"/>: the schema is malformed, too large,
    /// refers to something that is not there or to itself without end, or has a pattern that cannot be run safely. The
    /// message names the place as a JSON pointer and the reason.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static CompiledSchema Compile(JsonElement schema, SchemaOptions? options = null)
    {
        options ??= SchemaOptions.Default;
        options.Validate();
        if (schema.ValueKind == JsonValueKind.Undefined)
            throw new ArgumentException("The schema is an element without a value.", nameof(schema));
        SchemaDocuments.CheckSource(schema, options);
        JsonElement source = schema.Clone();
        return new CompiledSchema(source, new SchemaCompiler(options).Compile(source), options);
    }

    /// <summary>Whether an instance satisfies the schema. Stops at the first failure.</summary>
    /// <param name="instance">The instance. Of properties given twice, both are looked at.</param>
    /// <exception cref="ArgumentException">The element has no value.</exception>
    public bool IsValid(JsonElement instance) => IsValid(Raw(instance), JsonRules.Lenient);

    /// <summary>
    /// Whether bytes are JSON that satisfies the schema and keeps the rules for everything that enters a room: no property
    /// twice, no number beyond what a double holds, no half of a surrogate pair, not too deep, not too large.
    /// </summary>
    /// <param name="utf8">One JSON value as UTF-8, without comments.</param>
    public bool IsValid(ReadOnlySpan<byte> utf8) => IsValid(utf8, JsonRules.Entrance);

    /// <summary>Finds everything that is wrong with an instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <returns>The failures, at most <see cref="SchemaOptions.MaxViolations"/>; empty when the instance is valid. Of
    /// alternatives (<c>anyOf</c>, <c>oneOf</c>) of which none fits, only that is reported.</returns>
    /// <exception cref="ArgumentException">The element has no value.</exception>
    public IReadOnlyList<SchemaViolation> Validate(JsonElement instance) => Validate(instance, strict: false);

    /// <summary><see cref="IsValid(JsonElement)"/>, with the rules for what enters a room in the same walk.</summary>
    internal bool IsValidStrict(JsonElement instance) => IsValidStrict(Raw(instance));

    /// <summary>The same by the raw text of an element that has been parsed.</summary>
    internal bool IsValidStrict(ReadOnlySpan<byte> parsed) => IsValid(parsed, JsonRules.Entrance | JsonRules.Lenient);

    /// <param name="instance">The instance.</param>
    /// <param name="strict">Whether the rules for what enters a room are checked too. One that is broken is reported alone.</param>
    /// <param name="includeValues">Whether messages may show what was found; false where the reader must not see the instance.</param>
    internal IReadOnlyList<SchemaViolation> Validate(JsonElement instance, bool strict, bool includeValues = true) =>
        Validate(Raw(instance), strict ? JsonRules.Entrance | JsonRules.Lenient : JsonRules.Lenient, includeValues);

    /// <inheritdoc cref="Validate(JsonElement, bool, bool)"/>
    internal IReadOnlyList<SchemaViolation> Validate(ReadOnlySpan<byte> utf8, bool includeValues = true) =>
        Validate(utf8, JsonRules.Entrance, includeValues);

    private bool IsValid(ReadOnlySpan<byte> json, JsonRules rules) => _flat?.Accepts(json) == true || Run(json, rules, null);

    private List<SchemaViolation> Validate(ReadOnlySpan<byte> json, JsonRules rules, bool includeValues)
    {
        ViolationList violations = new(_options.MaxViolations, includeValues);
        return Run(json, rules, violations) ? [] : violations.Items;
    }

    private static ReadOnlySpan<byte> Raw(JsonElement instance) => instance.ValueKind == JsonValueKind.Undefined
        ? throw new ArgumentException("The instance is an element without a value.", nameof(instance))
        : JsonMarshal.GetRawUtf8Value(instance);

    private bool Run(ReadOnlySpan<byte> json, JsonRules rules, ViolationList? violations)
    {
        JsonScratch scratch = JsonScratch.Current;
        JsonTokenizer tokenizer = new(json, scratch, rules, _options.MaxInstanceDepth);
        bool tooLarge = json.Length > _options.MaxInstanceBytes && (rules & JsonRules.Entrance) != 0;
        JsonFault fault = tooLarge ? JsonFault.TooLarge : tokenizer.Read();
        if (fault != JsonFault.None)
        {
            violations?.Items.Add(new SchemaViolation(tooLarge ? "" : tokenizer.FaultPath(), "", fault.Keyword(), fault.Message()));
            scratch.Trim();
            return false;
        }

        SchemaEvaluation evaluation = new(json, tokenizer.Count, scratch, _options, violations);
        bool valid = _root.Evaluate(ref evaluation, 0, -1) && !evaluation.Aborted;
        if (evaluation.Aborted)
        {
            violations?.Items.Add(evaluation.TooDeep
                ? new SchemaViolation("", "", "maxDepth", "needs more nested checks than there is room for")
                : new SchemaViolation("", "", "maxSteps", "takes more steps to check than are allowed"));
        }

        scratch.Trim();
        return valid;
    }
}
