namespace Mesh;

/// <summary><c>unevaluatedItems</c> or <c>unevaluatedProperties</c>: a schema for the children that nothing else marked.</summary>
internal sealed class Unevaluated(SchemaNode node, KeywordSite site)
{
    public bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        ref readonly JsonToken container = ref evaluation.Tokens[token];
        int named = container.Kind == JsonKinds.Object ? 1 : 0;
        bool valid = true;
        int child = token + 1 + named;
        for (int ordinal = 0; ordinal < container.Count; ordinal++, child = evaluation.Tokens[child].Next + named)
        {
            if (evaluation.IsMarked(frame, ordinal))
                continue;
            evaluation.Mark(frame, ordinal);
            if (node.Types == JsonKinds.None ? !evaluation.Stop(site, child) : node.Evaluate(ref evaluation, child, -1))
            {
                valid &= node.Types != JsonKinds.None;
                continue;
            }

            valid = false;
            if (evaluation.FailFast || evaluation.Aborted)
                return false;
        }

        return valid;
    }
}
