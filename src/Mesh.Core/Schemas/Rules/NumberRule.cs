namespace Mesh;

/// <summary>The assertions about numbers.</summary>
internal sealed class NumberRule
{
    private NumberBound[] _bounds = [];
    private long _lowest = long.MinValue;
    private long _highest = long.MaxValue;
    private byte[]? _divisor;
    private long _integerDivisor;
    private KeywordSite? _divisorSite;
    private bool _boundsAreExact = true;

    public void AddBound(NumberBound bound)
    {
        _boundsAreExact &= bound.IsExactForIntegers;
        _bounds = [.. _bounds, bound];
        if (bound.IsMinimum)
            _lowest = Math.Max(_lowest, bound.ForIntegers);
        else
            _highest = Math.Min(_highest, bound.ForIntegers);
    }

    public void SetDivisor(byte[] divisor, KeywordSite site)
    {
        _divisor = divisor;
        _divisorSite = site;
        JsonNumber number = new(divisor);
        if (number.IsInteger && number.Point <= 18)
            _integerDivisor = number.Small * JsonNumber.Power((int)number.Exponent);
    }

    /// <summary>Whether an integer, written without fraction and exponent, is certainly allowed; a long one gets no answer.</summary>
    public bool AllowsInteger(ReadOnlySpan<byte> text) => JsonNumber.TryReadInt64(text, out long integer) && Allows(integer);

    private bool Allows(long integer) =>
        integer >= _lowest && integer <= _highest
        && (_divisor is null || _integerDivisor != 0 && integer % _integerDivisor == 0);

    public bool Evaluate(ref SchemaEvaluation evaluation, in JsonToken value, int token)
    {
        ReadOnlySpan<byte> text = evaluation.Text(value);
        if (value.Kind == JsonKinds.Integer && JsonNumber.TryReadInt64(text, out long integer))
        {
            if (Allows(integer))
                return true;
            if (_boundsAreExact && (_divisor is null || _integerDivisor != 0))
                return Report(ref evaluation, integer, token);
        }

        evaluation.Work -= text.Length >> 4;
        bool valid = true;
        JsonNumber number = new(text);
        foreach (NumberBound bound in _bounds)
        {
            if (bound.Holds(number))
                continue;
            valid = false;
            if (evaluation.Stop(bound.Site, token))
                return false;
        }

        if (_divisor is not null && !JsonDivision.IsMultiple(number, new JsonNumber(_divisor)))
        {
            valid = false;
            evaluation.Stop(_divisorSite!, token);
        }

        return valid;
    }

    /// <summary>What an integer fails that is not allowed, without a look at it as a decimal.</summary>
    private bool Report(ref SchemaEvaluation evaluation, long integer, int token)
    {
        foreach (NumberBound bound in _bounds)
        {
            bool holds = bound.IsMinimum ? integer >= bound.ForIntegers : integer <= bound.ForIntegers;
            if (!holds && evaluation.Stop(bound.Site, token))
                return false;
        }

        if (_integerDivisor != 0 && integer % _integerDivisor != 0)
            evaluation.Stop(_divisorSite!, token);
        return false;
    }
}

/// <summary><c>minimum</c>, <c>maximum</c> or their exclusive forms.</summary>
internal sealed class NumberBound
{
    private readonly byte[] _text;
    private readonly bool _exclusive;

    public NumberBound(byte[] text, bool isMinimum, bool exclusive, KeywordSite site)
    {
        _text = text;
        _exclusive = exclusive;
        IsMinimum = isMinimum;
        Site = site;
        ForIntegers = RoundForIntegers();
        JsonNumber bound = new(text);
        IsExactForIntegers = bound.Point > 18 || bound.IsSmall;
    }

    public bool IsMinimum { get; }

    public KeywordSite Site { get; }

    /// <summary>The bound as an inclusive one for integers of at most 18 digits: what lies further out never matters to them.</summary>
    public long ForIntegers { get; }

    /// <summary>Whether <see cref="ForIntegers"/> allows all integers of at most 18 digits that the bound does, and not only some.</summary>
    public bool IsExactForIntegers { get; }

    public bool Holds(in JsonNumber number)
    {
        int order = number.CompareTo(new JsonNumber(_text));
        return order == 0 ? !_exclusive : IsMinimum ? order > 0 : order < 0;
    }

    private long RoundForIntegers()
    {
        JsonNumber bound = new(_text);
        if (bound.Point > 18)
            return bound.Negative ? long.MinValue : long.MaxValue;
        if (!bound.IsSmall)
            return IsMinimum ? long.MaxValue : long.MinValue;
        long floor = 0;
        bool whole = bound.IsInteger;
        if (whole)
            floor = bound.IsZero ? 0 : bound.Small * JsonNumber.Power((int)bound.Exponent);
        else if (bound.Point > 0)
            floor = bound.Small / JsonNumber.Power((int)-bound.Exponent);
        if (bound.Negative)
            floor = whole ? -floor : -floor - 1;
        if (IsMinimum)
            return whole && !_exclusive ? floor : floor + 1;
        return whole && _exclusive ? floor - 1 : floor;
    }
}
