using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Tests.Schemas;

/// <summary>
/// Generators of values of any type, hostile ones among them: what a type can hold in CLR although its JSON may not, and
/// what lies at or beyond the limits.
/// </summary>
internal static class GuardedValues
{
    private static readonly string[] Strings =
        ["a", "b", "abc", "Oslo", "", "é", "😀😀", "a@b.example", "https://example.org/a?b#c", "/relative", "with space", "\"\\\u0000", new('x', 300)];

    private static readonly Dictionary<Type, Gen<object?>> Scalars = new()
    {
        [typeof(bool)] = Pick(true, false),
        [typeof(sbyte)] = Pick<sbyte>(0, 1, -1, sbyte.MinValue, sbyte.MaxValue),
        [typeof(byte)] = Pick<byte>(0, 1, 2, 3, byte.MaxValue),
        [typeof(short)] = Pick<short>(0, 1, -1, short.MinValue, short.MaxValue),
        [typeof(ushort)] = Pick<ushort>(0, 1, 2, ushort.MaxValue),
        [typeof(int)] = Mostly(Pick(1, 2, 1, 2), Pick(0, 3, 5, 6, -2, -3, int.MinValue, int.MaxValue)),
        [typeof(uint)] = Pick<uint>(0, 1, uint.MaxValue),
        [typeof(long)] = Pick(2, 3, -4, 0, 1, long.MinValue, long.MaxValue),
        [typeof(ulong)] = Mostly(Pick<ulong>(1, 2, ulong.MaxValue), Pick<ulong>(0)),
        [typeof(Int128)] = Pick<Int128>(0, 1, Int128.MinValue, Int128.MaxValue),
        [typeof(UInt128)] = Pick<UInt128>(0, 1, UInt128.MaxValue),
        [typeof(double)] = Mostly(
            Pick(0.5, 0.1, 1, 0.3, 1.0 / 3),
            Pick(0, -0.0, 0.30000000000000004, 1.5, 10, 1e300, double.MaxValue, double.MinValue, double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity)),
        [typeof(float)] = Mostly(Pick(0.5f, 0.1f, 0.3f, 1), Pick(-0.0f, 1.5f, float.MaxValue, float.MinValue, float.Epsilon, float.NaN, float.NegativeInfinity)),
        [typeof(Half)] = Mostly(Pick<Half>((Half)0.5, (Half)1), Pick<Half>((Half)0.3, (Half)0, (Half)1.001, Half.MaxValue, Half.NaN, Half.PositiveInfinity)),
        [typeof(decimal)] = Mostly(Pick(0.5m, 0.1m, 0.10m, 1.5m), Pick(0m, -0.0m, 1.50001m, decimal.MaxValue, decimal.MinValue, 1e-28m, -1e-28m)),
        [typeof(string)] = Mostly(Pick(Strings), Pick("a\uD800", "\uDC00b", "\uDC00\uD800")),
        [typeof(char)] = Mostly(Pick('a', 'b'), Pick('A', '0', 'é', '\uD800', '\uDFFF', '\0')),
        [typeof(Guid)] = Pick(Guid.Empty, new Guid("0a000000-0000-0000-0000-00000000000f"), new Guid("fa000000-0000-0000-0000-00000000000f")),
        [typeof(DateTime)] = Mostly(
            Pick(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), new(2026, 1, 2, 3, 4, 5, 6, DateTimeKind.Local), new(0, DateTimeKind.Utc), new(DateTime.MaxValue.Ticks, DateTimeKind.Utc)),
            Pick(default, DateTime.MaxValue)),
        [typeof(DateTimeOffset)] = Pick(default, DateTimeOffset.MaxValue, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromMinutes(-14 * 60)), new(2026, 1, 2, 3, 4, 5, 60, TimeSpan.FromMinutes(345))),
        [typeof(DateOnly)] = Pick(default, DateOnly.MaxValue),
        [typeof(TimeOnly)] = Pick(default, TimeOnly.MaxValue, new TimeOnly(1, 2, 3)),
        [typeof(TimeSpan)] = Pick(default, TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.FromTicks(-1), TimeSpan.FromDays(3)),
        [typeof(Uri)] = Mostly(
            Pick(new("https://example.org/a?b#c"), new("mailto:a@b.example"), new Uri("/a", UriKind.Relative)),
            Pick(new Uri("/a", UriKind.RelativeOrAbsolute), new("a b", UriKind.Relative), new("http://exämple.org/é"), new("a\uD800", UriKind.Relative))),
        [typeof(Version)] = Pick(new(1, 2), new(1, 2, 3), new(1, 2, 3, 4), new Version(0, int.MaxValue)),
        [typeof(GuardedTypes.Sky)] = Mostly(Pick(GuardedTypes.Sky.ClearSky, GuardedTypes.Sky.Far, GuardedTypes.Sky.Snow), Pick(GuardedTypes.Sky.Rain, (GuardedTypes.Sky)77)),
        [typeof(GuardedTypes.Code)] = Mostly(Pick(GuardedTypes.Code.Some), Pick(GuardedTypes.Code.None, (GuardedTypes.Code)3)),
        [typeof(object)] = Pick<object>(1, "a", true),
    };

    /// <param name="type">What is generated.</param>
    /// <param name="depth">How deeply it may nest.</param>
    public static Gen<object?> Of(Type type, int depth = 4)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Gen.Frequency((3, Of(underlying, depth)), (1, Gen.Constant((object?)null)));
        if (Scalars.TryGetValue(type, out Gen<object?>? scalar))
            return OrNull(type, scalar);
        if (depth == 0)
            return Gen.Constant(type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : Empty(type));
        Type[] cases = [.. typeof(GuardedTypes).GetNestedTypes().Where(t => t.BaseType is { IsPublic: false } && t.IsSubclassOf(type))];
        if (cases.Length > 0)
            return OrNull(type, Gen.OneOf([.. cases.Append(type).Where(t => !t.IsAbstract).Select(t => Instance(t, depth))]));
        if (Element(type) is { } element)
            return OrNull(type, Items(Of(element, depth - 1)).Select(items => Collection(type, element, items)));
        return OrNull(type, Instance(type, depth));
    }

    private static Gen<object?> Instance(Type type, int depth)
    {
        ConstructorInfo constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        MemberInfo[] settable = constructor.GetParameters().Length > 0
            ? []
            : [.. type.GetProperties().Where(p => p.SetMethod is not null), .. type.GetFields(BindingFlags.Public | BindingFlags.Instance)];
        IEnumerable<Type> parts = constructor.GetParameters().Select(p => p.ParameterType)
            .Concat(settable.Select(m => m is PropertyInfo p ? p.PropertyType : ((FieldInfo)m).FieldType));
        return Gen.CollectToArray(parts, part => Of(part, depth - 1)).Select(values =>
        {
            int arguments = constructor.GetParameters().Length;
            object made = constructor.Invoke(values[..arguments]);
            for (int i = 0; i < settable.Length; i++)
                Set(settable[i], made, values[arguments + i]);
            return (object?)made;
        });
    }

    private static void Set(MemberInfo member, object owner, object? value)
    {
        if (member is PropertyInfo property)
            property.SetValue(owner, value);
        else
            ((FieldInfo)member).SetValue(owner, value);
    }

    private static Type? Element(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        if (!type.IsGenericType || !type.Namespace!.StartsWith("System", StringComparison.Ordinal) || type.IsAssignableTo(typeof(ITuple)) || type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
            return null;
        Type[] arguments = type.GetGenericArguments();
        return arguments.Length == 1 ? arguments[0] : typeof(KeyValuePair<,>).MakeGenericType(arguments);
    }

    private static Gen<object?[]> Items(Gen<object?> item) => Gen.Choose(0, 3).SelectMany(n => Gen.ArrayOf(item, n));

    private static object? Collection(Type type, Type element, object?[] items)
    {
        if (type == typeof(ImmutableArray<bool>) && items.Length == 3)
            return default(ImmutableArray<bool>);
        string method = type.IsArray || type.IsInterface && Element(type) == element && !IsMap(type) && !type.Name.Contains("Set", StringComparison.Ordinal) ? nameof(ToArray) : type.Name.Split('`')[0] switch
        {
            "List" => nameof(ToList),
            "ImmutableArray" => nameof(ToImmutableArray),
            "ImmutableList" => nameof(ToImmutableList),
            "HashSet" or "IReadOnlySet" => nameof(ToSet),
            "FrozenSet" => nameof(ToFrozenSet),
            "ImmutableHashSet" => nameof(ToImmutableSet),
            "SortedSet" => nameof(ToSortedSet),
            "Memory" => nameof(ToMemory),
            "ReadOnlyMemory" => nameof(ToReadOnlyMemory),
            "SortedDictionary" => nameof(ToSortedMap),
            "ImmutableDictionary" => nameof(ToImmutableMap),
            _ => nameof(ToMap),
        };
        Type[] arguments = IsMap(type) ? type.GetGenericArguments() : [element];
        return typeof(GuardedValues).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(arguments).Invoke(null, [items]);
    }

    private static bool IsMap(Type type) => type.IsGenericType && type.GetGenericArguments().Length == 2;

    private static T[] ToArray<T>(object?[] items) => [.. items.Cast<T>()];

    private static List<T> ToList<T>(object?[] items) => [.. items.Cast<T>()];

    private static ImmutableArray<T> ToImmutableArray<T>(object?[] items) => [.. items.Cast<T>()];

    private static ImmutableList<T> ToImmutableList<T>(object?[] items) => [.. items.Cast<T>()];

    // One set in a few compares references, so that equal items may stand in it twice.
    private static HashSet<T> ToSet<T>(object?[] items) => items.Length == 3 && typeof(T) == typeof(string)
        ? (HashSet<T>)(object)new HashSet<string>(items.Cast<string>().Select(s => s is null ? s! : new string(s)), new ByReference())
        : [.. items.Cast<T>()];

    private static FrozenSet<T> ToFrozenSet<T>(object?[] items) => items.Cast<T>().ToFrozenSet();

    private static ImmutableHashSet<T> ToImmutableSet<T>(object?[] items) => [.. items.Cast<T>()];

    private static SortedSet<T> ToSortedSet<T>(object?[] items) => [.. items.Cast<T>()];

    private static Memory<T> ToMemory<T>(object?[] items) => ToArray<T>(items);

    private static ReadOnlyMemory<T> ToReadOnlyMemory<T>(object?[] items) => ToArray<T>(items);

    private static Dictionary<TKey, TValue> ToMap<TKey, TValue>(object?[] items)
        where TKey : notnull
    {
        Dictionary<TKey, TValue> map = items.Length == 3 && typeof(TKey) == typeof(string) ? new((IEqualityComparer<TKey>)(object)new ByReference()) : [];
        foreach ((TKey key, TValue value) in items.Cast<KeyValuePair<TKey, TValue>>())
        {
            if (key is not null)
                map[key is string text ? (TKey)(object)new string(text) : key] = value;
        }
        return map;
    }

    private static SortedDictionary<TKey, TValue> ToSortedMap<TKey, TValue>(object?[] items)
        where TKey : notnull => new(ToMap<TKey, TValue>(items));

    private static ImmutableDictionary<TKey, TValue> ToImmutableMap<TKey, TValue>(object?[] items)
        where TKey : notnull => ToMap<TKey, TValue>(items).ToImmutableDictionary();

    private static Array? Empty(Type type) => type.IsArray ? Array.CreateInstance(type.GetElementType()!, 0) : null;

    private static Gen<object?> Pick<T>(params T[] values) => Gen.Elements(values.Select(v => (object?)v));

    private static Gen<object?> Mostly(Gen<object?> good, Gen<object?> bad) => Gen.Frequency((9, good), (1, bad));

    private static Gen<object?> OrNull(Type type, Gen<object?> gen) =>
        type.IsValueType ? gen : Gen.Frequency((14, gen), (1, Gen.Constant((object?)null)));

    private sealed class ByReference : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => ReferenceEquals(x, y);

        public int GetHashCode(string text) => RuntimeHelpers.GetHashCode(text);
    }
}
