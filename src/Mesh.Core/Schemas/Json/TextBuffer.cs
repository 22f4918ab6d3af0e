using System.Globalization;
using System.Text;

namespace Mesh;

/// <summary>Writes a text into memory that is lent to it, so that composing it costs one string.</summary>
internal ref struct TextBuffer(Span<char> buffer)
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

    public void Append(scoped ReadOnlySpan<char> text)
    {
        if (_length + text.Length > _buffer.Length)
            Spill();
        if (text.Length > _buffer.Length)
        {
            _before = string.Concat(_before, text);
            return;
        }

        text.CopyTo(_buffer[_length..]);
        _length += text.Length;
    }

    /// <summary>Appends what the text of a string, or of another scalar, says.</summary>
    /// <param name="text">The text as it is in its document.</param>
    /// <param name="flags">What is in it.</param>
    public void AppendText(scoped ReadOnlySpan<byte> text, JsonStringFlags flags)
    {
        // A byte is at most one character.
        if (_length + text.Length > _buffer.Length)
            Spill();
        if (text.Length > _buffer.Length || (flags & JsonStringFlags.Escaped) != 0)
        {
            Append(JsonPointers.Name(text, new JsonToken { End = text.Length, Flags = flags }));
            return;
        }

        Span<char> free = _buffer[_length..];
        if (flags == JsonStringFlags.None && text.Length <= free.Length)
        {
            // Names and values are short mostly: a loop is done before a decoder has begun.
            for (int i = 0; i < text.Length; i++)
                free[i] = (char)text[i];
            _length += text.Length;
        }
        else
        {
            _length += Encoding.UTF8.GetChars(text, free);
        }
    }

    private void Spill()
    {
        _before = string.Concat(_before, _buffer[.._length]);
        _length = 0;
    }

    public override readonly string ToString() => _before is null ? new string(_buffer[.._length]) : string.Concat(_before, _buffer[.._length]);
}
