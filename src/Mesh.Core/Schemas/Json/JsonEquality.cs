namespace Mesh;

/// <summary>Equality of JSON values as JSON Schema defines it: numbers by value, objects without order, strings by what they say.</summary>
internal static class JsonEquality
{
    /// <param name="left">The tape of the first value.</param>
    /// <param name="i">Its token.</param>
    /// <param name="right">The tape of the second value.</param>
    /// <param name="j">Its token.</param>
    /// <param name="work">What comparing may still cost; below zero the answer is false and means nothing.</param>
    public static bool AreEqual(in JsonTape left, int i, in JsonTape right, int j, ref long work)
    {
        ref readonly JsonToken a = ref left.Tokens[i];
        ref readonly JsonToken b = ref right.Tokens[j];
        work -= 1 + (a.Length >> 6);
        if (work < 0)
            return false;
        if ((a.Kind & JsonKinds.AnyNumber) != 0)
            return (b.Kind & JsonKinds.AnyNumber) != 0 && NumbersAreEqual(left.Text(i), right.Text(j), ref work);
        if (a.Kind != b.Kind)
            return false;
        return a.Kind switch
        {
            JsonKinds.String => JsonNames.AreEqual(left.Json, a, right.Json, b),
            JsonKinds.Boolean => left.Json[a.Start] == right.Json[b.Start],
            JsonKinds.Array => a.Count == b.Count && ArraysAreEqual(left, i, right, j, ref work),
            JsonKinds.Object => a.Count == b.Count && ObjectsAreEqual(left, i, right, j, ref work),
            _ => true,
        };
    }

    private static bool NumbersAreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, ref long work)
    {
        if (left.SequenceEqual(right))
            return true;
        work -= (left.Length + right.Length) >> 4;
        return work >= 0 && new JsonNumber(left).CompareTo(new JsonNumber(right)) == 0;
    }

    private static bool ArraysAreEqual(in JsonTape left, int i, in JsonTape right, int j, ref long work)
    {
        int end = left.Tokens[i].Next;
        for (i++, j++; i < end; i = left.Tokens[i].Next, j = right.Tokens[j].Next)
        {
            if (!AreEqual(left, i, right, j, ref work))
                return false;
        }

        return true;
    }

    private static bool ObjectsAreEqual(in JsonTape left, int i, in JsonTape right, int j, ref long work)
    {
        int end = left.Tokens[i].Next, rightEnd = right.Tokens[j].Next;
        int guess = j + 1;
        for (i++; i < end; i = left.Tokens[i + 1].Next)
        {
            // Equal objects mostly have their properties in the same order: look first behind the last match.
            int found = Find(left.Json, left.Tokens[i], right, guess, rightEnd, ref work);
            if (found < 0)
                found = Find(left.Json, left.Tokens[i], right, j + 1, guess, ref work);
            if (found < 0 || !AreEqual(left, i + 1, right, found + 1, ref work))
                return false;
            guess = right.Tokens[found + 1].Next;
        }

        return true;
    }

    private static int Find(ReadOnlySpan<byte> json, in JsonToken name, in JsonTape right, int from, int to, ref long work)
    {
        for (int at = from; at < to && work >= 0; at = right.Tokens[at + 1].Next, work--)
        {
            if (JsonNames.AreEqual(json, name, right.Json, right.Tokens[at]))
                return at;
        }

        return -1;
    }

    /// <summary>Equal for equal values. An object's parts are added up, because its order means nothing.</summary>
    public static int Hash(in JsonTape tape, int i, ref long work)
    {
        ref readonly JsonToken token = ref tape.Tokens[i];
        if (--work < 0)
            return 0;
        switch (token.Kind)
        {
            case JsonKinds.Integer or JsonKinds.Number:
                work -= token.Length >> 4;
                return new JsonNumber(tape.Text(i)).GetHashCode();
            case JsonKinds.String:
                work -= token.Length >> 4;
                return JsonNames.Hash(tape.Json, token);
            case JsonKinds.Boolean:
                return tape.Json[token.Start];
            case JsonKinds.Array:
                HashCode items = default;
                for (int child = i + 1; child < token.Next; child = tape.Tokens[child].Next)
                    items.Add(Hash(tape, child, ref work));
                return items.ToHashCode();
            case JsonKinds.Object:
                int sum = token.Count;
                for (int name = i + 1; name < token.Next; name = tape.Tokens[name + 1].Next)
                    sum += HashCode.Combine(JsonNames.Hash(tape.Json, tape.Tokens[name]), Hash(tape, name + 1, ref work));
                return sum;
            default:
                return 0;
        }
    }
}
