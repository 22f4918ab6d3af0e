using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>Turns shapes into the nodes of a guard. What they do not model is left to the value's JSON.</summary>
internal sealed class GuardCompiler(JsonSerializerOptions options, bool forInput, GuardPropertyFactory? typed)
{
    private static readonly UndecidedGuard Undecided = new();

    private readonly Dictionary<TypeShape, GuardNode> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TypeDefinition, RecursiveGuard> _recursive = [];

    private readonly bool _isPlain = IsPlain(options);

    /// <summary>How many times a validator may look at the same scalar: once for each case of a union that it belongs to.</summary>
    public int Effort { get; private set; } = 1;

    /// <summary>Whether the serializer leaves out, adds and renames nothing that metadata does not tell of.</summary>
    public static bool IsPlain(JsonSerializerOptions options) => options is
    {
        ReferenceHandler: null,
        DefaultIgnoreCondition: JsonIgnoreCondition.Never,
        IgnoreReadOnlyProperties: false,
        IgnoreReadOnlyFields: false,
        DictionaryKeyPolicy: null,
    };

    /// <summary>Compiles a place.</summary>
    /// <param name="shape">What it holds.</param>
    /// <param name="type">The CLR type of it.</param>
    /// <param name="acceptsNull">Whether its schema lets null in beside the shape.</param>
    public GuardSlot Slot(TypeShape shape, Type type, bool acceptsNull = false)
    {
        if (shape is NullableShape nullable)
            return Slot(nullable.Inner, type, acceptsNull: true);
        return new GuardSlot(_isPlain ? Node(shape, Nullable.GetUnderlyingType(type) ?? type) : Undecided, NullAt(shape, acceptsNull));
    }

    private GuardNull NullAt(TypeShape shape, bool acceptsNull) => shape switch
    {
        _ when !_isPlain => GuardNull.Undecided,
        AnyShape { Allowed: null, Denied: null } => GuardNull.Accepted,
        AnyShape or VerbatimShape => GuardNull.Undecided,
        _ when !acceptsNull || !IsListed(shape.Allowed, whenNone: true) || IsListed(shape.Denied, whenNone: false) => GuardNull.Refused,
        _ => GuardNull.Accepted,
    };

    private static bool IsListed(IReadOnlyList<JsonElement>? values, bool whenNone) =>
        values?.Any(v => v.ValueKind == JsonValueKind.Null) ?? whenNone;

    private GuardNode Node(TypeShape shape, Type type)
    {
        switch (shape)
        {
            case BooleanShape or IntegerShape or NumberShape or StringShape or BytesShape:
                return ScalarGuards.Find(shape, type) ?? Undecided;
            case EnumShape enumeration:
                return EnumGuard.TryCreate(enumeration) ?? (GuardNode)Undecided;
            case { Allowed: not null } or { Denied: not null }:
                return Undecided;
            case ReferenceShape reference:
                return Reference(reference.Target);
            case ArrayShape array:
                return Array(array, type);
            case DictionaryShape dictionary:
                return Dictionary(dictionary, type);
            case TupleShape tuple:
                return new TupleGuard([.. tuple.Items.Zip(TypeTuples.ItemTypes(type), (item, t) => Slot(item, t))]);
            case ObjectShape or UnionShape:
                // Met again and again in a large type, but compiled once.
                if (!_nodes.TryGetValue(shape, out GuardNode? node))
                    _nodes.Add(shape, node = shape is ObjectShape o ? Object(o) : Union((UnionShape)shape));
                return node;
            default:
                return Undecided;
        }
    }

    private RecursiveGuard Reference(TypeDefinition target)
    {
        if (!_recursive.TryGetValue(target, out RecursiveGuard? node))
        {
            _recursive.Add(target, node = new RecursiveGuard());
            node.Target = Node(target.Shape!, target.Type);
        }
        return node;
    }

    private GuardNode Array(ArrayShape shape, Type type)
    {
        if (options.GetTypeInfo(type).ElementType is not { } element)
            return Undecided;
        return new ArrayGuard(shape, Slot(shape.Item, element));
    }

    private GuardNode Dictionary(DictionaryShape shape, Type type)
    {
        if (options.GetTypeInfo(type) is not { KeyType: { } key, ElementType: { } element })
            return Undecided;
        EnumGuard? names = shape.Key is EnumShape enumeration ? EnumGuard.TryCreate(enumeration) : null;
        // Of two members with one name, each would be the same property.
        if (shape.Key is EnumShape && names is not { HasDistinctNames: true } || key == typeof(object))
            return Undecided;
        return new DictionaryGuard(shape, names, Slot(shape.Value, element));
    }

    private GuardNode Union(UnionShape shape)
    {
        JsonTypeInfo info = options.GetTypeInfo(shape.ClrType);
        if (info.PolymorphismOptions is not { } polymorphism)
            return Undecided;
        Effort = Math.Max(Effort, 2 * shape.Cases.Count);
        Dictionary<Type, GuardNode> cases = [];
        foreach (UnionCase item in shape.Cases)
        {
            if (item.Shape is ObjectShape { ClrType: { } type } o)
                cases.Add(type, Object(o));
        }
        // Other handlings write types that are not listed as one that is.
        bool isClosed = polymorphism.UnknownDerivedTypeHandling == JsonUnknownDerivedTypeHandling.FailSerialization;
        return new UnionGuard(cases, shape.Discriminator, isClosed);
    }

    private GuardNode Object(ObjectShape shape)
    {
        if (shape.KeepsUnknown || shape.Metadata is not { OnSerializing: null, OnSerialized: null })
            return Undecided;
        List<GuardProperty> properties = [];
        int cost = 8;
        foreach (PropertyShape property in shape.Properties)
        {
            cost += (6 * property.Name.Length) + 8;
            bool isRequired = forInput ? property.Required : property.AlwaysWritten && property.IsWritten;
            if (!property.IsWritten)
            {
                if (isRequired)
                    return new NeverGuard();
                continue;
            }
            GuardProperty guard = Property(property, isRequired);
            if (guard is FixedGuardProperty known)
                cost += known.Cost;
            else
                properties.Add(guard);
        }
        return new ObjectGuard([.. properties], cost);
    }

    private GuardProperty Property(PropertyShape property, bool isRequired)
    {
        GuardSlot slot = PropertySlot(property);
        return typed?.Invoke(property.Metadata!, slot) ?? new MetadataGuardProperty(property.Metadata!, slot, isRequired);
    }

    private GuardSlot PropertySlot(PropertyShape property)
    {
        JsonPropertyInfo metadata = property.Metadata!;
        GuardSlot slot = Slot(property.Shape, metadata.PropertyType, forInput ? property.AcceptsNull : property.MayBeNull);
        // The serializer holds getters to their annotations by itself.
        return !metadata.PropertyType.IsValueType && options.RespectNullableAnnotations && !metadata.IsGetNullable
            ? slot with { Null = GuardNull.Refused }
            : slot;
    }
}
