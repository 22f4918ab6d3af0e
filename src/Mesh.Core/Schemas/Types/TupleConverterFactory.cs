using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>
/// Writes tuples as arrays, one item per element. Without it the serializer writes value tuples as empty objects.
/// </summary>
[RequiresUnreferencedCode("Tuples are made by reflection over their constructors.")]
[RequiresDynamicCode("The converter of a tuple type is made at run time.")]
internal sealed class TupleConverterFactory : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => TypeTuples.IsTuple(typeToConvert);

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(
            typeof(TupleConverter<>).MakeGenericType(typeToConvert),
            TypeTuples.ItemTypes(typeToConvert),
            MakeConstructor(typeToConvert))!;

    // Items beyond the seventh go into a nested tuple, which is the last argument of the outer one.
    private static Func<object?[], object> MakeConstructor(Type tuple)
    {
        Type[] arguments = tuple.GetGenericArguments();
        ConstructorInfo constructor = tuple.GetConstructor(arguments)!;
        if (arguments.Length < 8)
            return items => constructor.Invoke(items);
        Func<object?[], object> rest = MakeConstructor(arguments[7]);
        return items => constructor.Invoke([.. items.AsSpan(0, 7), rest(items[7..])]);
    }
}

/// <summary>The converter of one tuple type.</summary>
internal sealed class TupleConverter<T>(IReadOnlyList<Type> itemTypes, Func<object?[], object> construct) : JsonConverter<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"Expected an array of {itemTypes.Count} items, but got {reader.TokenType}.");
        object?[] items = new object?[itemTypes.Count];
        for (int i = 0; i < items.Length; i++)
        {
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
                throw new JsonException($"Expected an array of {itemTypes.Count} items, but got {i}.");
            items[i] = JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(itemTypes[i]));
        }
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException($"Expected an array of {itemTypes.Count} items, but got more.");
        return (T)construct(items);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ITuple tuple = (ITuple)value!;
        writer.WriteStartArray();
        for (int i = 0; i < tuple.Length; i++)
            JsonSerializer.Serialize(writer, tuple[i], options.GetTypeInfo(itemTypes[i]));
        writer.WriteEndArray();
    }
}
