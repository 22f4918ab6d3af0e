using System.Text.Json;

namespace Mesh;

/// <summary>One of the members of an enumeration: the serializer has no name for any other number.</summary>
internal sealed class EnumGuard : GuardNode
{
    private readonly HashSet<object> _members;

    private readonly int _cost;

    private EnumGuard(HashSet<object> members, EnumShape shape, bool hasDistinctNames)
    {
        // A name is short enough for this, and its schema lists all of them.
        _cost = 256 + (2 * shape.Values.Count) + GuardValues.Cost(shape);
        _members = members;
        HasDistinctNames = hasDistinctNames;
    }

    /// <summary>Whether no two members are written alike.</summary>
    public bool HasDistinctNames { get; }

    /// <returns>Null when values are listed but members cannot be told apart by what is written for them.</returns>
    public static EnumGuard? TryCreate(EnumShape shape)
    {
        object[] members = [.. Enum.GetValuesAsUnderlyingType(shape.ClrType).Cast<object>().Distinct().Select(n => Enum.ToObject(shape.ClrType, n))];
        bool isDistinct = members.Length == shape.Values.Count;
        if (shape is { Allowed: null, Denied: null })
            return new EnumGuard([.. members], shape, isDistinct);
        if (!isDistinct)
            return null;
        // The walk lists what is written for the members in their order.
        return new EnumGuard([.. members.Where((_, i) => IsAccepted(shape, shape.Values[i]))], shape, isDistinct);
    }

    private static bool IsAccepted(EnumShape shape, JsonElement value) =>
        (shape.Allowed is null || shape.Allowed.Any(a => JsonElement.DeepEquals(a, value)))
        && (shape.Denied is null || !shape.Denied.Any(d => JsonElement.DeepEquals(d, value)));

    public override bool Accepts(object value, ref GuardRun run) =>
        _members.Contains(value) && run.Charge(_cost);
}
