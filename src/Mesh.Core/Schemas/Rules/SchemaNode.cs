using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// One schema object, prepared: its assertions sorted by the type of instance that they look at, so that a value meets
/// those of its own type alone. Filled by <see cref="SchemaCompiler"/>, then never changed.
/// </summary>
internal sealed class SchemaNode
{
    public JsonKinds Types { get; set; } = JsonKinds.Any;

    public KeywordSite? TypeSite { get; set; }

    public StringRule? Strings { get; set; }

    public NumberRule? Numbers { get; set; }

    public ArrayRule? Arrays { get; set; }

    public ObjectRule? Objects { get; set; }

    /// <summary>The rules for instances of any type: constants, references, combinations.</summary>
    public Rule[] General { get; set; } = [];

    public Unevaluated? UnevaluatedItems { get; set; }

    public Unevaluated? UnevaluatedProperties { get; set; }

    /// <summary>Set where evaluation enters a resource that has dynamic anchors.</summary>
    public SchemaResource? Resource { get; set; }

    /// <summary>What stands for this node, when it is nothing but a reference.</summary>
    public SchemaNode? Alias { get; set; }

    /// <summary>Whether it looks at its own value alone. Not known, and so false, while it has references that are still to be joined.</summary>
    public bool IsShallow => Alias is null && Arrays is null && Objects is null && UnevaluatedItems is null && UnevaluatedProperties is null
        && Resource is null && Array.TrueForAll(General, rule => rule is ConstantRule);

    /// <summary>The schemas that are applied to the same instance as this one.</summary>
    public IEnumerable<SchemaNode> InPlace()
    {
        IEnumerable<SchemaNode> nodes = General.SelectMany(rule => rule.InPlace);
        return Objects is null ? nodes : nodes.Concat(Objects.Dependencies.Select(dependency => dependency.Node).OfType<SchemaNode>());
    }

    public bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame)
    {
        if (Alias is not null)
            return Alias.Evaluate(ref evaluation, token, frame);
        if (--evaluation.Work < 0)
            return false;
        ref readonly JsonToken value = ref evaluation.Tokens[token];
        JsonKinds kind = value.Kind;
        if ((kind & Types) == 0 && !IsWrittenLong(evaluation, value))
        {
            evaluation.Stop(TypeSite!, token);
            return false;
        }

        if ((kind & (JsonKinds.Array | JsonKinds.Object)) == 0)
        {
            bool scalar = kind switch
            {
                JsonKinds.String => Strings is null || Strings.Evaluate(ref evaluation, value, token),
                JsonKinds.Integer or JsonKinds.Number => Numbers is null || Numbers.Evaluate(ref evaluation, value, token),
                _ => true,
            };
            if (General.Length == 0 && Resource is null)
                return scalar;
            if (!scalar && evaluation.FailFast)
                return false;
            return (Resource is null ? EvaluateGeneral(ref evaluation, token, frame) : EvaluateScoped(ref evaluation, token, frame)) && scalar;
        }

        // The schemas of a deep instance may refer to each other in ways that use much stack at each level.
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return evaluation.GiveUp();
        Unevaluated? unevaluated = kind == JsonKinds.Array ? UnevaluatedItems : UnevaluatedProperties;
        if (Resource is null && unevaluated is null && General.Length == 0)
            return EvaluateChildren(ref evaluation, value, token, frame);
        if (unevaluated is null)
            return EvaluateContainer(ref evaluation, value, token, frame);

        int own = evaluation.PushFrame(value.Count);
        bool valid = EvaluateContainer(ref evaluation, value, token, own);
        if (valid || !evaluation.FailFast)
            valid &= unevaluated.Evaluate(ref evaluation, token, own);
        evaluation.PopFrame(own, frame);
        return valid;
    }

    /// <summary>
    /// Whether an object fails by the names and scalars of its properties alone. Alternatives are asked this first: if each
    /// of them went into nested values only to fail afterwards, a deep value would cost exponentially much.
    /// </summary>
    public bool IsRuledOut(ref SchemaEvaluation evaluation, int token)
    {
        if (Alias is not null)
            return Alias.IsRuledOut(ref evaluation, token);
        ref readonly JsonToken value = ref evaluation.Tokens[token];
        bool isNested = value.Kind == JsonKinds.Object && value.Next - token - 1 > 2 * value.Count;
        // Inside a resource of its own, dynamic references would first have to be told of it.
        return isNested && Resource is null && Objects is { MayDescend: true } && Objects.IsRuledOut(ref evaluation, token);
    }

    private bool EvaluateContainer(ref SchemaEvaluation evaluation, in JsonToken value, int token, int frame)
    {
        DynamicScope? outer = evaluation.Scope;
        if (Resource is not null)
            evaluation.Scope = new DynamicScope(Resource, outer);
        bool valid = EvaluateChildren(ref evaluation, value, token, frame);
        if (valid || !evaluation.FailFast)
            valid &= EvaluateGeneral(ref evaluation, token, frame);
        evaluation.Scope = outer;
        return valid;
    }

    private bool EvaluateScoped(ref SchemaEvaluation evaluation, int token, int frame)
    {
        DynamicScope? outer = evaluation.Scope;
        evaluation.Scope = new DynamicScope(Resource!, outer);
        bool valid = EvaluateGeneral(ref evaluation, token, frame);
        evaluation.Scope = outer;
        return valid;
    }

    private bool EvaluateChildren(ref SchemaEvaluation evaluation, in JsonToken value, int token, int frame) =>
        value.Kind == JsonKinds.Object
            ? Objects is null || Objects.Evaluate(ref evaluation, value, token, frame)
            : Arrays is null || Arrays.Evaluate(ref evaluation, value, token, frame);

    private bool EvaluateGeneral(ref SchemaEvaluation evaluation, int token, int frame)
    {
        bool valid = true;
        foreach (Rule rule in General)
        {
            if (rule.Evaluate(ref evaluation, token, frame))
                continue;
            if (evaluation.FailFast)
                return false;
            valid = false;
        }

        return valid;
    }

    /// <summary>Whether a number with a fraction or an exponent has an integer's value, where an integer is asked for.</summary>
    private bool IsWrittenLong(in SchemaEvaluation evaluation, in JsonToken value) =>
        value.Kind == JsonKinds.Number && (Types & JsonKinds.Integer) != 0 && new JsonNumber(evaluation.Text(value)).IsInteger;
}
