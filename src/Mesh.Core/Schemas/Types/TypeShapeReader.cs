using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// The one walk over types' serializer metadata. A reader remembers the types it has seen, so that one reader serves a
/// whole tool and recursive types are defined once. It is not thread-safe; the shapes that it returns are.
/// </summary>
/// <remarks>Metadata alone is read, so it works with a source-generated context in a trimmed app.</remarks>
internal sealed class TypeShapeReader(JsonSerializerOptions options)
{
    // A type whose description is larger than this is a mistake, or an attack with generics.
    private const int MaxTypes = 2_000;

    private readonly Dictionary<Type, TypeDefinition> _definitions = [];

    /// <summary>The options that the values are read and written with.</summary>
    public JsonSerializerOptions Options { get; } = options;

    /// <summary>Reads a type from its metadata, with nothing added by the place where it is used.</summary>
    /// <exception cref="MeshException"><see cref="MeshErrorCode.InvalidDefinition"/>: it cannot be described.</exception>
    public static TypeShape Read(JsonTypeInfo type) =>
        new TypeShapeReader(type.Options).Read(type.Type, TypeUse.Root);

    /// <summary>Reads a type as it is used at one place. A nullable place gives a <see cref="NullableShape"/>.</summary>
    /// <exception cref="MeshException"><see cref="MeshErrorCode.InvalidDefinition"/>: it cannot be described; the message
    /// names the path, the type, and the reason.</exception>
    public TypeShape Read(Type type, TypeUse use)
    {
        bool isNull = !type.IsValueType && use.AllowsNull;
        TypeShape shape = ReadWithRules(type, use, Options);
        return isNull && shape is not (NullableShape or AnyShape) ? new NullableShape(shape) : shape;
    }

    /// <summary>Reads a parameter of a method; its name in JSON is camelCase.</summary>
    /// <inheritdoc cref="Read(Type, TypeUse)" path="/exception"/>
    public PropertyShape ReadParameter(ParameterInfo parameter)
    {
        string name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name ?? $"arg{parameter.Position}");
        TypeUse use = TypeUse.Of(parameter, "/" + name);
        TypeShape shape = Read(parameter.ParameterType, use);
        return TypePropertyReader.Place(name, shape, use, Options, parameter.ParameterType) with
        {
            Required = !use.HasDefault || TypeRules.IsRequired(use.Attributes),
        };
    }

    /// <summary>Reads the type with the attributes of its place, under options that may hold a property's own converter.</summary>
    internal TypeShape ReadWithRules(Type type, TypeUse use, JsonSerializerOptions scope)
    {
        if (type.IsByRef || type.IsPointer || type.IsByRefLike || type.ContainsGenericParameters)
            TypeRefusals.Check(type, use.Path);
        if (JsonSchemaText.Find(use.Attributes) is { } given)
            return TypeRules.Describe(JsonSchemaText.Parse(given, type, use.Path), use.Attributes);
        return TypeRules.Apply(ReadBare(type, use, scope), type, use, scope);
    }

    private TypeShape ReadBare(Type type, TypeUse use, JsonSerializerOptions scope)
    {
        IReadOnlyList<Attribute> attributes = TypeUse.AttributesOf(type);
        if (JsonSchemaText.Find(attributes) is { } given)
            return TypeRules.Describe(JsonSchemaText.Parse(given, type, use.Path), attributes);
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return new NullableShape(ReadBare(underlying, use, scope));

        JsonTypeInfo info = TypeConverters.GetInfo(type, use.Path, scope);
        if (TypeConverters.FindSchema(info, use.Path) is { } verbatim)
            return TypeRules.Describe(verbatim, attributes);
        TypeRefusals.Check(type, use.Path);
        TypeConverters.CheckNumbers(info, use.Path);
        if (TypeTuples.IsTuple(type))
            return ReadTuple(info, use, scope);
        if (type.IsEnum)
            return TypeRules.Describe(TypeEnums.Read(info, use.Path), attributes);
        if (TypeScalars.Find(type) is { } scalar)
            return scalar;
        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary when IsFramework(type) => ReadCollection(info, use, scope),
            JsonTypeInfoKind.None => throw TypeRefusals.Refuse(type, use.Path, "the serializer has no form for it that Mesh knows", "Use a record of plain data, or give its schema with [JsonSchema]."),
            _ => ReadDefined(info, use, attributes),
        };
    }

    // A type of the user's own: it may contain itself, so it is entered once and referred to from inside.
    private TypeShape ReadDefined(JsonTypeInfo info, TypeUse use, IReadOnlyList<Attribute> attributes)
    {
        if (_definitions.TryGetValue(info.Type, out TypeDefinition? known))
        {
            known.IsRecursive |= known.Shape is null;
            return known.IsRecursive ? new ReferenceShape(known) : known.Shape!;
        }
        if (_definitions.Count == MaxTypes)
            throw TypeRefusals.Refuse(info.Type, use.Path, $"it leads to more than {MaxTypes} types", "Use smaller types.");
        TypeDefinition definition = new(info.Type);
        _definitions.Add(info.Type, definition);
        TypeShape shape = info.Kind == JsonTypeInfoKind.Object
            ? new TypePropertyReader(this).ReadObjectOrUnion(info, use.Path)
            : ReadCollection(info, use, Options);
        definition.Shape = TypeRules.Describe(shape, attributes);
        return definition.IsRecursive ? new ReferenceShape(definition) : definition.Shape;
    }

    private TypeShape ReadCollection(JsonTypeInfo info, TypeUse use, JsonSerializerOptions scope)
    {
        Type element = info.ElementType ?? typeof(object);
        NullabilityInfo? nullability = TypeTuples.ElementNullability(use.Nullability, element);
        TypeShape item = ReadElement(element, use.Inside("*", nullability), scope);
        if (info.Kind == JsonTypeInfoKind.Enumerable)
            return new ArrayShape(item, TypeTuples.IsSet(info.Type));
        Type key = info.KeyType ?? typeof(object);
        TypeShape? names = key.IsEnum
            ? TypeEnums.ReadKey(TypeConverters.GetInfo(key, use.Path, scope), use.Path)
            : TypeScalars.FindKey(key);
        if (names is null)
            throw TypeRefusals.Refuse(info.Type, use.Path, $"keys of type '{TypeNames.Display(key)}' are no property names", "Use string, enum, Guid or integer keys.");
        return new DictionaryShape(key == typeof(string) ? null : names, item);
    }

    private TupleShape ReadTuple(JsonTypeInfo info, TypeUse use, JsonSerializerOptions scope)
    {
        if (info.Kind == JsonTypeInfoKind.Object)
            throw TypeRefusals.Refuse(info.Type, use.Path, "the serializer options have no converter for tuples", "Use a record, or options made by Mesh.");
        IReadOnlyList<Type> types = TypeTuples.ItemTypes(info.Type);
        NullabilityInfo[] flat = [.. TypeTuples.Flatten(use.Nullability)];
        return new TupleShape(info.Type, [.. types.Select((type, i) =>
            ReadElement(type, use.Inside($"{i}", flat.Length == types.Count ? flat[i] : null), scope))]);
    }

    private TypeShape ReadElement(Type type, TypeUse use, JsonSerializerOptions scope)
    {
        TypeShape shape = ReadBare(type, use, scope);
        return !type.IsValueType && use.AllowsNull && shape is not AnyShape ? new NullableShape(shape) : shape;
    }

    private static bool IsFramework(Type type) =>
        type.IsArray || type.Namespace is "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;
}
