using System.Text;
using System.Text.RegularExpressions;

namespace Mesh;

/// <summary>A pattern of a schema, ready to run in time linear in its subject.</summary>
internal sealed class SchemaPattern
{
    private readonly LinearPattern? _linear;
    private readonly Regex? _regex;
    private readonly int _maxSubject;
    private readonly long _costPerByte;

    /// <param name="pattern">The pattern by ECMA-262. It searches: it is not anchored unless it says so.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="PatternException">The pattern is malformed, too large, or cannot run in linear time.</exception>
    public SchemaPattern(string pattern, SchemaOptions options)
    {
        _maxSubject = options.MaxPatternSubject;
        if (pattern.Length > options.MaxPatternSize)
            throw new PatternException($"has more than {options.MaxPatternSize} characters");
        PatternPart part = new PatternParser(pattern).Parse();
        _linear = LinearPattern.TryCreate(part);
        if (_linear is not null)
            return;
        if (part.Size > options.MaxPatternSize)
            throw new PatternException($"has more than {options.MaxPatternSize} parts when its repetitions are written out");
        // At worst every part is alive at every character.
        _costPerByte = 1 + (part.Size >> 3);
        try
        {
            _regex = new Regex(PatternTranslator.Translate(part), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new PatternException("cannot be translated: " + exception.Message);
        }
    }

    /// <summary>What matching costs at most, in steps per byte of the subject.</summary>
    public long CostPerByte => _linear is null ? _costPerByte : 1;

    public bool IsMatch(ref SchemaEvaluation evaluation, in JsonToken value)
    {
        if (value.Length > _maxSubject)
        {
            // Neither answer would be right under every keyword, 'not' among them: the validation is given up.
            evaluation.Work = -1;
            return false;
        }

        if (_linear is null)
        {
            evaluation.Work -= 1 + (value.Length * _costPerByte);
            return evaluation.Work >= 0 && _regex!.IsMatch(ToChars(ref evaluation, value));
        }

        evaluation.Work -= 1 + (value.Length >> 3);
        ReadOnlySpan<byte> text = evaluation.Text(value);
        if ((value.Flags & JsonStringFlags.Escaped) == 0)
            return _linear.IsMatch(text);
        byte[] plain = evaluation.Scratch.Bytes(text.Length);
        return _linear.IsMatch(plain.AsSpan(0, JsonText.Unescape(text, plain)));
    }

    /// <summary>Whether a name from the schema itself matches.</summary>
    public bool IsMatch(string name) => _linear is null ? _regex!.IsMatch(name) : _linear.IsMatch(Encoding.UTF8.GetBytes(name));

    /// <summary>Whether a text matches that is no longer than <see cref="SchemaOptions.MaxPatternSubject"/>.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        const int OnStack = 256;
        if (_linear is null)
            return _regex!.IsMatch(text);
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> utf8 = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
        return _linear.IsMatch(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    /// <summary>A string as UTF-16, in the scratch memory of the thread: valid until the next call.</summary>
    public static ReadOnlySpan<char> ToChars(ref SchemaEvaluation evaluation, in JsonToken value)
    {
        ReadOnlySpan<byte> text = evaluation.Text(value);
        if ((value.Flags & JsonStringFlags.Escaped) != 0)
        {
            byte[] plain = evaluation.Scratch.Bytes(text.Length);
            text = plain.AsSpan(0, JsonText.Unescape(text, plain));
        }

        char[] chars = evaluation.Scratch.Chars(text.Length);
        return chars.AsSpan(0, Encoding.UTF8.GetChars(text, chars));
    }
}
