using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// Turns bytes into a <see cref="JsonTape"/> in one pass without recursion, and refuses what the rules refuse on the
/// way, because it sees every byte anyway. Bytes from a wire and elements that were parsed before go through it alike:
/// walking one list of tokens is cheaper than asking an element for each of its parts.
/// </summary>
internal ref struct JsonTokenizer(ReadOnlySpan<byte> json, JsonScratch scratch, JsonRules rules, int maxDepth)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private int _parent = -1;

    /// <summary>How many tokens there are; after a fault, how many there were before the token that caused it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the fault lies in the property name that was read last, not in a value.</summary>
    public bool FaultInName { get; private set; }

    /// <summary>Fills <see cref="JsonScratch.Tokens"/>.</summary>
    public JsonFault Read()
    {
        ReadOnlySpan<byte> json = _json;
        JsonToken[] tokens = scratch.Tokens;
        int position = 0, count = 0, parent = -1, depth = 0;
        JsonStringFlags seen = JsonStringFlags.None;
        bool loneSurrogate = false;

    Value:
        position = SkipSpace(position);
        if ((uint)position >= (uint)json.Length)
            return Fault(JsonFault.Malformed, count, parent);
        if (count + 2 > tokens.Length)
            tokens = scratch.GrowTokens();
        ref JsonToken token = ref tokens[count];
        token.Flags = JsonStringFlags.None;
        byte first = json[position];
        if (first == '"')
        {
            int end = JsonText.Scan(json, position + 1, ref token.Flags, ref loneSurrogate);
            if (end < 0)
                return Fault(JsonFault.Malformed, count, parent);
            if (loneSurrogate && (rules & JsonRules.WellFormedText) != 0)
                return Fault(JsonFault.LoneSurrogate, count, parent);
            seen |= token.Flags;
            token.Kind = JsonKinds.String;
            token.Start = position + 1;
            token.End = end;
            token.Next = ++count;
            position = end + 1;
        }
        else if (first is (byte)'{' or (byte)'[')
        {
            if (++depth > maxDepth)
                return Fault(JsonFault.TooDeep, count, parent);
            token.Kind = first == '{' ? JsonKinds.Object : JsonKinds.Array;
            token.Start = position++;
            token.Next = parent;
            token.Count = 0;
            parent = count++;
            position = SkipSpace(position);
            if ((uint)position >= (uint)json.Length)
                return Fault(JsonFault.Malformed, count, parent);
            if (json[position] == first + 2)
                goto Close;
            if (first == '{')
                goto Name;
            goto Value;
        }
        else
        {
            int length = ReadScalar(ref token, position);
            if (length <= 0)
                return Fault(length < 0 ? JsonFault.NotFinite : JsonFault.Malformed, count, parent);
            token.Start = position;
            token.End = position += length;
            token.Next = ++count;
        }

    AfterValue:
        if (parent < 0)
        {
            return SkipSpace(position) < json.Length ? Fault(JsonFault.Malformed, 0, -1) : Finish(count, seen);
        }

        position = SkipSpace(position);
        if ((uint)position >= (uint)json.Length)
            return FaultBetweenValues(count, parent);
        ref JsonToken container = ref tokens[parent];
        container.Count++;
        if (json[position] != ',')
            goto Close;
        position++;
        position = SkipSpace(position);
        if ((uint)position >= (uint)json.Length)
            return FaultBetweenValues(count, parent);
        if ((rules & JsonRules.Lenient) != 0 && json[position] is (byte)'}' or (byte)']')
            goto Close;
        if (container.Kind != JsonKinds.Object)
            goto Value;

    Name:
        if (count + 2 > tokens.Length)
            tokens = scratch.GrowTokens();
        ref JsonToken name = ref tokens[count];
        name.Flags = JsonStringFlags.None;
        if (json[position] != '"')
            return FaultBetweenValues(count, parent);
        int quote = JsonText.Scan(json, position + 1, ref name.Flags, ref loneSurrogate);
        if (quote < 0)
            return FaultBetweenValues(count, parent);
        seen |= name.Flags;
        name.Kind = JsonKinds.String;
        name.Start = position + 1;
        name.End = quote;
        name.Next = ++count;
        position = quote + 1;
        if (loneSurrogate && (rules & JsonRules.WellFormedText) != 0)
            return Fault(JsonFault.LoneSurrogate, count, parent);
        position = SkipSpace(position);
        if ((uint)position >= (uint)json.Length || json[position++] != ':')
            return Fault(JsonFault.Malformed, count, parent);
        goto Value;

    Close:
        ref JsonToken closed = ref tokens[parent];
        if (json[position] != (closed.Kind == JsonKinds.Object ? '}' : ']'))
            return FaultBetweenValues(count, parent);
        closed.End = ++position;
        int outer = closed.Next;
        closed.Next = count;
        if (closed.Kind == JsonKinds.Object && closed.Count > 1 && (rules & JsonRules.UniqueNames) != 0)
        {
            int duplicate = JsonNames.FindDuplicate(json, tokens, parent, scratch);
            if (duplicate >= 0)
            {
                closed.Next = outer;
                FaultInName = true;
                return Fault(JsonFault.DuplicateProperty, duplicate + 1, parent);
            }
        }

        parent = outer;
        depth--;
        goto AfterValue;
    }

    /// <summary>The JSON pointer of the place where <see cref="Read"/> gave up.</summary>
    public readonly string FaultPath()
    {
        string path = "";
        JsonToken[] tokens = scratch.Tokens;
        int token = Count;
        for (int parent = _parent; parent >= 0; token = parent, parent = tokens[parent].Next)
        {
            bool inObject = tokens[parent].Kind == JsonKinds.Object;
            if (inObject && token - 1 == parent)
                continue;
            path = inObject
                ? "/" + JsonPointers.Escape(JsonPointers.Name(_json, tokens[token - 1])) + path
                : "/" + tokens[parent].Count.ToString(CultureInfo.InvariantCulture) + path;
        }

        return path;
    }

    /// <summary>
    /// Something is wrong where a member of an object should begin or the object end: the last token is no name but a
    /// value, which a path must never show.
    /// </summary>
    private JsonFault FaultBetweenValues(int count, int parent)
    {
        ref JsonToken container = ref scratch.Tokens[parent];
        return container.Kind == JsonKinds.Object ? Fault(JsonFault.Malformed, parent, container.Next) : Fault(JsonFault.Malformed, count, parent);
    }

    private JsonFault Fault(JsonFault fault, int count, int parent)
    {
        Count = count;
        _parent = parent;
        return fault;
    }

    private JsonFault Finish(int count, JsonStringFlags seen)
    {
        Count = count;
        if ((seen & JsonStringFlags.NonAscii) == 0 || (rules & JsonRules.WellFormedText) == 0 || Utf8(_json))
            return JsonFault.None;
        return Fault(JsonFault.LoneSurrogate, 0, -1);

        static bool Utf8(ReadOnlySpan<byte> json) => System.Text.Unicode.Utf8.IsValid(json);
    }

    /// <returns>How long it is; 0 when it is malformed, negative when it is not finite.</returns>
    private readonly int ReadScalar(ref JsonToken token, int position)
    {
        ReadOnlySpan<byte> rest = _json[position..];
        switch (rest[0])
        {
            case (byte)'t':
                token.Kind = JsonKinds.Boolean;
                return rest.StartsWith("true"u8) ? 4 : 0;
            case (byte)'f':
                token.Kind = JsonKinds.Boolean;
                return rest.StartsWith("false"u8) ? 5 : 0;
            case (byte)'n':
                token.Kind = JsonKinds.Null;
                return rest.StartsWith("null"u8) ? 4 : 0;
            default:
                int length = JsonNumber.Scan(rest, out token.Kind);
                bool suspect = (rules & JsonRules.FiniteNumbers) != 0 && (token.Kind != JsonKinds.Integer || length > 300);
                return suspect && length > 0 && !JsonNumber.IsFinite(rest[..length]) ? -1 : length;
        }
    }

    /// <returns>Where the next token begins; the length of the bytes at their end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int SkipSpace(int position) =>
        (uint)position < (uint)_json.Length && _json[position] is > (byte)' ' and not (byte)'/' ? position : SkipSlowly(position);

    private readonly int SkipSlowly(int position)
    {
        while ((uint)position < (uint)_json.Length)
        {
            byte next = _json[position];
            if (next is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                position++;
                continue;
            }

            if (next != '/' || (rules & JsonRules.Lenient) == 0)
                return position;
            ReadOnlySpan<byte> rest = _json[position..];
            int end = rest.StartsWith("/*"u8) ? rest[2..].IndexOf("*/"u8) + 4 : rest.IndexOfAny((byte)'\n', (byte)'\r');
            position = end < 4 && rest.StartsWith("/*"u8) || end < 0 ? _json.Length : position + end;
        }

        return position;
    }
}
