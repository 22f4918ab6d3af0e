using System.Text.Json;

namespace Mesh;

/// <summary>Writes the keywords of what holds other shapes.</summary>
internal static class TypeSchemaContainers
{
    public static void WriteObject(TypeSchemaWriter to, ObjectShape shape, TypeSchemaPlace place)
    {
        if (to.ForInput && !shape.CanBeRead)
            throw TypeRefusals.Refuse(shape.ClrType!, "", "the serializer cannot make one from JSON", "Use a class or record with a public constructor, or mark its cases with [JsonDerivedType].");
        PropertyShape[] properties = [.. shape.Properties.Where(p => to.ForInput || p.IsWritten)];
        if (properties.Length > 0 || place.Discriminator is not null)
        {
            to.Json.WriteStartObject("properties");
            WriteDiscriminator(to, place);
            foreach (PropertyShape property in properties)
                WriteProperty(to, property);
            to.Json.WriteEndObject();
        }
        WriteRequired(to, properties, place.Case is null ? null : place.Discriminator);
        if (to.ForInput && !shape.KeepsUnknown)
            to.Json.WriteBoolean("additionalProperties", false);
    }

    private static void WriteProperty(TypeSchemaWriter to, PropertyShape property)
    {
        to.Json.WritePropertyName(property.Name);
        to.WriteSchema(property.Shape, new TypeSchemaPlace
        {
            IsNullable = (to.ForInput ? property.AcceptsNull : property.MayBeNull) && property.Shape is not AnyShape,
            Default = to.ForInput ? property.Default : null,
            IsReadOnly = to.ForInput && !property.IsRead,
        });
    }

    private static void WriteRequired(TypeSchemaWriter to, PropertyShape[] properties, string? discriminator)
    {
        string[] required = [.. properties.Where(p => to.ForInput ? p.Required : p.AlwaysWritten).Select(p => p.Name)];
        if (required.Length == 0 && discriminator is null)
            return;
        to.Json.WriteStartArray("required");
        if (discriminator is not null)
            to.Json.WriteStringValue(discriminator);
        foreach (string name in required)
            to.Json.WriteStringValue(name);
        to.Json.WriteEndArray();
    }

    // The base type comes without a discriminator; saying so keeps the cases of an open output apart.
    private static void WriteDiscriminator(TypeSchemaWriter to, TypeSchemaPlace place)
    {
        if (place.Discriminator is null)
            return;
        to.Json.WritePropertyName(place.Discriminator);
        if (place.Case is not { } value)
        {
            to.Json.WriteBooleanValue(false);
            return;
        }
        to.Json.WriteStartObject();
        to.Json.WritePropertyName("const");
        value.WriteTo(to.Json);
        to.Json.WriteEndObject();
    }

    public static void WriteUnion(TypeSchemaWriter to, UnionShape union, TypeSchemaPlace place)
    {
        TypeSchemaKeywords.WriteType(to, "object", place.IsNullable);
        TypeSchemaKeywords.WriteDescription(to, union);
        to.Json.WriteStartArray("oneOf");
        foreach (UnionCase item in union.Cases)
            to.WriteSchema(item.Shape, new TypeSchemaPlace { Discriminator = union.Discriminator, Case = item.Value });
        if (place.IsNullable)
            TypeSchemaKeywords.WriteNull(to);
        to.Json.WriteEndArray();
    }

    public static void WriteDictionary(TypeSchemaWriter to, DictionaryShape dictionary)
    {
        if (dictionary.Key is not null)
        {
            to.Json.WritePropertyName("propertyNames");
            to.WriteSchema(dictionary.Key, default);
        }
        to.Json.WritePropertyName("additionalProperties");
        to.WriteSchema(dictionary.Value, default);
        TypeSchemaKeywords.WriteLimits(to, "minProperties", dictionary.MinProperties, "maxProperties", dictionary.MaxProperties);
    }

    public static void WriteItems(TypeSchemaWriter to, ArrayShape array)
    {
        if (array.Item is not AnyShape { Description: null })
        {
            to.Json.WritePropertyName("items");
            to.WriteSchema(array.Item, default);
        }
        TypeSchemaKeywords.WriteLimits(to, "minItems", array.MinItems, "maxItems", array.MaxItems);
        if (array.Unique)
            to.Json.WriteBoolean("uniqueItems", true);
    }

    public static void WriteTuple(TypeSchemaWriter to, TupleShape tuple)
    {
        to.Json.WriteStartArray("prefixItems");
        foreach (TypeShape item in tuple.Items)
            to.WriteSchema(item, default);
        to.Json.WriteEndArray();
        TypeSchemaKeywords.WriteLimits(to, "minItems", tuple.Items.Count, "maxItems", tuple.Items.Count);
    }
}
