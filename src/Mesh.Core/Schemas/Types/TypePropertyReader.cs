using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>The part of the walk that reads objects, their properties, and unions of objects.</summary>
internal sealed class TypePropertyReader(TypeShapeReader reader)
{
    public TypeShape ReadObjectOrUnion(JsonTypeInfo info, string path) =>
        info.PolymorphismOptions is { DerivedTypes.Count: > 0 } polymorphism
            ? ReadUnion(info, polymorphism, path)
            : ReadObject(info, path);

    private ObjectShape ReadObject(JsonTypeInfo info, string path)
    {
        if (info.Type.Namespace is "System" || info.Type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true)
        {
            if (!info.Type.IsGenericType || info.Type.GetGenericTypeDefinition() != typeof(KeyValuePair<,>))
                throw TypeRefusals.Refuse(info.Type, path, "it is a class of the framework that is not made to cross as JSON", "Use a record of plain data, or give its schema with [JsonSchema].");
        }
        List<PropertyShape> properties = [];
        bool keepsUnknown = false;
        foreach (JsonPropertyInfo property in info.Properties)
        {
            if (property.IsExtensionData)
                keepsUnknown = true;
            else if (property.Get is not null || property.Set is not null || property.AssociatedParameter is not null)
                properties.Add(ReadProperty(property, path));
        }
        return new ObjectShape(info.Type, properties)
        {
            Metadata = info,
            KeepsUnknown = keepsUnknown,
            CanBeRead = info.CreateObject is not null || info.Properties.Any(p => p.AssociatedParameter is not null),
        };
    }

    private PropertyShape ReadProperty(JsonPropertyInfo property, string path)
    {
        // A source-generated context lists init properties as parameters too; they are no parameters to the user.
        JsonParameterInfo? parameter = property.AssociatedParameter is { IsMemberInitializer: false } p ? p : null;
        TypeUse use = new($"{path}/{property.Name}")
        {
            Attributes = Merge(property.AttributeProvider, parameter?.AttributeProvider),
            Nullability = TypeUse.NullabilityOf(property.AttributeProvider),
            HasDefault = parameter is { HasDefaultValue: true },
            DefaultValue = parameter is { HasDefaultValue: true } ? parameter.DefaultValue : null,
        };
        if (property.NumberHandling?.HasFlag(JsonNumberHandling.WriteAsString) == true)
            throw TypeRefusals.Refuse(property.PropertyType, use.Path, "its numbers are written as strings", "Remove JsonNumberHandling.WriteAsString.");
        JsonSerializerOptions scope = WithConverter(property);
        TypeShape shape = reader.ReadWithRules(property.PropertyType, use, scope);
        bool isReference = !property.PropertyType.IsValueType;
        bool required = property.IsRequired || TypeRules.IsRequired(use.Attributes);
        PropertyShape place = Place(property.Name, shape, use, scope, property.PropertyType);
        return place with
        {
            Required = required || parameter is { HasDefaultValue: false },
            AlwaysWritten = property.Get is not null && property.ShouldSerialize is null && !IsLeftOut(property, use),
            AcceptsNull = place.AcceptsNull || (isReference && property.IsSetNullable && !TypeRules.IsRequired(use.Attributes)),
            MayBeNull = place.MayBeNull || (isReference && property.IsGetNullable),
            IsRead = property.Set is not null || property.AssociatedParameter is not null,
            IsWritten = property.Get is not null,
            Metadata = property,
        };
    }

    /// <summary>Whether the options leave the property out at times. Metadata says so only of a property's own attribute.</summary>
    private bool IsLeftOut(JsonPropertyInfo property, TypeUse use) =>
        !use.Attributes.OfType<JsonIgnoreAttribute>().Any(a => a.Condition == JsonIgnoreCondition.Never)
        && reader.Options.DefaultIgnoreCondition switch
        {
            JsonIgnoreCondition.WhenWritingDefault => true,
            JsonIgnoreCondition.WhenWritingNull => !property.PropertyType.IsValueType || Nullable.GetUnderlyingType(property.PropertyType) is not null,
            _ => false,
        };

    /// <summary>A property of a shape that may be nullable, with its default and description.</summary>
    internal static PropertyShape Place(string name, TypeShape shape, TypeUse use, JsonSerializerOptions scope, Type type)
    {
        bool isNullable = shape is NullableShape;
        TypeShape inner = shape is NullableShape nullable ? nullable.Inner : shape;
        return new PropertyShape(name, inner)
        {
            AcceptsNull = isNullable && !TypeRules.IsRequired(use.Attributes),
            MayBeNull = isNullable,
            HasDefault = use.HasDefault,
            DefaultValue = use.DefaultValue,
            Default = use.HasDefault ? TypeDefaults.ToJson(use.DefaultValue, type, use.Path, scope) : null,
        };
    }

    private UnionShape ReadUnion(JsonTypeInfo info, JsonPolymorphismOptions polymorphism, string path)
    {
        List<UnionCase> cases = [];
        foreach (JsonDerivedType derived in polymorphism.DerivedTypes)
        {
            if (derived.TypeDiscriminator is not { } discriminator)
                throw TypeRefusals.Refuse(derived.DerivedType, path, "nothing in its JSON tells it from its siblings", "Give its [JsonDerivedType] a discriminator.");
            cases.Add(new UnionCase(TypeDefaults.Plain(discriminator), ReadCase(derived.DerivedType, info, path)));
        }
        if (!info.Type.IsAbstract && polymorphism.DerivedTypes.All(d => d.DerivedType != info.Type))
            cases.Add(new UnionCase(null, ReadObject(info, path)));
        return new UnionShape(info.Type, polymorphism.TypeDiscriminatorPropertyName, cases);
    }

    // A case is its object, even if the derived type is a union itself: the serializer does not descend further.
    private TypeShape ReadCase(Type type, JsonTypeInfo union, string path)
    {
        JsonTypeInfo info = type == union.Type ? union : TypeConverters.GetInfo(type, path, reader.Options);
        return info.Kind == JsonTypeInfoKind.Object
            ? TypeRules.Describe(ReadObject(info, path), TypeUse.AttributesOf(type))
            : throw TypeRefusals.Refuse(type, path, "a case of a union must be an object", "Wrap it in a record.");
    }

    // The attributes of a record's parameter stay on the parameter; those of the property win where both have one.
    private static List<Attribute> Merge(ICustomAttributeProvider? property, ICustomAttributeProvider? parameter)
    {
        List<Attribute> merged = [.. TypeUse.AttributesOf(property)];
        HashSet<Type> present = [.. merged.Select(a => a.GetType())];
        merged.AddRange(TypeUse.AttributesOf(parameter).Where(a => !present.Contains(a.GetType())));
        return merged;
    }

    // A converter on a property takes part in the walk as if the options listed it first.
    private JsonSerializerOptions WithConverter(JsonPropertyInfo property)
    {
        if (property.CustomConverter is null)
            return reader.Options;
        JsonSerializerOptions scope = new(reader.Options);
        scope.Converters.Insert(0, property.CustomConverter);
        return scope;
    }
}
