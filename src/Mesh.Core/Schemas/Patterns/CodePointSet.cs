using System.Collections.Concurrent;
using System.Globalization;

namespace Mesh;

/// <summary>A set of Unicode code points, as sorted ranges that do not touch. Surrogates belong to no set.</summary>
internal sealed class CodePointSet
{
    private static readonly ConcurrentDictionary<UnicodeCategory, CodePointSet> Categories = new();
    private readonly ulong _low;
    private readonly ulong _high;

    private CodePointSet(List<(int First, int Last)> ranges)
    {
        Ranges = [.. ranges];
        for (int i = 0; i < 128; i++)
        {
            if (!Search(i))
                continue;
            if (i < 64)
                _low |= 1UL << i;
            else
                _high |= 1UL << (i - 64);
        }
    }

    public (int First, int Last)[] Ranges { get; }

    public static CodePointSet Any { get; } = Of((0, 0x10FFFF));

    public static CodePointSet Digits { get; } = Of(('0', '9'));

    public static CodePointSet Word { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    /// <summary>White space and line terminators of ECMA-262.</summary>
    public static CodePointSet Space { get; } = Of((9, 13), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
        (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    /// <summary>What a dot matches: everything but line terminators.</summary>
    public static CodePointSet Dot { get; } = Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)).Complement();

    /// <summary>A set of ranges in any order; they may overlap.</summary>
    public static CodePointSet Of(params ReadOnlySpan<(int First, int Last)> ranges)
    {
        List<(int First, int Last)> sorted = [];
        foreach ((int first, int last) in ranges)
        {
            if (first < 0xD800 && last > 0xDFFF)
            {
                sorted.Add((first, 0xD7FF));
                sorted.Add((0xE000, last));
            }
            else if (first < 0xD800 || last > 0xDFFF)
            {
                sorted.Add((first is >= 0xD800 and <= 0xDFFF ? 0xE000 : first, last is >= 0xD800 and <= 0xDFFF ? 0xD7FF : last));
            }
        }

        sorted.Sort();
        List<(int First, int Last)> merged = [];
        foreach ((int first, int last) in sorted)
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            else
                merged.Add((first, last));
        }

        return new CodePointSet(merged);
    }

    public static CodePointSet OfCategory(UnicodeCategory category) => Categories.GetOrAdd(category, static wanted =>
    {
        List<(int First, int Last)> ranges = [];
        for (int i = 0; i <= 0x10FFFF; i++)
        {
            if (CharUnicodeInfo.GetUnicodeCategory(i) != wanted)
                continue;
            if (ranges.Count > 0 && ranges[^1].Last == i - 1)
                ranges[^1] = (ranges[^1].First, i);
            else
                ranges.Add((i, i));
        }

        return Of(ranges.ToArray());
    });

    public CodePointSet Union(CodePointSet other) => Of([.. Ranges, .. other.Ranges]);

    public CodePointSet Complement()
    {
        List<(int First, int Last)> gaps = [];
        int next = 0;
        foreach ((int first, int last) in Ranges)
        {
            if (first > next)
                gaps.Add((next, first - 1));
            next = last + 1;
        }

        if (next <= 0x10FFFF)
            gaps.Add((next, 0x10FFFF));
        return Of(gaps.ToArray());
    }

    public bool Overlaps(CodePointSet other)
    {
        foreach ((int first, int last) in Ranges)
        {
            foreach ((int otherFirst, int otherLast) in other.Ranges)
            {
                if (first <= otherLast && otherFirst <= last)
                    return true;
            }
        }

        return false;
    }

    public bool Contains(int codePoint) => codePoint < 64
        ? (_low >> codePoint & 1) != 0
        : codePoint < 128 ? (_high >> (codePoint - 64) & 1) != 0 : Search(codePoint);

    private bool Search(int codePoint)
    {
        int low = 0, high = Ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            if (codePoint < Ranges[middle].First)
                high = middle - 1;
            else if (codePoint > Ranges[middle].Last)
                low = middle + 1;
            else
                return true;
        }

        return false;
    }
}
