namespace Mesh;

/// <summary>What one shape demands of a value that is not null.</summary>
internal abstract class GuardNode
{
    /// <summary>What each value costs, where every value of its CLR type is accepted at the same cost; else null.</summary>
    public virtual int? FixedCost => null;

    public abstract bool Accepts(object value, ref GuardRun run);
}

/// <summary>A node for one CLR type, which a value type needs not be boxed for.</summary>
internal abstract class GuardNode<T> : GuardNode
{
    public sealed override bool Accepts(object value, ref GuardRun run) => Accepts((T)value, ref run);

    public abstract bool Accepts(T value, ref GuardRun run);
}

/// <summary>What null means at a place.</summary>
internal enum GuardNull
{
    Refused,
    Accepted,
    Undecided,
}

/// <summary>A place that holds a value or null.</summary>
internal readonly record struct GuardSlot(GuardNode Node, GuardNull Null)
{
    public bool Accepts(object? value, ref GuardRun run) => value is null ? AcceptsNull(ref run) : Node.Accepts(value, ref run);

    public bool AcceptsNull(ref GuardRun run) => Null switch
    {
        GuardNull.Refused => false,
        GuardNull.Accepted => run.Charge(8),
        _ => run.LeaveUndecided(),
    };
}

/// <summary>A shape of which only its JSON can tell.</summary>
internal sealed class UndecidedGuard : GuardNode
{
    public override bool Accepts(object value, ref GuardRun run) => run.LeaveUndecided();
}

/// <summary>A type whose every value has a short JSON form that its schema accepts.</summary>
internal sealed class AnyValueGuard<T> : GuardNode<T>
{
    private const int Cost = 64;

    public override int? FixedCost => Cost;

    public override bool Accepts(T value, ref GuardRun run) => run.Charge(Cost);
}

/// <summary>A type that contains itself.</summary>
internal sealed class RecursiveGuard : GuardNode
{
    /// <summary>The node; set once the type has been compiled.</summary>
    public GuardNode? Target { get; set; }

    public override bool Accepts(object value, ref GuardRun run) => Target!.Accepts(value, ref run);
}
