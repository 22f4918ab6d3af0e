using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>A property name that a schema object speaks of, with everything that it says about it.</summary>
internal sealed class PropertyEntry(byte[] name, string text)
{
    public byte[] Name { get; } = name;

    public string Text { get; } = text;

    public SchemaNode? Node { get; set; }

    /// <summary>The schemas of the patterns that the name matches: found once, not per instance.</summary>
    public SchemaNode[] PatternNodes { get; set; } = [];

    /// <summary>Whether <c>properties</c> or a pattern covers the name, so that <c>additionalProperties</c> does not.</summary>
    public bool Covered { get; set; }

    /// <summary>Whether its schema is all there is to check: no pattern, no rule for names, nothing additional.</summary>
    public bool IsPlain { get; set; }

    /// <summary>Its bit in the set of names seen, when something asks whether it is present; otherwise none.</summary>
    public ulong Bit { get; set; }
}

/// <summary>Finds the entry of a property name by its bytes, without allocating.</summary>
internal sealed class PropertyTable
{
    private const int HashedFrom = 9;

    private readonly PropertyEntry[] _entries;
    private readonly ulong[] _keys;
    private readonly int[] _slots = [];

    public PropertyTable(PropertyEntry[] entries)
    {
        _entries = entries;
        _keys = new ulong[entries.Length];
        for (int i = 0; i < entries.Length; i++)
            _keys[i] = Key(entries[i].Name, 0, entries[i].Name.Length);
        if (entries.Length < HashedFrom)
            return;
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)entries.Length * 4)];
        for (int i = 0; i < entries.Length; i++)
        {
            int slot = Slot(_keys[i]);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }

    public ReadOnlySpan<PropertyEntry> Entries => _entries;

    /// <param name="json">Where the name is.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="guess">Where to look first; afterwards the place behind the entry found. Instances mostly keep their schema's order.</param>
    public PropertyEntry? Find(ReadOnlySpan<byte> json, int start, int length, ref int guess)
    {
        ulong key = Key(json, start, length);
        if ((uint)guess < (uint)_keys.Length && _keys[guess] == key && IsRest(_entries[guess].Name, json, start, length))
            return _entries[guess++];
        if (_slots.Length > 0)
            return FindHashed(json, start, length, key, ref guess);
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] == key && IsRest(_entries[i].Name, json, start, length))
            {
                guess = i + 1;
                return _entries[i];
            }
        }

        return null;
    }

    private PropertyEntry? FindHashed(ReadOnlySpan<byte> json, int start, int length, ulong key, ref int guess)
    {
        for (int slot = Slot(key); _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            int i = _slots[slot] - 1;
            if (_keys[i] != key || !IsRest(_entries[i].Name, json, start, length))
                continue;
            guess = i + 1;
            return _entries[i];
        }

        return null;
    }

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> 32) & (_slots.Length - 1);

    /// <summary>Below eight bytes the key says everything; from eight on, its first eight bytes.</summary>
    private static bool IsRest(byte[] name, ReadOnlySpan<byte> json, int start, int length) =>
        length < 8 || name.Length == length && json.Slice(start + 8, length - 8).SequenceEqual(name.AsSpan(8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Key(ReadOnlySpan<byte> json, int start, int length)
    {
        if (start + 8 > json.Length)
            return ShortKey(json.Slice(start, length));
        ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(json[start..]);
        return length >= 8 ? bytes : (bytes & ((1UL << (length << 3)) - 1)) | ((ulong)length << 56);
    }

    private static ulong ShortKey(ReadOnlySpan<byte> name)
    {
        if (name.Length >= 8)
            return BinaryPrimitives.ReadUInt64LittleEndian(name);
        ulong key = (ulong)name.Length << 56;
        for (int i = 0; i < name.Length; i++)
            key |= (ulong)name[i] << (i << 3);
        return key;
    }
}
