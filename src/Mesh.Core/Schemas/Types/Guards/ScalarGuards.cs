using System.Numerics;

namespace Mesh;

/// <summary>The nodes of values that are one JSON string, number or boolean.</summary>
internal static class ScalarGuards
{
    /// <summary>The node; null when the shape has rules that need the value's JSON.</summary>
    public static GuardNode? Find(TypeShape shape, Type type) => shape switch
    {
        IntegerShape integer => FindInteger(integer, type),
        StringShape text when type == typeof(string) => new StringGuard(new StringRules(text)),
        StringShape text when type == typeof(char) => new CharGuard(new StringRules(text)),
        { Allowed: not null } or { Denied: not null } => null,
        BooleanShape => new AnyValueGuard<bool>(),
        NumberShape number => FindNumber(number, type),
        BytesShape bytes => FindBytes(bytes, type),
        StringShape text when type == typeof(Uri) => new UriGuard(new StringRules(text)),
        StringShape text when HasNoRules(text, type) => FindText(type),
        _ => null,
    };

    private static GuardNode? FindInteger(IntegerShape shape, Type type)
    {
        if (type == typeof(int))
            return new IntegerGuard<int>(shape);
        if (type == typeof(long))
            return new IntegerGuard<long>(shape);
        if (type == typeof(sbyte))
            return new IntegerGuard<sbyte>(shape);
        if (type == typeof(byte))
            return new IntegerGuard<byte>(shape);
        if (type == typeof(short))
            return new IntegerGuard<short>(shape);
        if (type == typeof(ushort))
            return new IntegerGuard<ushort>(shape);
        if (type == typeof(uint))
            return new IntegerGuard<uint>(shape);
        if (type == typeof(ulong))
            return new IntegerGuard<ulong>(shape);
        if (type == typeof(Int128))
            return new IntegerGuard<Int128>(shape);
        return type == typeof(UInt128) ? new IntegerGuard<UInt128>(shape) : null;
    }

    private static GuardNode? FindNumber(NumberShape shape, Type type)
    {
        if (type == typeof(double))
            return new NumberGuard<double>(shape);
        if (type == typeof(float))
            return new NumberGuard<float>(shape);
        if (type == typeof(decimal))
            return new NumberGuard<decimal>(shape);
        return type == typeof(Half) ? new NumberGuard<Half>(shape) : null;
    }

    private static GuardNode? FindBytes(BytesShape shape, Type type)
    {
        if (type == typeof(byte[]))
            return new BytesGuard<byte[]>(shape, static bytes => bytes.Length);
        if (type == typeof(Memory<byte>))
            return new BytesGuard<Memory<byte>>(shape, static bytes => bytes.Length);
        return type == typeof(ReadOnlyMemory<byte>) ? new BytesGuard<ReadOnlyMemory<byte>>(shape, static bytes => bytes.Length) : null;
    }

    // What these write always has the form that the scalar's own schema demands.
    private static GuardNode? FindText(Type type)
    {
        if (type == typeof(Guid))
            return new AnyValueGuard<Guid>();
        if (type == typeof(DateTime))
            return new DateTimeGuard();
        if (type == typeof(DateTimeOffset))
            return new AnyValueGuard<DateTimeOffset>();
        if (type == typeof(DateOnly))
            return new AnyValueGuard<DateOnly>();
        if (type == typeof(TimeOnly))
            return new AnyValueGuard<TimeOnly>();
        if (type == typeof(TimeSpan))
            return new AnyValueGuard<TimeSpan>();
        return type == typeof(Version) ? new AnyValueGuard<Version>() : null;
    }

    private static bool HasNoRules(StringShape shape, Type type) =>
        TypeScalars.Find(type) is { } plain && (shape with { Description = null }).Equals(plain);
}

/// <summary>An integer within its limits.</summary>
internal sealed class IntegerGuard<T> : GuardNode<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly T _minimum;
    private readonly T _maximum;
    private readonly T[]? _allowed;
    private readonly T[] _denied;
    private readonly int _cost;

    public IntegerGuard(IntegerShape shape)
    {
        _minimum = T.CreateChecked(shape.Minimum);
        _maximum = T.CreateChecked(shape.Maximum);
        _allowed = GuardValues.Integers<T>(shape.Allowed);
        _denied = GuardValues.Integers<T>(shape.Denied) ?? [];
        _cost = 40 + GuardValues.Cost(shape);
    }

    public override int? FixedCost =>
        _minimum == T.MinValue && _maximum == T.MaxValue && _allowed is null && _denied.Length == 0 ? _cost : null;

    public override bool Accepts(T value, ref GuardRun run) =>
        value >= _minimum && value <= _maximum
        && (_allowed is null || _allowed.AsSpan().Contains(value))
        && !_denied.AsSpan().Contains(value)
        && run.Charge(_cost);
}

/// <summary>A finite number within its limits.</summary>
internal sealed class NumberGuard<T>(NumberShape shape) : GuardNode<T>
    where T : struct, INumber<T>, IMinMaxValue<T>
{
    private readonly GuardBound<T> _minimum = GuardBound<T>.Create(shape.Minimum, T.MinValue);
    private readonly GuardBound<T> _maximum = GuardBound<T>.Create(shape.Maximum, T.MaxValue);

    public override bool Accepts(T value, ref GuardRun run) =>
        T.IsFinite(value)
        && (value > _minimum.Value || value == _minimum.Value && _minimum.IsInside)
        && (value < _maximum.Value || value == _maximum.Value && _maximum.IsInside)
        && run.Charge(40);
}

/// <summary>A time that says where it was taken: the schema's format demands an offset.</summary>
internal sealed class DateTimeGuard : GuardNode<DateTime>
{
    public override bool Accepts(DateTime value, ref GuardRun run) =>
        value.Kind != DateTimeKind.Unspecified && run.Charge(64);
}

/// <summary>Bytes, whose limits count the characters of their base64 text.</summary>
internal sealed class BytesGuard<T>(BytesShape shape, Func<T, int> lengthOf) : GuardNode<T>
{
    public override bool Accepts(T value, ref GuardRun run)
    {
        long length = ((long)lengthOf(value) + 2) / 3 * 4;
        return length >= shape.MinLength && length <= (shape.MaxLength ?? long.MaxValue)
            && run.Charge(8 + (6 * length));
    }
}
