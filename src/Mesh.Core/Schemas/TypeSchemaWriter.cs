using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// Writes the JSON Schema of a shape: the same shape gives the same bytes. Schemas of input refuse unknown properties at
/// all depths, those of output allow them. Only types that contain themselves are put under <c>$defs</c>; a root that
/// does is referred to as <c>#</c>, so that an object stays an object at the root.
/// </summary>
internal sealed partial class TypeSchemaWriter
{
    private readonly Utf8JsonWriter _json;
    private readonly bool _forInput;
    private readonly TypeDefinition? _root;
    private readonly Dictionary<TypeDefinition, string> _names = [];
    private readonly List<TypeDefinition> _pending = [];

    private TypeSchemaWriter(Utf8JsonWriter json, bool forInput, TypeDefinition? root)
    {
        _json = json;
        _forInput = forInput;
        _root = root;
    }

    /// <summary>The schema of one value.</summary>
    /// <exception cref="MeshException"><see cref="MeshErrorCode.InvalidDefinition"/>: the schema is for input, and the
    /// serializer cannot make one of the types from JSON.</exception>
    public static JsonElement Write(TypeShape shape, bool forInput)
    {
        TypeDefinition? root = (shape as ReferenceShape)?.Target;
        ArrayBufferWriter<byte> buffer = new();
        // Schemas are data for programs and models, never HTML: patterns and descriptions stay readable.
        using (Utf8JsonWriter json = new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            TypeSchemaWriter writer = new(json, forInput, root);
            if (root is { Shape: { } defined })
                shape = defined with { Description = shape.Description ?? defined.Description };
            writer.WriteSchema(shape, new Place { IsRoot = true });
        }
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>The schema of an object with these members: the input of a tool from the parameters of its method.</summary>
    /// <inheritdoc cref="Write(TypeShape, bool)" path="/exception"/>
    public static JsonElement Write(IReadOnlyList<PropertyShape> members, bool forInput) =>
        Write(new ObjectShape(null, members), forInput);

    // What stands beside a shape's own keywords where it is used.
    private readonly record struct Place
    {
        public bool IsNullable { get; init; }

        public JsonElement? Default { get; init; }

        public bool IsReadOnly { get; init; }

        /// <summary>The discriminator property of the union that the object is a case of.</summary>
        public string? Discriminator { get; init; }

        /// <summary>Its value; null where it must be missing.</summary>
        public JsonElement? Case { get; init; }

        public bool IsRoot { get; init; }
    }

    private void WriteSchema(TypeShape shape, Place place)
    {
        if (shape is NullableShape nullable)
        {
            shape = nullable.Inner with { Description = nullable.Description ?? nullable.Inner.Description };
            place = place with { IsNullable = true };
        }
        if (shape is VerbatimShape { Schema.ValueKind: not JsonValueKind.Object, Description: null } && place == default)
        {
            ((VerbatimShape)shape).Schema.WriteTo(_json);
            return;
        }
        _json.WriteStartObject();
        WriteKeywords(shape, place);
        if (place.Default is { } value)
        {
            _json.WritePropertyName("default");
            value.WriteTo(_json);
        }
        if (place.IsReadOnly)
            _json.WriteBoolean("readOnly", true);
        if (place.IsRoot)
            WriteDefinitions();
        _json.WriteEndObject();
    }

    // A definition may lead to further ones while it is written.
    private void WriteDefinitions()
    {
        if (_pending.Count == 0)
            return;
        _json.WriteStartObject("$defs");
        for (int i = 0; i < _pending.Count; i++)
        {
            _json.WritePropertyName(_names[_pending[i]]);
            WriteSchema(_pending[i].Shape!, default);
        }
        _json.WriteEndObject();
    }

    private void WriteReference(TypeDefinition target)
    {
        if (target == _root)
        {
            _json.WriteString("$ref", "#");
            return;
        }
        if (!_names.TryGetValue(target, out string? name))
        {
            name = target.Name;
            for (int i = 2; _names.ContainsValue(name); i++)
                name = $"{target.Name}{i}";
            _names.Add(target, name);
            _pending.Add(target);
        }
        _json.WriteString("$ref", $"#/$defs/{name}");
    }
}
