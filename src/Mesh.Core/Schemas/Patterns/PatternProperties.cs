using System.Globalization;

namespace Mesh;

/// <summary>The Unicode properties that the base class library can answer: the general categories by both their names.</summary>
internal static class PatternProperties
{
    private static readonly Dictionary<string, string> LongNames = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Cased_Letter"] = "LC",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Nonspacing_Mark"] = "Mn",
        ["Spacing_Mark"] = "Mc",
        ["Enclosing_Mark"] = "Me",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Other_Number"] = "No",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Connector_Punctuation"] = "Pc",
        ["Dash_Punctuation"] = "Pd",
        ["Open_Punctuation"] = "Ps",
        ["Close_Punctuation"] = "Pe",
        ["Initial_Punctuation"] = "Pi",
        ["Final_Punctuation"] = "Pf",
        ["Other_Punctuation"] = "Po",
        ["Symbol"] = "S",
        ["Math_Symbol"] = "Sm",
        ["Currency_Symbol"] = "Sc",
        ["Modifier_Symbol"] = "Sk",
        ["Other_Symbol"] = "So",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Line_Separator"] = "Zl",
        ["Paragraph_Separator"] = "Zp",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["cntrl"] = "Cc",
        ["Format"] = "Cf",
        ["Private_Use"] = "Co",
        ["Unassigned"] = "Cn",
    };

    /// <summary>The two-letter names in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] ShortNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc",
        "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <returns>Null when the property is not known.</returns>
    public static CodePointSet? Find(string name)
    {
        foreach (string prefix in (ReadOnlySpan<string>)["General_Category=", "gc="])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return FindCategory(name[prefix.Length..]);
        }

        return name switch
        {
            "Any" => CodePointSet.Any,
            "ASCII" => CodePointSet.Of((0, 127)),
            _ => FindCategory(name),
        };
    }

    private static CodePointSet? FindCategory(string name)
    {
        name = LongNames.GetValueOrDefault(name, name);
        CodePointSet? set = null;
        for (int i = 0; i < ShortNames.Length; i++)
        {
            bool included = ShortNames[i] == name || name.Length == 1 && ShortNames[i][0] == name[0]
                || (name == "LC" && ShortNames[i] is "Lu" or "Ll" or "Lt");
            if (!included)
                continue;
            CodePointSet category = CodePointSet.OfCategory((UnicodeCategory)i);
            set = set is null ? category : set.Union(category);
        }

        return set;
    }
}
