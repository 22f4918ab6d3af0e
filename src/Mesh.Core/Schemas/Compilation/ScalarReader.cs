using System.Text.Json;

namespace Mesh;

/// <summary>Reads the keywords about strings and numbers.</summary>
internal struct ScalarReader(SchemaPlace place)
{
    public StringRule? Strings { get; private set; }

    public NumberRule? Numbers { get; private set; }

    public bool TryRead(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "minLength":
                StringRule shortest = Strings ??= new();
                shortest.MinLength = place.Count(keyword, value);
                shortest.MinLengthSite = place.Site(keyword, "must be at least " + SchemaPlace.Counted(shortest.MinLength, "character", "characters") + " long", Shown.Length);
                return true;
            case "maxLength":
                StringRule longest = Strings ??= new();
                longest.MaxLength = place.Count(keyword, value);
                longest.MaxLengthSite = place.Site(keyword, "must be at most " + SchemaPlace.Counted(longest.MaxLength, "character", "characters") + " long", Shown.Length);
                return true;
            case "pattern":
                string pattern = place.Text(keyword, value);
                StringRule matching = Strings ??= new();
                matching.Pattern = place.Pattern(keyword, pattern);
                matching.PatternSite = place.Site(keyword, "must match the pattern " + ViolationList.Shorten(pattern), Shown.Value);
                return true;
            case "minimum":
                AddBound(keyword, value, ">=", isMinimum: true, exclusive: false);
                return true;
            case "exclusiveMinimum":
                AddBound(keyword, value, ">", isMinimum: true, exclusive: true);
                return true;
            case "maximum":
                AddBound(keyword, value, "<=", isMinimum: false, exclusive: false);
                return true;
            case "exclusiveMaximum":
                AddBound(keyword, value, "<", isMinimum: false, exclusive: true);
                return true;
            case "multipleOf":
                ReadDivisor(keyword, value);
                return true;
            default:
                return false;
        }
    }

    public void ReadFormat(JsonElement value)
    {
        string name = place.Text("format", value);
        if (!place.Options.AssertFormats && !place.Dialect.AssertsFormats || StringFormats.Find(name) is not { } format)
            return;
        Strings ??= new();
        Strings.Format = format;
        Strings.FormatSite = place.Site("format", "must be a valid " + name, Shown.Value);
    }

    private void AddBound(string keyword, JsonElement value, string sign, bool isMinimum, bool exclusive)
    {
        byte[] text = place.Number(keyword, value);
        KeywordSite site = place.Site(keyword, string.Concat("must be ", sign, " ", SchemaPlace.Excerpt(text)), Shown.Value);
        (Numbers ??= new()).AddBound(new NumberBound(text, isMinimum, exclusive, site));
    }

    private void ReadDivisor(string keyword, JsonElement value)
    {
        byte[] text = place.Number(keyword, value);
        JsonNumber divisor = new(text);
        if (divisor.Negative || divisor.IsZero)
            throw place.Error(keyword, "must be greater than 0");
        if (divisor.Digits > JsonDivision.MaxDivisorDigits)
            throw place.Error(keyword, $"must not have more than {JsonDivision.MaxDivisorDigits} digits");
        (Numbers ??= new()).SetDivisor(text, place.Site(keyword, "must be a multiple of " + SchemaPlace.Excerpt(text), Shown.Value));
    }
}
