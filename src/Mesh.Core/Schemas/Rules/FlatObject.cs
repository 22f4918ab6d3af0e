using System.Text;

namespace Mesh;

/// <summary>
/// A shortcut for what most calls carry: an object of scalars in plain ASCII, with the properties that its schema names.
/// One pass over the bytes says yes to it. Everything else, all that is not valid included, gets no answer here and is
/// left to the full evaluation, which alone knows how to refuse.
/// </summary>
internal sealed class FlatObject
{
    /// <summary>How many properties may be looked through one by one.</summary>
    private const int MostProperties = 16;

    /// <summary>How many constants of one property may be.</summary>
    private const int MostConstants = 16;

    private readonly Property[] _properties;
    private readonly ulong _required;
    private readonly int _maxBytes;

    private FlatObject(Property[] properties, ulong required, int maxBytes)
    {
        _properties = properties;
        _required = required;
        _maxBytes = maxBytes;
    }

    /// <summary>The shortcut for a schema; null where it asks for more than properties that are scalars.</summary>
    public static FlatObject? Of(SchemaNode root, SchemaOptions options)
    {
        if (!IsPlain(root) || (root.Types & JsonKinds.Object) == 0
            || root.Objects is not { Patterns: [], Names: null, MinCountSite: null, MaxCountSite: null, RequiredWithoutBit: [], Dependencies: [] } rule
            || rule.Table.Entries is not { Length: > 0 and <= MostProperties } entries)
        {
            return null;
        }

        var properties = new Property[entries.Length];
        ulong required = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i] is not { PatternNodes: [], Node: { } node } entry || !IsScalar(node)
                || entry.Text.AsSpan().ContainsAnyExceptInRange(' ', '~') || entry.Text.AsSpan().ContainsAny('"', '\\'))
            {
                return null;
            }

            properties[i] = new(Encoding.ASCII.GetBytes($"\"{entry.Text}\":"), node, ConstantsOf(node));
            required |= (rule.RequiredBits & entry.Bit) != 0 ? 1UL << i : 0;
        }

        // A property takes a step, four constants one, and 16 bytes at most one more: where there might be too few, only
        // counting them tells.
        long steps = Math.Min(options.MaxSteps, int.MaxValue) - 1 - (MostProperties * (1 + (MostConstants / 4)));
        long maxBytes = Math.Min(options.MaxInstanceBytes, steps * 16);
        return new(properties, required, (int)maxBytes);
    }

    /// <summary>Whether the bytes are certainly a valid instance, by the strictest rules that there are.</summary>
    public bool Accepts(ReadOnlySpan<byte> json)
    {
        if (json.Length > _maxBytes || json.Length < 2 || json[0] != '{')
        {
            return false;
        }

        ulong seen = 0;
        int guess = 0;
        int position = 1;
        do
        {
            position = SkipSpace(json, position);
            int index = Find(json, position, guess);
            if (index < 0 || (seen & (1UL << index)) != 0)
            {
                return false;
            }

            seen |= 1UL << index;
            guess = index + 1;
            ref readonly var property = ref _properties[index];
            int start = SkipSpace(json, position + property.Opening.Length);
            position = ReadScalar(json, start, property.Node);
            if (property.Constants is not null && position > 0 && !IsOneOf(property.Constants, json[start..position]))
            {
                return false;
            }
        }
        while (position > 0 && position < json.Length && json[position++] == ',');

        // What follows the object's end may only be white space; a position of -1 is that of a value not understood.
        return position > 0
            && json[position - 1] == '}'
            && (_required & ~seen) == 0
            && json[position..].IndexOfAnyExcept(" \n\r\t"u8) < 0;
    }

    private static bool IsPlain(SchemaNode node) =>
        node is { Alias: null, General: [], Resource: null, UnevaluatedItems: null, UnevaluatedProperties: null };

    private static bool IsScalar(SchemaNode node) =>
        node is { Alias: null, General: [] or [ConstantRule { Allowed.Length: <= MostConstants }], Resource: null, UnevaluatedItems: null, UnevaluatedProperties: null }
        && node.Strings is null or { Pattern: null, Format: null };

    private static byte[][]? ConstantsOf(SchemaNode node) =>
        node.General is [ConstantRule rule] ? [.. rule.Allowed.Select(constant => constant.Text.ToArray())] : null;

    /// <summary>Whether a value is written just as a constant is; one that is written differently is left to the full evaluation.</summary>
    private static bool IsOneOf(byte[][] constants, ReadOnlySpan<byte> value)
    {
        foreach (byte[] constant in constants)
        {
            if (value.SequenceEqual(constant))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writers put one space after a comma or a colon, or none.</summary>
    private static int SkipSpace(ReadOnlySpan<byte> json, int position) =>
        (uint)position < (uint)json.Length && json[position] == ' ' ? position + 1 : position;

    /// <summary>The property whose name is at a position; most writers keep the order of the schema.</summary>
    private int Find(ReadOnlySpan<byte> json, int position, int guess)
    {
        var rest = position < json.Length ? json[position..] : default;
        if (guess < _properties.Length && rest.StartsWith(_properties[guess].Opening))
        {
            return guess;
        }

        for (int i = 0; i < _properties.Length; i++)
        {
            if (rest.StartsWith(_properties[i].Opening))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Reads one value that its schema certainly allows.</summary>
    /// <returns>The position after it, or -1.</returns>
    private static int ReadScalar(ReadOnlySpan<byte> json, int position, SchemaNode node)
    {
        if ((uint)position >= (uint)json.Length)
        {
            return -1;
        }

        switch (json[position])
        {
            case (byte)'"':
                var flags = JsonStringFlags.None;
                bool loneSurrogate = false;
                int end = JsonText.Scan(json, position + 1, ref flags, ref loneSurrogate);
                int length = end - position - 1;
                bool fits = (node.Types & JsonKinds.String) != 0 && (node.Strings is null || (length >= node.Strings.MinLength && length <= node.Strings.MaxLength));
                return end > 0 && flags == JsonStringFlags.None && fits ? end + 1 : -1;
            case (byte)'t':
                return ReadWord(json, position, "true"u8, node, JsonKinds.Boolean);
            case (byte)'f':
                return ReadWord(json, position, "false"u8, node, JsonKinds.Boolean);
            case (byte)'n':
                return ReadWord(json, position, "null"u8, node, JsonKinds.Null);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                var rest = json[position..];
                int digits = JsonNumber.Scan(rest, out var kind);
                bool allowed = digits > 0 && kind == JsonKinds.Integer && (node.Types & JsonKinds.Integer) != 0
                    && (node.Numbers is null ? digits <= 18 : node.Numbers.AllowsInteger(rest[..digits]));
                return allowed ? position + digits : -1;
            default:
                return -1;
        }
    }

    private static int ReadWord(ReadOnlySpan<byte> json, int position, ReadOnlySpan<byte> word, SchemaNode node, JsonKinds kind) =>
        (node.Types & kind) != 0 && json[position..].StartsWith(word) ? position + word.Length : -1;

    /// <param name="Opening">The name as it is written, with its quotes and the colon.</param>
    /// <param name="Node">The schema of the value.</param>
    /// <param name="Constants">The only values, as they are written; null where the schema does not list them.</param>
    private readonly record struct Property(byte[] Opening, SchemaNode Node, byte[][]? Constants);
}
