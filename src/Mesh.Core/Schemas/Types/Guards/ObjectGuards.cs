namespace Mesh;

/// <summary>An object, property by property.</summary>
internal sealed class ObjectGuard(GuardProperty[] properties, int cost) : GuardNode
{
    public IReadOnlyList<GuardProperty> Properties => properties;

    /// <summary>What its names and its properties of a fixed cost take.</summary>
    public int Cost => cost;

    public override bool Accepts(object value, ref GuardRun run)
    {
        if (!run.TryEnter(cost))
            return true;
        foreach (GuardProperty property in properties)
        {
            if (!property.Accepts(value, ref run))
                return false;
        }
        run.Leave();
        return true;
    }
}

/// <summary>An object that lacks a required property whenever it is written.</summary>
internal sealed class NeverGuard : GuardNode
{
    public override bool Accepts(object value, ref GuardRun run) => false;
}

/// <summary>One of the listed types, exactly: the serializer writes no other.</summary>
internal sealed class UnionGuard(Dictionary<Type, GuardNode> cases, string discriminator, bool isClosed) : GuardNode
{
    // Its schema is tried case by case, and each one looks at the discriminator alone until it is the right one.
    private readonly int _cost = (64 * cases.Count) + (6 * discriminator.Length) + 256;

    public override bool Accepts(object value, ref GuardRun run)
    {
        if (cases.TryGetValue(value.GetType(), out GuardNode? node))
            return run.TrySpend(_cost) ? node.Accepts(value, ref run) : run.IsUndecided;
        return !isClosed && run.LeaveUndecided();
    }
}
