using System.Buffers;
using System.Text.Json;

namespace Mesh.Mcp;

/// <summary>
/// Schemas at the root of MCP's tools. Revisions before 2026-07-28 want an object there: anything else becomes the
/// property <c>value</c> of one. References within the schema are moved along, so that it means the same.
/// </summary>
internal static class SchemaRoots
{
    /// <summary>The property that holds a value which is no object.</summary>
    public const string Property = "value";

    private const string Moved = "#/properties/" + Property;

    private static readonly HashSet<string> MapsOfSchemas = new(StringComparer.Ordinal)
    {
        "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies",
    };

    private static readonly HashSet<string> Data = new(StringComparer.Ordinal) { "const", "enum", "default", "examples" };

    /// <summary>Whether a schema says at its root that it takes objects alone.</summary>
    public static bool IsObject(JsonElement schema) => schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8);

    /// <summary>The schema of arguments, which are always an object, saying so at its root as MCP wants it.</summary>
    public static JsonElement ForArguments(JsonElement schema) => IsObject(schema) ? schema : Write(json =>
    {
        json.WriteString("type", "object");
        if (schema.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in schema.EnumerateObject().Where(static each => !each.NameEquals("type"u8)))
            {
                property.WriteTo(json);
            }
        }
        else if (schema.ValueKind == JsonValueKind.False)
        {
            json.WriteStartObject("not");
            json.WriteEndObject();
        }
    });

    /// <summary>An object whose property <c>value</c> has the schema.</summary>
    public static JsonElement Wrap(JsonElement schema) => Write(json =>
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        json.WritePropertyName(Property);
        Move(schema, json, from: "#", to: Moved);
        json.WriteEndObject();
        json.WriteStartArray("required");
        json.WriteStringValue(Property);
        json.WriteEndArray();
    });

    /// <summary>The schema that <see cref="Wrap"/> was given; the schema itself where it is not of that shape.</summary>
    public static JsonElement Unwrap(JsonElement schema)
    {
        if (!IsObject(schema) || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object
            || !properties.TryGetProperty(Property, out var inner))
        {
            return schema;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Move(inner, json, from: Moved, to: "#");
        }

        return Parse(buffer);
    }

    /// <summary>The schema of all items of a stream: an array of them.</summary>
    public static JsonElement ArrayOf(JsonElement item) => Write(json =>
    {
        json.WriteString("type", "array");
        json.WritePropertyName("items");
        Move(item, json, from: "#", to: "#/items");
    });

    /// <summary>An object of one property.</summary>
    public static JsonElement WrapValue(JsonPayload value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName(Property);
            value.WriteTo(json);
            json.WriteEndObject();
        }

        return Parse(buffer);
    }

    /// <summary>Writes a schema that gets another place in its document. What has an <c>$id</c> is a document of its own.</summary>
    private static void Move(JsonElement schema, Utf8JsonWriter json, string from, string to)
    {
        if (schema.ValueKind != JsonValueKind.Object || schema.TryGetProperty("$id", out _))
        {
            schema.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var keyword in schema.EnumerateObject())
        {
            json.WritePropertyName(keyword.Name);
            MoveKeyword(keyword, json, from, to);
        }

        json.WriteEndObject();
    }

    private static void MoveKeyword(JsonProperty keyword, Utf8JsonWriter json, string from, string to)
    {
        var value = keyword.Value;
        if (keyword.Name is "$ref" or "$dynamicRef" && value.ValueKind == JsonValueKind.String)
        {
            string target = value.GetString()!;
            bool moves = target == from || target.StartsWith(from + "/", StringComparison.Ordinal);
            json.WriteStringValue(moves ? string.Concat(to, target.AsSpan(from.Length)) : target);
        }
        else if (value.ValueKind == JsonValueKind.Object && MapsOfSchemas.Contains(keyword.Name))
        {
            json.WriteStartObject();
            foreach (var each in value.EnumerateObject())
            {
                json.WritePropertyName(each.Name);
                Move(each.Value, json, from, to);
            }

            json.WriteEndObject();
        }
        else if (value.ValueKind == JsonValueKind.Array && !Data.Contains(keyword.Name))
        {
            json.WriteStartArray();
            foreach (var each in value.EnumerateArray())
            {
                Move(each, json, from, to);
            }

            json.WriteEndArray();
        }
        else if (value.ValueKind == JsonValueKind.Object && !Data.Contains(keyword.Name))
        {
            Move(value, json, from, to);
        }
        else
        {
            value.WriteTo(json);
        }
    }

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Parse(buffer);
    }

    private static JsonElement Parse(ArrayBufferWriter<byte> buffer) =>
        JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 1_000 });
}
