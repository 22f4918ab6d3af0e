using System.Text.Json;

namespace Mesh;

internal sealed partial class TypeSchemaWriter
{
    private void WriteObject(ObjectShape shape, Place place)
    {
        if (_forInput && !shape.CanBeRead)
            throw TypeRefusals.Refuse(shape.ClrType!, "", "the serializer cannot make one from JSON", "Use a class or record with a public constructor, or mark its cases with [JsonDerivedType].");
        PropertyShape[] properties = [.. shape.Properties.Where(p => _forInput || p.IsWritten)];
        if (properties.Length > 0 || place.Discriminator is not null)
        {
            _json.WriteStartObject("properties");
            WriteDiscriminator(place);
            foreach (PropertyShape property in properties)
                WriteProperty(property);
            _json.WriteEndObject();
        }
        WriteRequired(properties, place.Case is null ? null : place.Discriminator);
        if (_forInput && !shape.KeepsUnknown)
            _json.WriteBoolean("additionalProperties", false);
    }

    private void WriteProperty(PropertyShape property)
    {
        _json.WritePropertyName(property.Name);
        WriteSchema(property.Shape, new Place
        {
            IsNullable = (_forInput ? property.AcceptsNull : property.MayBeNull) && property.Shape is not AnyShape,
            Default = _forInput ? property.Default : null,
            IsReadOnly = _forInput && !property.IsRead,
        });
    }

    private void WriteRequired(PropertyShape[] properties, string? discriminator)
    {
        string[] required = [.. properties.Where(p => _forInput ? p.Required : p.AlwaysWritten).Select(p => p.Name)];
        if (required.Length == 0 && discriminator is null)
            return;
        _json.WriteStartArray("required");
        if (discriminator is not null)
            _json.WriteStringValue(discriminator);
        foreach (string name in required)
            _json.WriteStringValue(name);
        _json.WriteEndArray();
    }

    // The base type comes without a discriminator; saying so keeps the cases of an open output apart.
    private void WriteDiscriminator(Place place)
    {
        if (place.Discriminator is null)
            return;
        _json.WritePropertyName(place.Discriminator);
        if (place.Case is not { } value)
        {
            _json.WriteBooleanValue(false);
            return;
        }
        _json.WriteStartObject();
        _json.WritePropertyName("const");
        value.WriteTo(_json);
        _json.WriteEndObject();
    }

    private void WriteUnion(UnionShape union, Place place)
    {
        WriteType("object", place.IsNullable);
        WriteDescription(union);
        _json.WriteStartArray("oneOf");
        foreach (UnionCase item in union.Cases)
            WriteSchema(item.Shape, new Place { Discriminator = union.Discriminator, Case = item.Value });
        if (place.IsNullable)
            WriteNull();
        _json.WriteEndArray();
    }

    private void WriteDictionary(DictionaryShape dictionary)
    {
        if (dictionary.Key is not null)
        {
            _json.WritePropertyName("propertyNames");
            WriteSchema(dictionary.Key, default);
        }
        _json.WritePropertyName("additionalProperties");
        WriteSchema(dictionary.Value, default);
        WriteLimits("minProperties", dictionary.MinProperties, "maxProperties", dictionary.MaxProperties);
    }

    private void WriteItems(ArrayShape array)
    {
        if (array.Item is not AnyShape { Description: null })
        {
            _json.WritePropertyName("items");
            WriteSchema(array.Item, default);
        }
        WriteLimits("minItems", array.MinItems, "maxItems", array.MaxItems);
        if (array.Unique)
            _json.WriteBoolean("uniqueItems", true);
    }

    private void WriteTuple(TupleShape tuple)
    {
        _json.WriteStartArray("prefixItems");
        foreach (TypeShape item in tuple.Items)
            WriteSchema(item, default);
        _json.WriteEndArray();
        WriteLimits("minItems", tuple.Items.Count, "maxItems", tuple.Items.Count);
    }
}
