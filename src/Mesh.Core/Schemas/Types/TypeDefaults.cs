using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh;

/// <summary>Constants of signatures and attributes as JSON.</summary>
internal static class TypeDefaults
{
    /// <summary>A default value as the serializer writes it; null when it has no JSON form to show.</summary>
    public static JsonElement? ToJson(object? value, Type type, string path, JsonSerializerOptions options)
    {
        Type target = Nullable.GetUnderlyingType(type) ?? type;
        // The default of a struct is declared as null; what it looks like in JSON nobody needs to see.
        if (value is null && type.IsValueType && target == type)
            return null;
        if (value is null)
            return JsonElement.Parse("null");
        if (target.IsEnum && value.GetType() != target)
            value = Enum.ToObject(target, value);
        if (value is float.NaN or double.NaN || !target.IsInstanceOfType(value))
            return null;
        try
        {
            return JsonSerializer.SerializeToElement(value, TypeConverters.GetInfo(target, path, options));
        }
        catch (Exception e) when (e is NotSupportedException or ArgumentException or JsonException)
        {
            // Infinity, for one. The parameter stays optional; its default just is not shown.
            return null;
        }
    }

    /// <summary>A constant of an attribute as JSON; null for a constant that has no such form.</summary>
    public static JsonElement? Plain(object? value)
    {
        JsonNode? node = value switch
        {
            string text => JsonValue.Create(text),
            char c => JsonValue.Create(c.ToString()),
            bool flag => JsonValue.Create(flag),
            float.NaN or double.NaN => null,
            float or double or decimal or sbyte or byte or short or ushort or int or uint or long or ulong =>
                JsonNode.Parse(Convert.ToString(value, CultureInfo.InvariantCulture)!),
            _ => null,
        };
        if (node is null && value is not null)
            return null;
        return JsonElement.Parse(node?.ToJsonString() ?? "null");
    }
}
