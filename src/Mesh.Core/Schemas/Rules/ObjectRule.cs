namespace Mesh;

/// <summary>A schema for the properties whose names match a pattern.</summary>
internal sealed record PatternProperty(SchemaPattern Pattern, SchemaNode Node);

/// <summary>
/// All assertions about objects in one walk over the properties: which names are present is a set of bits, so that
/// <c>required</c> and <c>dependent…</c> are a mask at the end.
/// </summary>
internal sealed class ObjectRule
{
    public PropertyTable Table { get; set; } = new([]);

    public PatternProperty[] Patterns { get; set; } = [];

    public SchemaNode? Additional { get; set; }

    /// <summary>Set when <see cref="Additional"/> allows nothing.</summary>
    public KeywordSite? AdditionalSite { get; set; }

    public SchemaNode? Names { get; set; }

    public int MinCount { get; set; }

    public int MaxCount { get; set; } = int.MaxValue;

    public KeywordSite? MinCountSite { get; set; }

    public KeywordSite? MaxCountSite { get; set; }

    public ulong RequiredBits { get; set; }

    public KeywordSite? RequiredSite { get; set; }

    /// <summary>Required names beyond the 64 that have a bit; looked up one by one.</summary>
    public PropertyEntry[] RequiredWithoutBit { get; set; } = [];

    public Dependency[] Dependencies { get; set; } = [];

    /// <summary>Whether nested values may be looked into. Where they are not, ruling an object out first saves nothing.</summary>
    public bool MayDescend { get; set; }

    public bool Evaluate(ref SchemaEvaluation evaluation, in JsonToken value, int token, int frame)
    {
        bool valid = true;
        ulong seen = 0;
        int guess = 0;
        int name = token + 1;
        for (int ordinal = 0; name < value.Next; ordinal++)
        {
            PropertyEntry? entry = Find(ref evaluation, evaluation.Tokens[name], ref guess);
            if (entry is not null)
            {
                seen |= entry.Bit;
                if (entry.Node is not null && !entry.Node.Evaluate(ref evaluation, name + 1, -1))
                {
                    if (evaluation.FailFast)
                        return false;
                    valid = false;
                }
            }

            if (entry is not { IsPlain: true }
                && !EvaluateUnusual(ref evaluation, entry, name, frame, ordinal))
            {
                if (evaluation.FailFast)
                    return false;
                valid = false;
            }
            else if (frame >= 0 && entry is { Covered: true })
            {
                evaluation.Mark(frame, ordinal);
            }

            name = evaluation.Tokens[name + 1].Next;
        }

        if ((RequiredBits & ~seen) != 0)
        {
            valid = false;
            if (evaluation.FailFast || ReportMissing(ref evaluation, token, seen))
                return false;
        }

        return ((MinCountSite is null && MaxCountSite is null && RequiredWithoutBit.Length == 0 && Dependencies.Length == 0)
            || EvaluateRest(ref evaluation, value, token, frame, seen)) && valid;
    }

    /// <summary>Whether a required property is missing, or the schema of one with a scalar fails. Collects nothing.</summary>
    public bool IsRuledOut(ref SchemaEvaluation evaluation, int token)
    {
        int end = evaluation.Tokens[token].Next;
        ulong seen = 0;
        int guess = 0;
        for (int name = token + 1; name < end; name = evaluation.Tokens[name + 1].Next)
        {
            if (--evaluation.Work < 0)
                return false;
            if (Find(ref evaluation, evaluation.Tokens[name], ref guess) is not { } entry)
                continue;
            seen |= entry.Bit;
            bool isScalar = (evaluation.Tokens[name + 1].Kind & (JsonKinds.Object | JsonKinds.Array)) == 0;
            if (isScalar && entry.Node is not null && !entry.Node.Evaluate(ref evaluation, name + 1, -1))
                return true;
        }

        return (RequiredBits & ~seen) != 0;
    }

    private PropertyEntry? Find(ref SchemaEvaluation evaluation, in JsonToken name, ref int guess)
    {
        if ((name.Flags & JsonStringFlags.Escaped) == 0)
            return Table.Find(evaluation.Json, name.Start, name.Length, ref guess);
        byte[] plain = evaluation.Scratch.Bytes(name.Length);
        int length = JsonText.Unescape(evaluation.Text(name), plain);
        return Table.Find(plain.AsSpan(0, length), 0, length, ref guess);
    }

    /// <summary>What few properties need: <c>propertyNames</c>, patterns, <c>additionalProperties</c>.</summary>
    private bool EvaluateUnusual(ref SchemaEvaluation evaluation, PropertyEntry? entry, int name, int frame, int ordinal)
    {
        bool valid = Names is null || Names.Evaluate(ref evaluation, name, -1);
        if (!valid && evaluation.FailFast)
            return false;
        bool covered = entry is { Covered: true };
        if (entry is not null)
        {
            foreach (SchemaNode node in entry.PatternNodes)
            {
                if (!node.Evaluate(ref evaluation, name + 1, -1))
                    valid = false;
            }
        }
        else
        {
            foreach (PatternProperty pattern in Patterns)
            {
                if (!pattern.Pattern.IsMatch(ref evaluation, evaluation.Tokens[name]))
                    continue;
                covered = true;
                if (!pattern.Node.Evaluate(ref evaluation, name + 1, -1))
                    valid = false;
            }
        }

        if (!covered && AdditionalSite is not null)
        {
            evaluation.Stop(AdditionalSite, name + 1);
            return false;
        }

        if (!covered && Additional is not null)
        {
            covered = true;
            valid &= Additional.Evaluate(ref evaluation, name + 1, -1);
        }

        if (covered && frame >= 0)
            evaluation.Mark(frame, ordinal);
        return valid;
    }

    private bool ReportMissing(ref SchemaEvaluation evaluation, int token, ulong seen)
    {
        foreach (PropertyEntry entry in Table.Entries)
        {
            if ((entry.Bit & RequiredBits & ~seen) != 0 && evaluation.StopMissing(RequiredSite!, token, entry.Text))
                return true;
        }

        return false;
    }

    private bool EvaluateRest(ref SchemaEvaluation evaluation, in JsonToken value, int token, int frame, ulong seen)
    {
        bool valid = true;
        if (value.Count < MinCount)
        {
            valid = false;
            if (evaluation.Stop(MinCountSite!, token))
                return false;
        }

        if (value.Count > MaxCount)
        {
            valid = false;
            if (evaluation.Stop(MaxCountSite!, token))
                return false;
        }

        foreach (PropertyEntry entry in RequiredWithoutBit)
        {
            if (IsPresent(ref evaluation, entry, token, seen))
                continue;
            valid = false;
            if (evaluation.StopMissing(RequiredSite!, token, entry.Text))
                return false;
        }

        foreach (Dependency dependency in Dependencies)
        {
            if (!IsPresent(ref evaluation, dependency.Trigger, token, seen))
                continue;
            valid &= dependency.Node is null || dependency.Node.Evaluate(ref evaluation, token, frame);
            for (int i = 0; i < dependency.Needed.Length && (valid || !evaluation.FailFast); i++)
            {
                if (IsPresent(ref evaluation, dependency.Needed[i], token, seen))
                    continue;
                valid = false;
                evaluation.Stop(dependency.Sites[i], token);
            }

            if (!valid && evaluation.FailFast)
                return false;
        }

        return valid;
    }

    private static bool IsPresent(ref SchemaEvaluation evaluation, PropertyEntry entry, int token, ulong seen)
    {
        if (entry.Bit != 0)
            return (seen & entry.Bit) != 0;
        for (int name = token + 1; name < evaluation.Tokens[token].Next; name = evaluation.Tokens[name + 1].Next)
        {
            evaluation.Work--;
            ref readonly JsonToken candidate = ref evaluation.Tokens[name];
            JsonToken wanted = new() { Start = 0, End = entry.Name.Length };
            if (JsonNames.AreEqual(evaluation.Json, candidate, entry.Name, wanted))
                return true;
        }

        return false;
    }
}

/// <summary>What the presence of one property demands: a schema for the object, or other properties.</summary>
internal sealed record Dependency(PropertyEntry Trigger, SchemaNode? Node, PropertyEntry[] Needed, KeywordSite[] Sites);
