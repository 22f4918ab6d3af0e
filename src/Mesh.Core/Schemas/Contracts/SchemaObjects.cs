using System.Text.Json;

namespace Mesh;

/// <summary>Properties of two object schemas.</summary>
internal static class SchemaObjects
{
    public static void Check(SchemaContainment diff, ComparedSchema narrow, ComparedSchema wide, string path)
    {
        CheckRequired(diff, narrow, wide, path);
        Dictionary<string, JsonElement> own = Properties(narrow);
        Dictionary<string, JsonElement> others = Properties(wide);
        foreach ((string name, JsonElement schema) in own)
        {
            ComparedSchema property = narrow.Step("properties", name, schema);
            if (others.TryGetValue(name, out JsonElement other))
                diff.Check(property, wide.Step("properties", name, other), $"{path}/{name}");
            else
                CheckUndeclared(diff, property, wide, $"{path}/{name}", name);
        }
        foreach ((string name, JsonElement schema) in others.Where(o => !own.ContainsKey(o.Key)))
        {
            // What an output's author did not declare is not going to be written, open as the schema may be.
            if (!IsDeclared(diff, narrow) && Additional(narrow) is { } any)
                diff.Check(any, wide.Step("properties", name, schema), $"{path}/{name}");
        }
        CheckAdditional(diff, narrow, wide, path);
        if (wide.Find("propertyNames") is { } names)
            diff.Check(narrow.Step("propertyNames", narrow.Find("propertyNames") ?? JsonElement.Parse("{}")), wide.Step("propertyNames", names), path);
    }

    private static void CheckRequired(SchemaContainment diff, ComparedSchema narrow, ComparedSchema wide, string path)
    {
        HashSet<string> own = SchemaSets.Required(narrow);
        foreach (string name in SchemaSets.Required(wide).Where(n => !own.Contains(n)))
            diff.Report($"{path}/{name}", diff.OldIsWide ? "It is no longer always there." : "It is required now.");
    }

    private static void CheckUndeclared(SchemaContainment diff, ComparedSchema property, ComparedSchema wide, string path, string name)
    {
        if (property.AcceptsNothing)
            return;
        if (Additional(wide) is { } any)
            diff.Check(property, any, path);
        else
            diff.Report(path, diff.OldIsWide ? $"The property '{name}' is new." : $"The property '{name}' is gone.");
    }

    private static void CheckAdditional(SchemaContainment diff, ComparedSchema narrow, ComparedSchema wide, string path)
    {
        if (Additional(narrow) is not { } own)
            return;
        if (Additional(wide) is { } other)
            diff.Check(own, other, $"{path}/*");
        else
            diff.Report(path, diff.OldIsWide ? "Properties that it does not name are allowed now." : "Properties that it does not name are refused now.");
    }

    private static bool IsDeclared(SchemaContainment diff, ComparedSchema node) =>
        diff.Direction == SchemaDirection.Output && node.Find("properties") is not null && node.Find("additionalProperties") is null;

    private static Dictionary<string, JsonElement> Properties(ComparedSchema node) =>
        node.Find("properties") is { ValueKind: JsonValueKind.Object } map
            ? map.EnumerateObject().DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value)
            : [];

    /// <summary>The schema of properties without a name of their own; null when there may be none.</summary>
    private static ComparedSchema? Additional(ComparedSchema node) => node.Find("additionalProperties") switch
    {
        { ValueKind: JsonValueKind.False } => null,
        { } schema => node.Step("additionalProperties", schema),
        null => node.Step("additionalProperties", JsonElement.Parse("true")),
    };
}
