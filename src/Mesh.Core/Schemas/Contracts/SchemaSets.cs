using System.Text.Json;

namespace Mesh;

/// <summary>What a schema says about the kinds of its values.</summary>
internal static class SchemaSets
{
    private static readonly string[] All = ["null", "boolean", "object", "array", "number", "string", "integer"];

    /// <summary>The types of the values: those named, those of the values listed, or all.</summary>
    public static HashSet<string> Types(ComparedSchema node)
    {
        if (node.Find("type") is { } type)
            return type.ValueKind == JsonValueKind.Array
                ? [.. type.EnumerateArray().Select(t => t.GetString() ?? "")]
                : [type.GetString() ?? ""];
        return Values(node) is { } values ? [.. values.Select(TypeOf)] : [.. All];
    }

    /// <summary>The only values, if the schema lists them.</summary>
    public static IReadOnlyList<JsonElement>? Values(ComparedSchema node) =>
        (node.Find("const"), node.Find("enum")) switch
        {
            (null, { ValueKind: JsonValueKind.Array } list) => [.. list.EnumerateArray()],
            ({ } only, { ValueKind: JsonValueKind.Array } list) => [.. list.EnumerateArray().Where(v => AreEqual(v, only))],
            ({ } only, _) => [only],
            _ => null,
        };

    /// <summary>Whether a type is among others; every integer is a number.</summary>
    public static bool Includes(HashSet<string> types, string type) =>
        types.Contains(type) || (type == "integer" && types.Contains("number"));

    /// <summary>Equal as JSON, apart from annotations for people.</summary>
    public static bool AreEqual(JsonElement left, JsonElement right) =>
        CanonicalJson.WriteSchema(left).AsSpan().SequenceEqual(CanonicalJson.WriteSchema(right));

    /// <summary>Equal, and not by references that may lead to different places in their two schemas.</summary>
    public static bool AreEqualWithoutReferences(JsonElement left, JsonElement right) =>
        AreEqual(left, right) && !left.GetRawText().Contains("\"$ref\"", StringComparison.Ordinal)
        && !left.GetRawText().Contains("\"$dynamicRef\"", StringComparison.Ordinal);

    /// <summary>
    /// Whether no value can satisfy both: their types differ, or a property that both demand has different constants.
    /// False when that is not certain.
    /// </summary>
    public static bool AreDisjoint(ComparedSchema left, ComparedSchema right)
    {
        if (left.Resolve() is not { } a || right.Resolve() is not { } b)
            return false;
        HashSet<string> types = Types(b);
        if (Types(a).All(t => !Includes(types, t) && !(t == "number" && types.Contains("integer"))))
            return true;
        if (Values(a) is { } one && Values(b) is { } other)
            return !one.Any(v => other.Any(o => AreEqual(v, o)));
        HashSet<string> onlyObject = ["object"];
        return Types(a).SetEquals(onlyObject) && types.SetEquals(onlyObject) && (HasClash(a, b) || HasClash(b, a));
    }

    /// <summary>The names that a schema demands.</summary>
    public static HashSet<string> Required(ComparedSchema node) =>
        node.Find("required") is { ValueKind: JsonValueKind.Array } names
            ? [.. names.EnumerateArray().Select(n => n.GetString() ?? "")]
            : [];

    private static bool HasClash(ComparedSchema a, ComparedSchema b)
    {
        if (a.Find("properties") is not { } properties)
            return false;
        HashSet<string> required = Required(a);
        return properties.EnumerateObject().Any(p => required.Contains(p.Name) && Clashes(a.Step("properties", p.Name, p.Value), p.Name, b));
    }

    // The property is there by a's demand; b then refuses it or gives it other values.
    private static bool Clashes(ComparedSchema property, string name, ComparedSchema b)
    {
        if (b.Find("properties") is { } others && others.TryGetProperty(name, out JsonElement other))
            return other.ValueKind == JsonValueKind.False
                || (Values(property) is { } one && Values(b.Step("properties", name, other)) is { } two && !one.Any(v => two.Any(o => AreEqual(v, o))));
        return b.Find("additionalProperties") is { ValueKind: JsonValueKind.False } && b.Find("patternProperties") is null;
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => ExactNumber.Parse(value.GetRawText()).Exponent >= 0 ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
