using System.Buffers;

namespace Mesh;

/// <summary>Comparison of property names, escaped or not.</summary>
internal static class JsonNames
{
    /// <summary>Up to so many properties, comparing each pair costs less than hashing.</summary>
    private const int PairwiseLimit = 8;

    /// <summary>Finds a property name that its object holds twice, also when one of them is written with escapes.</summary>
    /// <returns>The token of the second name; -1 when all differ.</returns>
    public static int FindDuplicate(ReadOnlySpan<byte> json, JsonToken[] tokens, int container, JsonScratch scratch)
    {
        int end = tokens[container].Next;
        if (tokens[container].Count > PairwiseLimit)
            return FindByHash(json, tokens, container, scratch);
        for (int name = tokens[container + 2].Next; name < end; name = tokens[name + 1].Next)
        {
            for (int earlier = container + 1; earlier < name; earlier = tokens[earlier + 1].Next)
            {
                if (AreEqual(json, tokens[name], json, tokens[earlier]))
                    return name;
            }
        }

        return -1;
    }

    private static int FindByHash(ReadOnlySpan<byte> json, JsonToken[] tokens, int container, JsonScratch scratch)
    {
        int end = tokens[container].Next;
        Span<int> slots = scratch.Slots(tokens[container].Count);
        for (int name = container + 1; name < end; name = tokens[name + 1].Next)
        {
            for (int slot = Hash(json, tokens[name]) & (slots.Length - 1); ; slot = (slot + 1) & (slots.Length - 1))
            {
                if (slots[slot] == 0)
                {
                    slots[slot] = name;
                    break;
                }

                if (AreEqual(json, tokens[name], json, tokens[slots[slot]]))
                    return name;
            }
        }

        return -1;
    }

    /// <summary>A hash of what a string says; seeded per process, so that a flood of colliding names cannot be prepared.</summary>
    public static int Hash(ReadOnlySpan<byte> json, in JsonToken token)
    {
        HashCode hash = default;
        ReadOnlySpan<byte> text = json[token.Start..token.End];
        if ((token.Flags & JsonStringFlags.Escaped) == 0)
        {
            hash.AddBytes(text);
            return hash.ToHashCode();
        }

        byte[]? rented = null;
        Span<byte> plain = text.Length <= 256 ? stackalloc byte[256] : rented = ArrayPool<byte>.Shared.Rent(text.Length);
        hash.AddBytes(plain[..JsonText.Unescape(text, plain)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return hash.ToHashCode();
    }

    /// <summary>Whether two string tokens say the same.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> json, in JsonToken token, ReadOnlySpan<byte> otherJson, in JsonToken other)
    {
        if (((token.Flags | other.Flags) & JsonStringFlags.Escaped) == 0)
            return token.Length == other.Length && json[token.Start..token.End].SequenceEqual(otherJson[other.Start..other.End]);
        byte[] left = ArrayPool<byte>.Shared.Rent(token.Length);
        byte[] right = ArrayPool<byte>.Shared.Rent(other.Length);
        int leftLength = JsonText.Unescape(json[token.Start..token.End], left);
        int rightLength = JsonText.Unescape(otherJson[other.Start..other.End], right);
        bool equal = left.AsSpan(0, leftLength).SequenceEqual(right.AsSpan(0, rightLength));
        ArrayPool<byte>.Shared.Return(left);
        ArrayPool<byte>.Shared.Return(right);
        return equal;
    }
}
