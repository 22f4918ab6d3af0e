using System.Text.Json;

namespace Mesh;

/// <summary>The <c>type</c> keyword, and the sentences about types and choices.</summary>
internal static class SchemaTypes
{
    private const int ShownChoices = 12;

    public static JsonKinds Read(SchemaPlace place, JsonElement value, out string expectation)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            JsonKinds kind = Of(place, value, out expectation);
            expectation = "must be " + expectation;
            return kind;
        }

        JsonKinds kinds = JsonKinds.None;
        List<string> names = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            kinds |= Of(place, item, out string name);
            if (names.Contains(name))
                throw place.Error("type", "names a type twice");
            names.Add(name);
        }

        if (names.Count == 0)
            throw place.Error("type", "must name a type");
        expectation = "must be " + (names.Count == 1 ? names[0] : string.Join(", ", names.Take(names.Count - 1)) + " or " + names[^1]);
        return kinds;
    }

    public static string Choices(JsonConstant[] allowed)
    {
        if (allowed.Length == 0)
            return "must be one of no values";
        string shown = string.Join(", ", allowed.Take(ShownChoices).Select(constant => SchemaPlace.Excerpt(constant.Text)));
        return (allowed.Length == 1 ? "must be " : "must be one of ") + shown + (allowed.Length > ShownChoices ? ", …" : "");
    }

    private static JsonKinds Of(SchemaPlace place, JsonElement value, out string name)
    {
        (JsonKinds kind, name) = (value.ValueKind == JsonValueKind.String ? value.GetString() : null) switch
        {
            "null" => (JsonKinds.Null, "null"),
            "boolean" => (JsonKinds.Boolean, "a boolean"),
            "integer" => (JsonKinds.Integer, "an integer"),
            "number" => (JsonKinds.AnyNumber, "a number"),
            "string" => (JsonKinds.String, "a string"),
            "array" => (JsonKinds.Array, "an array"),
            "object" => (JsonKinds.Object, "an object"),
            _ => throw place.Error("type", "must be one of null, boolean, integer, number, string, array, object, or a list of them"),
        };
        return kind;
    }
}
