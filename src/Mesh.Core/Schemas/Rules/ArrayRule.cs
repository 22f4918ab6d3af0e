namespace Mesh;

/// <summary>All assertions about arrays.</summary>
internal sealed class ArrayRule
{
    public SchemaNode[] Prefix { get; set; } = [];

    public SchemaNode? Items { get; set; }

    /// <summary>Set when <see cref="Items"/> allows nothing.</summary>
    public KeywordSite? ItemsSite { get; set; }

    public int MinCount { get; set; }

    public int MaxCount { get; set; } = int.MaxValue;

    public KeywordSite? MinCountSite { get; set; }

    public KeywordSite? MaxCountSite { get; set; }

    public KeywordSite? UniqueSite { get; set; }

    public ContainsRule? Contains { get; set; }

    public bool Evaluate(ref SchemaEvaluation evaluation, in JsonToken value, int token, int frame)
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

        valid &= EvaluateItems(ref evaluation, value, token, frame);
        if (!valid && evaluation.FailFast)
            return false;
        if (UniqueSite is not null && !UniqueItems.Holds(ref evaluation, token))
        {
            valid = false;
            if (evaluation.Stop(UniqueSite, token))
                return false;
        }

        return (Contains is null || Contains.Evaluate(ref evaluation, value, token, frame)) && valid;
    }

    private bool EvaluateItems(ref SchemaEvaluation evaluation, in JsonToken value, int token, int frame)
    {
        if (Prefix.Length == 0 && Items is null)
            return true;
        bool valid = true;
        int item = token + 1;
        for (int ordinal = 0; item < value.Next; ordinal++, item = evaluation.Tokens[item].Next)
        {
            SchemaNode? node = ordinal < Prefix.Length ? Prefix[ordinal] : Items;
            if (node is null)
                break;
            if (frame >= 0)
                evaluation.Mark(frame, ordinal);
            if (node == Items && ItemsSite is not null)
            {
                valid = false;
                if (evaluation.Stop(ItemsSite, item))
                    return false;
            }
            else if (!node.Evaluate(ref evaluation, item, -1))
            {
                valid = false;
                if (evaluation.FailFast || evaluation.Aborted)
                    return false;
            }
        }

        return valid;
    }
}

/// <summary><c>contains</c>, <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class ContainsRule(SchemaNode node, long min, long max, KeywordSite tooFew, KeywordSite tooMany)
{
    public bool Evaluate(ref SchemaEvaluation evaluation, in JsonToken value, int token, int frame)
    {
        ViolationList? muted = evaluation.Mute();
        long matches = 0;
        int item = token + 1;
        for (int ordinal = 0; item < value.Next; ordinal++, item = evaluation.Tokens[item].Next)
        {
            if (!node.Evaluate(ref evaluation, item, -1))
                continue;
            matches++;
            if (frame >= 0)
                evaluation.Mark(frame, ordinal);
            else if (matches > max || matches >= min && max == long.MaxValue)
                break;
        }

        evaluation.Unmute(muted);
        if (matches >= min && matches <= max)
            return true;
        evaluation.Stop(matches < min ? tooFew : tooMany, token);
        return false;
    }
}

/// <summary><c>uniqueItems</c>: pairs for a few items, a hash table for more.</summary>
internal static class UniqueItems
{
    private const int PairwiseLimit = 6;

    public static bool Holds(ref SchemaEvaluation evaluation, int token)
    {
        int count = evaluation.Tokens[token].Count;
        if (count < 2)
            return true;
        return count <= PairwiseLimit ? HoldsByPairs(ref evaluation, token) : HoldsByHash(ref evaluation, token, count);
    }

    private static bool HoldsByPairs(ref SchemaEvaluation evaluation, int token)
    {
        int end = evaluation.Tokens[token].Next;
        JsonTape tape = evaluation.Tape;
        for (int item = token + 1; item < end; item = tape.Tokens[item].Next)
        {
            for (int other = tape.Tokens[item].Next; other < end; other = tape.Tokens[other].Next)
            {
                if (JsonEquality.AreEqual(tape, item, tape, other, ref evaluation.Work))
                    return false;
            }
        }

        return true;
    }

    private static bool HoldsByHash(ref SchemaEvaluation evaluation, int token, int count)
    {
        int end = evaluation.Tokens[token].Next;
        JsonTape tape = evaluation.Tape;
        Span<int> slots = evaluation.Scratch.Slots(count);
        int mask = slots.Length - 1;
        for (int item = token + 1; item < end; item = tape.Tokens[item].Next)
        {
            int slot = JsonEquality.Hash(tape, item, ref evaluation.Work) & mask;
            for (; slots[slot] != 0; slot = (slot + 1) & mask)
            {
                if (JsonEquality.AreEqual(tape, item, tape, slots[slot], ref evaluation.Work))
                    return false;
            }

            if (evaluation.Aborted)
                return false;
            slots[slot] = item;
        }

        return true;
    }
}
