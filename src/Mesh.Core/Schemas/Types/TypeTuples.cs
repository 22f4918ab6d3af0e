using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>What generic types of the framework say about their elements.</summary>
internal static class TypeTuples
{
    // By their definitions: asking a type for its interfaces would not be safe in a trimmed app.
    private static readonly FrozenSet<Type> Sets = new[]
    {
        typeof(ISet<>), typeof(IReadOnlySet<>), typeof(HashSet<>), typeof(SortedSet<>), typeof(IImmutableSet<>),
        typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(FrozenSet<>),
    }.ToFrozenSet();

    /// <summary>Whether it is a value tuple or a <see cref="Tuple"/> with elements.</summary>
    public static bool IsTuple(Type type) => type.IsGenericType && type.IsAssignableTo(typeof(ITuple)) && type.Namespace == "System";

    /// <summary>Whether it is a set, or derived from one.</summary>
    public static bool IsSet(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && Sets.Contains(type.GetGenericTypeDefinition()))
                return true;
        }
        return false;
    }

    /// <summary>The types of a tuple's items; those beyond the seventh live in a nested tuple.</summary>
    public static IReadOnlyList<Type> ItemTypes(Type tuple)
    {
        List<Type> items = [];
        for (Type[] rest = tuple.GetGenericArguments(); ; rest = rest[7].GetGenericArguments())
        {
            items.AddRange(rest.Take(7));
            if (rest.Length < 8)
                return items;
        }
    }

    /// <summary>The annotations of a tuple's items, in the same order.</summary>
    public static IEnumerable<NullabilityInfo> Flatten(NullabilityInfo? tuple)
    {
        for (NullabilityInfo[] rest = tuple?.GenericTypeArguments ?? []; ; rest = rest[7].GenericTypeArguments)
        {
            foreach (NullabilityInfo item in rest.Take(7))
                yield return item;
            if (rest.Length < 8)
                yield break;
        }
    }

    /// <summary>The annotations of a collection's elements; null when its own type arguments do not name them.</summary>
    public static NullabilityInfo? ElementNullability(NullabilityInfo? collection, Type element) => collection switch
    {
        null => null,
        { ElementType: { } item } => item,
        { GenericTypeArguments: [.., var last] } when last.Type == element => last,
        _ => null,
    };
}
