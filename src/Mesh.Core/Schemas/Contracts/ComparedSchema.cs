using System.Text.Json;

namespace Mesh;

/// <summary>A place in a schema, with references followed.</summary>
/// <param name="Root">The whole schema.</param>
/// <param name="Value">The schema at the place.</param>
/// <param name="Pointer">Where that is, counted from the last reference that was followed, so that cycles repeat it.</param>
internal readonly record struct ComparedSchema(JsonElement Root, JsonElement Value, string Pointer)
{
    private const int MaxReferences = 32;

    /// <summary>Whether every value is accepted: <c>true</c>, or nothing but annotations.</summary>
    public bool AcceptsAll => Value.ValueKind == JsonValueKind.True
        || (Value.ValueKind == JsonValueKind.Object && Value.EnumerateObject().All(k => IsAnnotation(k.Name)));

    /// <summary>Whether it is an object or a boolean; an array, for one, is draft-07's way to write a tuple.</summary>
    public bool IsSchema => Value.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False;

    public bool AcceptsNothing => Value.ValueKind == JsonValueKind.False;

    /// <summary>Keywords that refuse nothing.</summary>
    public static bool IsAnnotation(string keyword) => keyword is
        "title" or "description" or "default" or "examples" or "readOnly" or "writeOnly" or "deprecated" or "$comment"
        or "$defs" or "definitions" or "$schema";

    public JsonElement? Find(string keyword) =>
        Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(keyword, out JsonElement found) ? found : null;

    public ComparedSchema Step(string keyword, JsonElement value) => new(Root, value, $"{Pointer}/{keyword}");

    public ComparedSchema Step(string keyword, string name, JsonElement value)
    {
        // Unescaped, a name with a slash could pass for another place.
        string escaped = name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return Step($"{keyword}/{escaped}", value);
    }

    /// <summary>The schema that a reference stands for; the place itself when there is none, null when it cannot be followed.</summary>
    public ComparedSchema? Resolve()
    {
        ComparedSchema node = this;
        for (int i = 0; i < MaxReferences; i++)
        {
            if (node.Find("$ref") is not { } reference)
                return node;
            // Beside a reference only annotations are understood.
            if (node.Value.EnumerateObject().Any(k => k.Name != "$ref" && !IsAnnotation(k.Name)))
                return null;
            if (Follow(Root, reference.GetString() ?? "") is not { } target)
                return null;
            node = target;
        }
        return null;
    }

    private static ComparedSchema? Follow(JsonElement root, string reference)
    {
        // An $id below the root would change what a reference counts from.
        if (!reference.StartsWith('#') || root.GetRawText().Contains("\"$id\"", StringComparison.Ordinal))
            return null;
        JsonElement value = root;
        foreach (string step in reference[1..].Split('/').Skip(1))
        {
            string name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
                return null;
        }
        return reference.Length > 1 && reference[1] != '/' ? null : new ComparedSchema(root, value, reference);
    }
}
