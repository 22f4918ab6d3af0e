using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// Writes the JSON Schema of a shape: the same shape gives the same bytes. Schemas of input refuse unknown properties at
/// all depths, those of output allow them. Only types that contain themselves are put under <c>$defs</c>; a root that
/// does is referred to as <c>#</c>, so that an object stays an object at the root.
/// </summary>
internal sealed class TypeSchemaWriter
{
    private readonly TypeDefinition? _root;
    private readonly Dictionary<TypeDefinition, string> _names = [];
    private readonly List<TypeDefinition> _pending = [];

    private TypeSchemaWriter(Utf8JsonWriter json, bool forInput, TypeDefinition? root)
    {
        Json = json;
        ForInput = forInput;
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
            writer.WriteSchema(shape, new TypeSchemaPlace { IsRoot = true });
        }
        // A schema is about twice as deep as the values that it describes.
        return JsonElement.Parse(buffer.WrittenSpan, new() { MaxDepth = 4 * MeshJson.MaxDepth });
    }

    /// <summary>The schema of an object with these members: the input of a tool from the parameters of its method.</summary>
    /// <inheritdoc cref="Write(TypeShape, bool)" path="/exception"/>
    public static JsonElement Write(IReadOnlyList<PropertyShape> members, bool forInput) =>
        Write(new ObjectShape(null, members), forInput);

    /// <summary>Where the schema is written to.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Whether the schema is for values that are read.</summary>
    public bool ForInput { get; }

    /// <summary>Writes the schema of a shape, and of what is inside of it.</summary>
    public void WriteSchema(TypeShape shape, TypeSchemaPlace place)
    {
        if (shape is NullableShape nullable)
        {
            shape = nullable.Inner with { Description = nullable.Description ?? nullable.Inner.Description };
            place = place with { IsNullable = true };
        }
        if (shape is VerbatimShape { Schema.ValueKind: not JsonValueKind.Object, Description: null } && place == default)
        {
            ((VerbatimShape)shape).Schema.WriteTo(Json);
            return;
        }
        Json.WriteStartObject();
        TypeSchemaKeywords.Write(this, shape, place);
        if (place.Default is { } value)
        {
            Json.WritePropertyName("default");
            value.WriteTo(Json);
        }
        if (place.IsReadOnly)
            Json.WriteBoolean("readOnly", true);
        if (place.IsRoot)
            WriteDefinitions();
        Json.WriteEndObject();
    }

    // A definition may lead to further ones while it is written.
    private void WriteDefinitions()
    {
        if (_pending.Count == 0)
            return;
        Json.WriteStartObject("$defs");
        for (int i = 0; i < _pending.Count; i++)
        {
            Json.WritePropertyName(_names[_pending[i]]);
            WriteSchema(_pending[i].Shape!, default);
        }
        Json.WriteEndObject();
    }

    /// <summary>Writes the reference to a definition, which then is written at the end.</summary>
    public void WriteReference(TypeDefinition target)
    {
        if (target == _root)
        {
            Json.WriteString("$ref", "#");
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
        Json.WriteString("$ref", $"#/$defs/{name}");
    }
}
