namespace Mesh;

/// <summary>The assertions about strings.</summary>
internal sealed class StringRule
{
    public int MinLength { get; set; }

    public int MaxLength { get; set; } = int.MaxValue;

    public KeywordSite? MinLengthSite { get; set; }

    public KeywordSite? MaxLengthSite { get; set; }

    public SchemaPattern? Pattern { get; set; }

    public KeywordSite? PatternSite { get; set; }

    public StringFormat? Format { get; set; }

    public KeywordSite? FormatSite { get; set; }

    public bool Evaluate(ref SchemaEvaluation evaluation, in JsonToken value, int token)
    {
        bool valid = true;
        evaluation.Work -= value.Length >> 6;
        if (MinLengthSite is not null || MaxLengthSite is not null)
        {
            int length = value.Flags == JsonStringFlags.None
                ? value.Length
                : JsonText.CountCodePoints(evaluation.Text(value), value.Flags);
            if (length < MinLength)
            {
                valid = false;
                if (evaluation.Stop(MinLengthSite!, token))
                    return false;
            }

            if (length > MaxLength)
            {
                valid = false;
                if (evaluation.Stop(MaxLengthSite!, token))
                    return false;
            }
        }

        if (Pattern is not null && !Pattern.IsMatch(ref evaluation, value))
        {
            valid = false;
            if (evaluation.Stop(PatternSite!, token))
                return false;
        }

        if (Format is not null)
            evaluation.Work -= value.Length;
        if (Format is not null && !Format(SchemaPattern.ToChars(ref evaluation, value)))
        {
            valid = false;
            evaluation.Stop(FormatSite!, token);
        }

        return valid;
    }
}
