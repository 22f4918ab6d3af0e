using System.Text.Json;

namespace Mesh;

/// <summary>Ends of number ranges.</summary>
internal static class SchemaLimits
{
    /// <summary>Whether a schema's own limits, inclusive or exclusive, imply one of another schema.</summary>
    public static bool IsWithin(ComparedSchema narrow, string keyword, JsonElement limit)
    {
        bool isLow = keyword.EndsWith("inimum", StringComparison.Ordinal);
        bool isExclusive = keyword.StartsWith("exclusive", StringComparison.Ordinal);
        if (SchemaSets.Values(narrow) is { } values)
            return values.All(v => v.ValueKind != JsonValueKind.Number || IsBeyond(v, limit, isLow, mayBeEqual: !isExclusive));
        return (narrow.Find(isLow ? "minimum" : "maximum") is { } inclusive && IsBeyond(inclusive, limit, isLow, mayBeEqual: !isExclusive))
            || (narrow.Find(isLow ? "exclusiveMinimum" : "exclusiveMaximum") is { } exclusive && IsBeyond(exclusive, limit, isLow, mayBeEqual: true));
    }

    private static bool IsBeyond(JsonElement value, JsonElement limit, bool isLow, bool mayBeEqual)
    {
        int order = ExactNumber.Parse(value.GetRawText()).CompareTo(ExactNumber.Parse(limit.GetRawText()));
        return order == 0 ? mayBeEqual : isLow ? order > 0 : order < 0;
    }
}
