namespace Mesh;

/// <summary>An assertion about instances of any type.</summary>
internal abstract class Rule
{
    /// <summary>The schemas that this rule applies to the same instance, for the search for endless loops.</summary>
    public virtual IEnumerable<SchemaNode> InPlace => [];

    /// <summary>Whether the instance is valid; notes failures in <paramref name="evaluation"/>.</summary>
    public abstract bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame);

    /// <summary>Tries an alternative: nothing is collected, and children count as evaluated only if it is valid.</summary>
    protected static bool Try(SchemaNode node, ref SchemaEvaluation evaluation, int token, int frame)
    {
        ViolationList? muted = evaluation.Mute();
        bool valid;
        if (node.IsRuledOut(ref evaluation, token))
        {
            valid = false;
        }
        else if (frame < 0)
        {
            valid = node.Evaluate(ref evaluation, token, -1);
        }
        else
        {
            int own = evaluation.PushFrame(evaluation.Tokens[token].Count);
            valid = node.Evaluate(ref evaluation, token, own);
            evaluation.PopFrame(own, valid ? frame : -1);
        }

        evaluation.Unmute(muted);
        return valid;
    }
}

/// <summary><c>const</c> and <c>enum</c>.</summary>
internal sealed class ConstantRule(JsonConstant[] allowed, KeywordSite site) : Rule
{
    public JsonConstant[] Allowed => allowed;

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        // A long list costs what it costs to look through.
        evaluation.Work -= allowed.Length >> 2;
        foreach (JsonConstant constant in allowed)
        {
            if (constant.Equals(evaluation, token, ref evaluation.Work))
                return true;
        }

        evaluation.Stop(site, token);
        return false;
    }
}

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfRule(SchemaNode[] nodes) : Rule
{
    public override IEnumerable<SchemaNode> InPlace => nodes;

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        bool valid = true;
        foreach (SchemaNode node in nodes)
        {
            if (node.Evaluate(ref evaluation, token, frame))
                continue;
            if (evaluation.FailFast)
                return false;
            valid = false;
        }

        return valid;
    }
}

/// <summary><c>anyOf</c>.</summary>
internal sealed class AnyOfRule(SchemaNode[] nodes, KeywordSite site) : Rule
{
    public override IEnumerable<SchemaNode> InPlace => nodes;

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        bool any = false;
        foreach (SchemaNode node in nodes)
        {
            any |= Try(node, ref evaluation, token, frame);

            // With a frame every alternative counts, because each valid one tells what it evaluated.
            if (any && frame < 0)
                return true;
        }

        if (!any)
            Alternatives.ReportNone(ref evaluation, site, token, nodes);
        return any;
    }
}

/// <summary><c>oneOf</c>.</summary>
internal sealed class OneOfRule(SchemaNode[] nodes, KeywordSite none, KeywordSite several) : Rule
{
    public override IEnumerable<SchemaNode> InPlace => nodes;

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        int matches = 0;
        foreach (SchemaNode node in nodes)
        {
            if (Try(node, ref evaluation, token, frame) && ++matches > 1)
                break;
        }

        if (matches == 0)
            Alternatives.ReportNone(ref evaluation, none, token, nodes);
        else if (matches > 1)
            evaluation.Stop(several, token);
        return matches == 1;
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotRule(SchemaNode node, KeywordSite site) : Rule
{
    public override IEnumerable<SchemaNode> InPlace => [node];

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        // An aborted validation must not become valid by negation; the result of the whole one is checked for that too.
        if (!Try(node, ref evaluation, token, -1) && !evaluation.Aborted)
            return true;
        evaluation.Stop(site, token);
        return false;
    }
}

/// <summary><c>if</c>, <c>then</c> and <c>else</c>.</summary>
internal sealed class ConditionRule(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Rule
{
    public override IEnumerable<SchemaNode> InPlace => new[] { condition, then, otherwise }.OfType<SchemaNode>();

    public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        SchemaNode? next = Try(condition, ref evaluation, token, frame) ? then : otherwise;
        return next is null || next.Evaluate(ref evaluation, token, frame);
    }
}
