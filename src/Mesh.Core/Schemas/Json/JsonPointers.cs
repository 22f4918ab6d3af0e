using System.Globalization;
using System.Text;

namespace Mesh;

/// <summary>JSON pointers (RFC 6901) of the places in a tape.</summary>
internal static class JsonPointers
{
    /// <summary>A property name as a pointer writes it.</summary>
    public static string Escape(string name) =>
        name.AsSpan().IndexOfAny('~', '/') < 0 ? name : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>What a string token says.</summary>
    public static string Name(ReadOnlySpan<byte> json, in JsonToken token)
    {
        ReadOnlySpan<byte> text = json[token.Start..token.End];
        if ((token.Flags & JsonStringFlags.Escaped) == 0)
            return Encoding.UTF8.GetString(text);
        byte[] plain = new byte[text.Length];
        return Encoding.UTF8.GetString(plain, 0, JsonText.Unescape(text, plain));
    }

    /// <summary>
    /// The pointer of a value, found by walking down from the root: paths are wanted for failures alone, so the tape
    /// keeps nothing for them.
    /// </summary>
    /// <param name="tape">The document.</param>
    /// <param name="target">The value's token, or a name's token for the value of that name.</param>
    public static string Of(in JsonTape tape, int target)
    {
        if (target == 0)
            return "";
        Span<char> buffer = stackalloc char[256];
        PathBuffer path = new(buffer);
        for (int current = 0; current != target;)
        {
            JsonToken container = tape.Tokens[current];
            bool inObject = container.Kind == JsonKinds.Object;
            int child = current + 1;
            for (int ordinal = 0; child < container.Next; ordinal++)
            {
                int value = inObject ? child + 1 : child;
                int next = tape.Tokens[value].Next;
                if (target < next)
                {
                    path.Append('/');
                    if (inObject)
                        path.AppendName(tape.Json, tape.Tokens[child]);
                    else
                        path.Append(ordinal);
                    current = target == child ? target : value;
                    break;
                }

                child = next;
            }
        }

        return path.ToString();
    }

    /// <summary>Gathers a path on the stack, so that most cost one string.</summary>
    private ref struct PathBuffer(Span<char> buffer)
    {
        private readonly Span<char> _buffer = buffer;
        private int _length;
        private string? _before;

        public void Append(char value)
        {
            if (_length == _buffer.Length)
                Spill();
            _buffer[_length++] = value;
        }

        public void Append(int value)
        {
            if (_length + 11 > _buffer.Length)
                Spill();
            value.TryFormat(_buffer[_length..], out int written, default, CultureInfo.InvariantCulture);
            _length += written;
        }

        public void AppendName(ReadOnlySpan<byte> json, in JsonToken name)
        {
            ReadOnlySpan<byte> text = json[name.Start..name.End];
            if (name.Flags == JsonStringFlags.None && _length + text.Length <= _buffer.Length && text.IndexOfAny((byte)'~', (byte)'/') < 0)
            {
                _length += Encoding.UTF8.GetChars(text, _buffer[_length..]);
                return;
            }

            Spill();
            _before += Escape(Name(json, name));
        }

        private void Spill()
        {
            _before = string.Concat(_before, _buffer[.._length]);
            _length = 0;
        }

        public override readonly string ToString() => _before is null ? new string(_buffer[.._length]) : string.Concat(_before, _buffer[.._length]);
    }
}
