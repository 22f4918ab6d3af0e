using System.Text;

namespace Mesh;

/// <summary>Gathers the failures of one validation, up to a limit.</summary>
/// <param name="limit">How many are kept; at the limit the validation stops.</param>
/// <param name="includeValues">Whether messages may show what was found. Off where the reader must not see the instance.</param>
/// <param name="probes">Whether failures are only weighed, to find the closest of several alternatives: nothing is written then.</param>
internal sealed class ViolationList(int limit, bool includeValues, bool probes = false)
{
    private const int ShownCharacters = 60;

    /// <summary>What most paths and messages fit into.</summary>
    private const int BufferCharacters = 512;

    private List<SchemaViolation>? _items;

    public List<SchemaViolation> Items => _items ??= new(8);

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
    /// <returns>Whether that was enough.</returns>
    public bool Add(in SchemaEvaluation evaluation, KeywordSite site, int token, string? missing)
    {
        if (evaluation.Aborted)
            return true;
        if (probes)
            return Weigh(site, token, missing);
        if (Items.Count >= limit)
            return true;
        string message = site.Expectation;
        if (includeValues && site.Shown != Shown.Nothing)
        {
            TextBuffer text = new(evaluation.Scratch.Chars(BufferCharacters));
            AppendMessage(ref text, evaluation, site, token);
            message = text.ToString();
        }

        Items.Add(new SchemaViolation(Path(evaluation, token, missing), site.Path, site.Keyword, message));
        return Items.Count >= limit;
    }

    /// <summary>The failure of alternatives of which none fits, with the first failure of the one that came closest.</summary>
    /// <param name="evaluation">The validation.</param>
    /// <param name="site">The keyword that holds the alternatives.</param>
    /// <param name="token">The value that fails it.</param>
    /// <param name="number">Which alternative is the closest, counted from 1.</param>
    /// <param name="reason">Why that one fails.</param>
    public void AddClosest(in SchemaEvaluation evaluation, KeywordSite site, int token, int number, (KeywordSite? Site, int Token, string? Missing) reason)
    {
        if (evaluation.Aborted || Items.Count >= limit)
            return;
        TextBuffer text = new(evaluation.Scratch.Chars(BufferCharacters));
        text.Append(site.Expectation);
        text.Append("; the closest is number ");
        text.Append(number);
        text.Append(": ");
        if (reason.Token == 0 && reason.Missing is null)
            text.Append("The value");
        else
            AppendPath(ref text, evaluation, reason.Token, reason.Missing);
        text.Append(' ');
        AppendMessage(ref text, evaluation, reason.Site!, reason.Token);
        string message = text.ToString();
        Items.Add(new SchemaViolation(Path(evaluation, token, null), site.Path, site.Keyword, message));
    }

    /// <summary>A wrong type or a wrong constant mostly means that another alternative was intended.</summary>
    private bool Weigh(KeywordSite site, int token, string? missing)
    {
        if (Probed.Count == 0)
            First = (site, token, missing);
        Probed = (Probed.Count + 1, Probed.Weight + site.Keyword switch { "type" => 50, "const" => 20, _ => 1 });
        return Probed.Count >= limit;
    }

    private static string Path(in SchemaEvaluation evaluation, int token, string? missing)
    {
        if (token == 0 && missing is null)
            return "";
        TextBuffer path = new(evaluation.Scratch.Chars(BufferCharacters));
        AppendPath(ref path, evaluation, token, missing);
        return path.ToString();
    }

    private static void AppendPath(ref TextBuffer path, in SchemaEvaluation evaluation, int token, string? missing)
    {
        JsonPointers.AppendTo(ref path, evaluation.Tape, token);
        if (missing is null)
            return;
        path.Append('/');
        path.Append(JsonPointers.Escape(missing));
    }

    private void AppendMessage(ref TextBuffer text, in SchemaEvaluation evaluation, KeywordSite site, int token)
    {
        text.Append(site.Expectation);
        if (!includeValues || site.Shown == Shown.Nothing)
            return;
        text.Append(" (got ");
        AppendShown(ref text, evaluation, site.Shown, token);
        text.Append(')');
    }

    private static void AppendShown(ref TextBuffer text, in SchemaEvaluation evaluation, Shown shown, int token)
    {
        ref readonly JsonToken value = ref evaluation.Tokens[token];
        switch (shown)
        {
            case Shown.Type:
                text.Append(TypeName(value.Kind));
                break;
            case Shown.Length:
                text.Append(JsonText.CountCodePoints(evaluation.Text(value), value.Flags));
                break;
            case Shown.Count:
                text.Append(value.Count);
                break;
            case Shown.Value when value.Kind == JsonKinds.String:
                text.Append('"');
                AppendValue(ref text, evaluation, value);
                text.Append('"');
                break;
            case Shown.Value:
                AppendValue(ref text, evaluation, value);
                break;
        }
    }

    private static void AppendValue(ref TextBuffer text, in SchemaEvaluation evaluation, in JsonToken value)
    {
        if (value.Length <= ShownCharacters)
            text.AppendText(evaluation.Text(value), value.Flags);
        else if (value.Kind == JsonKinds.String)
            text.Append(Shorten(JsonPointers.Name(evaluation.Json, Short(evaluation.Json, value))));
        else
            text.Append(Shorten(Encoding.UTF8.GetString(evaluation.Text(Short(evaluation.Json, value)))));
    }

    /// <summary>A value's text, shortened.</summary>
    public static string Shorten(string text) => ShownText.Cut(text, ShownCharacters);

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
        int end = value.Start + Utf8Text.LengthWithin(json[value.Start..], ShownCharacters * 12);

        // An escape that would be cut in two is left out as a whole.
        int slash = json[value.Start..end].LastIndexOf((byte)'\\');
        return slash >= 0 && value.Start + slash > end - 12 ? value.Start + slash : end;
    }
}
