using System.Globalization;
using System.Text;

namespace Mesh;

/// <summary>Gathers the failures of one validation, up to a limit.</summary>
/// <param name="limit">How many are kept; at the limit the validation stops.</param>
/// <param name="includeValues">Whether messages may show what was found. Off where the reader must not see the instance.</param>
/// <param name="probes">Whether failures are only weighed, to find the closest of several alternatives: nothing is written then.</param>
internal sealed class ViolationList(int limit, bool includeValues, bool probes = false)
{
    private const int ShownCharacters = 60;

    public List<SchemaViolation> Items { get; } = [];

    /// <summary>Whether failed alternatives are looked into. Not while one is weighed already: that would multiply.</summary>
    public bool Explains => !probes;

    /// <summary>How many failures have been weighed, and what they weigh.</summary>
    public (int Count, int Weight) Probed { get; set; }

    /// <summary>The first failure that was weighed.</summary>
    public (KeywordSite? Site, int Token, string? Missing) First { get; private set; }

    /// <param name="evaluation">The validation.</param>
    /// <param name="site">The keyword that fails.</param>
    /// <param name="token">The value that fails it.</param>
    /// <param name="missing">The property of that value that is not there, when that is what fails.</param>
    /// <param name="more">What the message ends with; null for nothing.</param>
    /// <returns>Whether that was enough.</returns>
    public bool Add(in SchemaEvaluation evaluation, KeywordSite site, int token, string? missing, string? more = null)
    {
        if (evaluation.Aborted)
            return true;
        if (probes)
            return Weigh(site, token, missing);
        if (Items.Count >= limit)
            return true;
        Items.Add(Describe(evaluation, site, token, missing, more));
        return Items.Count >= limit;
    }

    /// <summary>A wrong type or a wrong constant mostly means that another alternative was intended.</summary>
    private bool Weigh(KeywordSite site, int token, string? missing)
    {
        if (Probed.Count == 0)
            First = (site, token, missing);
        Probed = (Probed.Count + 1, Probed.Weight + site.Keyword switch { "type" => 50, "const" => 20, _ => 1 });
        return Probed.Count >= limit;
    }

    public SchemaViolation Describe(in SchemaEvaluation evaluation, KeywordSite site, int token, string? missing, string? more = null)
    {
        string path = JsonPointers.Of(evaluation.Tape, token);
        if (missing is not null)
            path = string.Concat(path, "/", JsonPointers.Escape(missing));
        string message = includeValues && site.Shown != Shown.Nothing
            ? string.Concat(site.Expectation, " (got ", Show(evaluation, site.Shown, token), ")")
            : string.Concat(site.Expectation, more);
        return new SchemaViolation(path, site.Path, site.Keyword, message);
    }

    private static string Show(in SchemaEvaluation evaluation, Shown shown, int token)
    {
        ref readonly JsonToken value = ref evaluation.Tokens[token];
        return shown switch
        {
            Shown.Type => TypeName(value.Kind),
            Shown.Length => JsonText.CountCodePoints(evaluation.Text(value), value.Flags).ToString(CultureInfo.InvariantCulture),
            Shown.Count => value.Count.ToString(CultureInfo.InvariantCulture),
            _ => value.Kind == JsonKinds.String
                ? "\"" + Shorten(JsonPointers.Name(evaluation.Json[..Cut(evaluation.Json, value)], Short(evaluation.Json, value))) + "\""
                : Shorten(Encoding.UTF8.GetString(evaluation.Text(Short(evaluation.Json, value)))),
        };
    }

    /// <summary>A value's text, shortened.</summary>
    public static string Shorten(string text)
    {
        if (text.Length <= ShownCharacters)
            return text;
        int length = char.IsHighSurrogate(text[ShownCharacters - 1]) ? ShownCharacters - 1 : ShownCharacters;
        return string.Concat(text.AsSpan(0, length), "…");
    }

    public static string TypeName(JsonKinds kind) => kind switch
    {
        JsonKinds.Null => "null",
        JsonKinds.Boolean => "boolean",
        JsonKinds.String => "string",
        JsonKinds.Array => "array",
        JsonKinds.Object => "object",
        _ => "number",
    };

    /// <summary>A long value is cut before it is decoded: a message must not cost what the value costs.</summary>
    private static JsonToken Short(ReadOnlySpan<byte> json, JsonToken value)
    {
        value.End = Cut(json, value);
        return value;
    }

    private static int Cut(ReadOnlySpan<byte> json, in JsonToken value)
    {
        if (value.Length <= ShownCharacters * 12)
            return value.End;
        int end = value.Start + (ShownCharacters * 12);
        while (end > value.Start && (json[end] & 0xC0) == 0x80)
            end--;

        // An escape that would be cut in two is left out as a whole.
        int slash = json[value.Start..end].LastIndexOf((byte)'\\');
        return slash >= 0 && value.Start + slash > end - 12 ? value.Start + slash : end;
    }
}
