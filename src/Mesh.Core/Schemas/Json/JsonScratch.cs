using System.Numerics;

namespace Mesh;

/// <summary>
/// The working memory of one thread. A validation runs on one thread from beginning to end and calls no code of a
/// user, so one set per thread is enough, and a warm validation allocates nothing.
/// </summary>
internal sealed class JsonScratch
{
    /// <summary>Larger buffers are given back to the collector after use: one huge document must not be paid for ever after.</summary>
    private const int KeptElements = 1 << 15;

    [ThreadStatic]
    private static JsonScratch? _current;

    private byte[] _bytes = new byte[256];
    private char[] _chars = [];
    private int[] _slots = [];
    private bool _grown;

    public static JsonScratch Current => _current ??= new JsonScratch();

    public JsonToken[] Tokens { get; private set; } = new JsonToken[256];

    /// <summary>The stack of evaluated-children sets; see <see cref="SchemaEvaluation"/>.</summary>
    public ulong[] Bits { get; private set; } = new ulong[16];

    public JsonToken[] GrowTokens()
    {
        JsonToken[] larger = new JsonToken[Tokens.Length * 2];
        Tokens.CopyTo(larger, 0);
        _grown = true;
        return Tokens = larger;
    }

    public void GrowBits(int needed)
    {
        ulong[] larger = new ulong[Math.Max(needed, Bits.Length * 2)];
        Bits.CopyTo(larger, 0);
        _grown = true;
        Bits = larger;
    }

    /// <summary>A buffer for one unescaped string. The next call overwrites it.</summary>
    public byte[] Bytes(int length)
    {
        if (_bytes.Length < length)
        {
            _bytes = new byte[BitOperations.RoundUpToPowerOf2((uint)length)];
            _grown = true;
        }

        return _bytes;
    }

    /// <summary>A buffer for one string as UTF-16. The next call overwrites it.</summary>
    public char[] Chars(int length)
    {
        if (_chars.Length < length)
        {
            _chars = new char[BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, 64))];
            _grown = true;
        }

        return _chars;
    }

    /// <summary>An empty hash table for that many entries; its length is a power of two and 0 means free.</summary>
    public Span<int> Slots(int entries)
    {
        int length = (int)BitOperations.RoundUpToPowerOf2((uint)entries * 2);
        if (_slots.Length < length)
        {
            _slots = new int[length];
            _grown = true;
        }

        Span<int> slots = _slots.AsSpan(0, length);
        slots.Clear();
        return slots;
    }

    /// <summary>To be called at the end of each use.</summary>
    public void Trim()
    {
        if (_grown)
            Shrink();
    }

    private void Shrink()
    {
        _grown = false;
        if (Tokens.Length > KeptElements)
            Tokens = new JsonToken[256];
        if (Bits.Length > KeptElements)
            Bits = new ulong[16];
        if (_slots.Length > KeptElements)
            _slots = [];
        if (_bytes.Length > KeptElements)
            _bytes = new byte[256];
        if (_chars.Length > KeptElements)
            _chars = [];
    }
}
