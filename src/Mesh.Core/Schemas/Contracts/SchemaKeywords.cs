using System.Text.Json;

namespace Mesh;

/// <summary>Whether each keyword of the wide schema is implied by the narrow one.</summary>
internal static class SchemaKeywords
{
    public static void Check(SchemaContainment diff, ComparedSchema narrow, ComparedSchema wide, string path)
    {
        if (FindEntangled(narrow, wide) is { } entangled)
        {
            diff.Report(path, entangled, narrow.Find(entangled), wide.Find(entangled));
            return;
        }
        // Every branch of the narrow side must fit; what stands beside the branches only narrows them further.
        if (Branches(narrow) is { } branches)
        {
            foreach (ComparedSchema branch in branches)
                diff.Check(branch, wide, path);
            return;
        }
        HashSet<string> types = SchemaSets.Types(narrow);
        if (!CheckTypes(diff, types, wide, path))
            return;
        if (SchemaSets.Values(wide) is { } wideValues)
            CheckValues(diff, narrow, wideValues, path);
        foreach (JsonProperty keyword in wide.Value.EnumerateObject())
        {
            if (!ComparedSchema.IsAnnotation(keyword.Name) && Applies(keyword.Name, types))
                CheckKeyword(diff, narrow, wide, keyword.Name, path);
        }
        if (SchemaSets.Includes(types, "object"))
            SchemaObjects.Check(diff, narrow, wide, path);
        if (SchemaSets.Includes(types, "array"))
            SchemaArrays.Check(diff, narrow, wide, path);
    }

    private static bool CheckTypes(SchemaContainment diff, HashSet<string> types, ComparedSchema wide, string path)
    {
        HashSet<string> wideTypes = SchemaSets.Types(wide);
        string[] missing = [.. types.Where(t => !SchemaSets.Includes(wideTypes, t)).Order(StringComparer.Ordinal)];
        if (missing.Length == 0)
            return true;
        string names = string.Join(", ", missing);
        diff.Report(path, diff.OldIsWide ? $"It may now be of type {names}." : $"It may no longer be of type {names}.");
        return missing.Length < types.Count;
    }

    private static void CheckValues(SchemaContainment diff, ComparedSchema narrow, IReadOnlyList<JsonElement> wide, string path)
    {
        if (SchemaSets.Values(narrow) is not { } values)
        {
            diff.Report(path, diff.OldIsWide ? "It may now have other values than those that were listed." : "Only listed values are allowed now.");
            return;
        }
        foreach (JsonElement value in values.Where(v => !wide.Any(w => SchemaSets.AreEqual(v, w))))
            diff.Report(path, diff.OldIsWide ? $"The value {value.GetRawText()} is new." : $"The value {value.GetRawText()} is gone.");
    }

    private static void CheckKeyword(SchemaContainment diff, ComparedSchema narrow, ComparedSchema wide, string keyword, string path)
    {
        JsonElement wideValue = wide.Find(keyword)!.Value;
        JsonElement? narrowValue = narrow.Find(keyword);
        switch (keyword)
        {
            case "type" or "enum" or "const":
            case "properties" or "required" or "additionalProperties" or "propertyNames":
            case "items" or "prefixItems":
                return;
            case "minimum" or "exclusiveMinimum" or "maximum" or "exclusiveMaximum":
                if (!SchemaLimits.IsWithin(narrow, keyword, wideValue))
                    diff.Report(path, keyword, narrowValue, wideValue);
                return;
            case "minLength" or "minItems" or "minProperties":
                if (Compare(wideValue, "0") > 0 && (narrowValue is not { } least || Compare(least, wideValue.GetRawText()) < 0))
                    diff.Report(path, keyword, narrowValue, wideValue);
                return;
            case "maxLength" or "maxItems" or "maxProperties":
                if (narrowValue is not { } most || Compare(most, wideValue.GetRawText()) > 0)
                    diff.Report(path, keyword, narrowValue, wideValue);
                return;
            case "anyOf" or "oneOf":
                CheckBranch(diff, narrow, wide, keyword, path);
                return;
            default:
                if (narrowValue is not { } same || !SchemaSets.AreEqualWithoutReferences(same, wideValue))
                    diff.Report(path, keyword, narrowValue, wideValue);
                return;
        }
    }

    private static void CheckBranch(SchemaContainment diff, ComparedSchema narrow, ComparedSchema wide, string keyword, string path)
    {
        ComparedSchema[] branches = [.. wide.Find(keyword)!.Value.EnumerateArray().Select((b, i) => wide.Step($"{keyword}/{i}", b))];
        int found = Array.FindIndex(branches, b => diff.Covers(narrow, b));
        if (found < 0)
        {
            // With one branch that could be meant, its own differences say more.
            ComparedSchema[] candidates = [.. branches.Where(b => !SchemaSets.AreDisjoint(narrow, b))];
            if (candidates.Length == 1)
                diff.Check(narrow, candidates[0], path);
            else
                diff.Report(path, diff.OldIsWide ? $"A case is new under '{keyword}'." : $"A case is gone under '{keyword}'.");
        }
        else if (keyword == "oneOf" && branches.Where((b, i) => i != found && !SchemaSets.AreDisjoint(narrow, b)).Any())
        {
            diff.Report(path, "More than one case of 'oneOf' may match.");
        }
    }

    private static bool Applies(string keyword, HashSet<string> types) => keyword switch
    {
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" => SchemaSets.Includes(types, "integer"),
        "minLength" or "maxLength" or "pattern" or "format" or "contentEncoding" or "contentMediaType" => types.Contains("string"),
        "minItems" or "maxItems" or "uniqueItems" => types.Contains("array"),
        "minProperties" or "maxProperties" => types.Contains("object"),
        _ => true,
    };

    private static IEnumerable<ComparedSchema>? Branches(ComparedSchema node)
    {
        foreach (string keyword in new[] { "oneOf", "anyOf" })
        {
            if (node.Find(keyword) is { ValueKind: JsonValueKind.Array } list)
                return list.EnumerateArray().Select((b, i) => node.Step($"{keyword}/{i}", b));
        }
        return null;
    }

    // Keywords whose meaning depends on those beside them: where the whole is not equal, the parts say nothing.
    private static string? FindEntangled(ComparedSchema narrow, ComparedSchema wide)
    {
        string[] onNarrow = ["patternProperties"];
        string[] onWide = ["patternProperties", "unevaluatedProperties", "unevaluatedItems", "contains", "if", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor"];
        return onNarrow.FirstOrDefault(k => narrow.Find(k) is not null) ?? onWide.FirstOrDefault(k => wide.Find(k) is not null);
    }

    private static int Compare(JsonElement left, string right) =>
        ExactNumber.Parse(left.GetRawText()).CompareTo(ExactNumber.Parse(right));
}
