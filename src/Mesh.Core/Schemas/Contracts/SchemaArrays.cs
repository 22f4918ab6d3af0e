using System.Text.Json;

namespace Mesh;

/// <summary>Items of two array schemas.</summary>
internal static class SchemaArrays
{
    public static void Check(SchemaContainment diff, ComparedSchema narrow, ComparedSchema wide, string path)
    {
        int first = Math.Max(Prefix(narrow).Length, Prefix(wide).Length);
        for (int i = 0; i < first; i++)
        {
            if (CanHave(narrow, i))
                diff.Check(Item(narrow, i), Item(wide, i), $"{path}/{i}");
        }
        if (CanHave(narrow, first))
            diff.Check(Item(narrow, first), Item(wide, first), $"{path}/*");
    }

    private static JsonElement[] Prefix(ComparedSchema node) =>
        node.Find("prefixItems") is { ValueKind: JsonValueKind.Array } items ? [.. items.EnumerateArray()] : [];

    private static ComparedSchema Item(ComparedSchema node, int index)
    {
        JsonElement[] prefix = Prefix(node);
        return index < prefix.Length
            ? node.Step($"prefixItems/{index}", prefix[index])
            : node.Step("items", node.Find("items") ?? JsonElement.Parse("true"));
    }

    private static bool CanHave(ComparedSchema node, int index) =>
        node.Find("maxItems") is not { ValueKind: JsonValueKind.Number } most
        || ExactNumber.Parse(most.GetRawText()).CompareTo(ExactNumber.Parse($"{index}")) > 0;
}
