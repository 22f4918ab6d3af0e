using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Mcp;

/// <summary>
/// The parameters of a tool that clients send as headers of HTTP besides, for those who route a request without reading it:
/// its schema marks them with <c>x-mcp-header</c>. Since 2026-07-28 both have to say the same.
/// </summary>
internal sealed class HeaderParameters
{
    private const string Mark = "x-mcp-header";
    private const string Prefix = "Mcp-Param-";
    private const int MostDepth = 16;

    private readonly List<(string[] Path, string Header)> _marked = [];

    private HeaderParameters()
    {
    }

    /// <summary>Those of a schema; null where it marks none.</summary>
    public static HeaderParameters? Of(JsonElement schema)
    {
        var found = new HeaderParameters();
        found.Add(schema, []);
        return found._marked.Count == 0 ? null : found;
    }

    /// <summary>What is wrong between the arguments of a call and the headers of its request; null for nothing.</summary>
    /// <param name="arguments">The arguments, as they were sent; null for none.</param>
    /// <param name="header">Gives the value of a header; null where it is not there.</param>
    public string? Compare(JsonObject? arguments, Func<string, string?> header)
    {
        foreach (var (path, name) in _marked)
        {
            if (!Says(header(name), ValueAt(arguments, path)))
            {
                return $"The header {name} and the argument /{string.Join('/', path)} have to say the same; without the one there is not to be the other.";
            }
        }

        return null;
    }

    private void Add(JsonElement schema, string[] path)
    {
        if (path.Length == MostDepth || schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in properties.EnumerateObject().Where(static each => each.Value.ValueKind == JsonValueKind.Object))
        {
            string[] below = [.. path, property.Name];
            if (property.Value.TryGetProperty(Mark, out var mark) && mark.ValueKind == JsonValueKind.String && mark.GetString() is { Length: > 0 } name)
            {
                _marked.Add((below, Prefix + name));
            }

            Add(property.Value, below);
        }
    }

    private static JsonNode? ValueAt(JsonNode? arguments, string[] path)
    {
        var value = arguments;
        foreach (string name in path)
        {
            value = (value as JsonObject)?[name];
        }

        return value;
    }

    private static bool Says(string? header, JsonNode? value) => (header, value?.GetValueKind()) switch
    {
        (null, null or JsonValueKind.Null) => true,
        (null, _) or (_, null or JsonValueKind.Null) => false,
        (_, JsonValueKind.String) => value!.GetValue<string>() == header,
        (_, JsonValueKind.True) => header == "true",
        (_, JsonValueKind.False) => header == "false",
        (_, JsonValueKind.Number) => IsNumber(header, value!.ToJsonString()),

        // What cannot be said in a header is for the schema to refuse.
        _ => true,
    };

    /// <summary>Numbers have many ways to be written.</summary>
    private static bool IsNumber(string header, string number) => header == number
        || (decimal.TryParse(header, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal given)
            && decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal meant) && given == meant);
}
