using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary><c>$ref</c>. Its target may be compiled later than the rule, because references go in circles.</summary>
internal sealed class ReferenceRule(SchemaNode target, SchemaResource? entered) : Rule
{
    public override IEnumerable<SchemaNode> InPlace => [target];

    public SchemaNode Target => target;

    /// <summary>The resource that the reference goes into, when that has dynamic anchors.</summary>
    public SchemaResource? Entered => entered;

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return evaluation.GiveUp();
        if (entered is null)
            return target.Evaluate(ref evaluation, token, frame);
        DynamicScope? outer = evaluation.Scope;
        evaluation.Scope = new DynamicScope(entered, outer);
        bool valid = target.Evaluate(ref evaluation, token, frame);
        evaluation.Scope = outer;
        return valid;
    }
}

/// <summary>
/// <c>$dynamicRef</c> whose first target is a dynamic anchor: the outermost resource entered that has an anchor of the
/// name decides.
/// </summary>
internal sealed class DynamicReferenceRule(string anchor, SchemaNode first) : Rule
{
    /// <summary>Deeper nesting of dynamic references than any instance explains is an endless loop.</summary>
    private const int MaxDepth = 2_000;

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        SchemaNode target = first;
        DynamicScope? outer = evaluation.Scope;
        for (DynamicScope? scope = outer; scope is not null; scope = scope.Outer)
        {
            evaluation.Work--;
            if (scope.Resource.DynamicNodes.TryGetValue(anchor, out SchemaNode? node))
            {
                target = node;
                evaluation.Scope = new DynamicScope(scope.Resource, outer);
            }
        }

        bool valid = outer?.Depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()
            ? evaluation.GiveUp()
            : target.Evaluate(ref evaluation, token, frame);
        evaluation.Scope = outer;
        return valid;
    }
}

/// <summary>The chain of resources with dynamic anchors that an evaluation has entered.</summary>
internal sealed class DynamicScope(SchemaResource resource, DynamicScope? outer)
{
    public SchemaResource Resource { get; } = resource;

    public DynamicScope? Outer { get; } = outer;

    public int Depth { get; } = (outer?.Depth ?? 0) + 1;
}
