using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>What the serializer's converter for a type means for its description.</summary>
internal static class TypeConverters
{
    private static readonly Assembly Serializer = typeof(JsonSerializer).Assembly;

    /// <summary>The serializer's metadata of a type.</summary>
    public static JsonTypeInfo GetInfo(Type type, string path, JsonSerializerOptions options)
    {
        try
        {
            return options.GetTypeInfo(type);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            TypeRefusals.Check(type, path);
            throw TypeRefusals.Refuse(
                type, path, "the serializer has no metadata for it",
                "Add [JsonSerializable] for it to the context that the host's serializer options use, or see the inner exception.", e);
        }
    }

    /// <summary>
    /// The schema that a converter's <see cref="JsonSchemaAttribute"/> gives; null for the serializer's own converters
    /// and those of Mesh.
    /// </summary>
    /// <exception cref="MeshException">A converter of the user's without such an attribute.</exception>
    public static VerbatimShape? FindSchema(JsonTypeInfo info, string path)
    {
        Type converter = info.Converter.GetType();
        if (converter.Assembly == Serializer || converter.Assembly == typeof(TypeConverters).Assembly)
            return null;
        foreach (Type candidate in Candidates(info, converter))
        {
            if (JsonSchemaText.Find(TypeUse.AttributesOf(candidate)) is { } given)
                return JsonSchemaText.Parse(given, info.Type, path);
        }
        throw TypeRefusals.Refuse(
            info.Type, path, $"only the converter '{TypeNames.Display(converter)}' knows its JSON",
            "Put [JsonSchema] on the converter, the type, or the place.");
    }

    /// <summary>Fails if numbers are written as strings, which their schema would deny.</summary>
    public static void CheckNumbers(JsonTypeInfo info, string path)
    {
        JsonNumberHandling handling = info.NumberHandling ?? info.Options.NumberHandling;
        if (handling.HasFlag(JsonNumberHandling.WriteAsString) && TypeScalars.Find(info.Type) is IntegerShape or NumberShape)
            throw TypeRefusals.Refuse(info.Type, path, "its numbers are written as strings", "Remove JsonNumberHandling.WriteAsString.");
    }

    // A converter that a factory made does not lead back to it, but the type's attribute and the options do.
    private static IEnumerable<Type> Candidates(JsonTypeInfo info, Type converter)
    {
        yield return converter;
        foreach (JsonConverterAttribute attribute in TypeUse.AttributesOf(info.Type).OfType<JsonConverterAttribute>())
        {
            if (attribute.ConverterType is { } declared)
                yield return declared;
        }
        if (info.Options.Converters.FirstOrDefault(c => c.CanConvert(info.Type)) is { } listed)
            yield return listed.GetType();
    }
}
