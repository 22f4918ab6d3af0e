using System.Text.Json;

namespace Mesh;

/// <summary>Reads one schema object into its node. A keyword that is not known means nothing, as the specification has it.</summary>
internal sealed class SchemaReader(SchemaPlace place, SchemaNode node)
{
    private readonly List<Rule> _rules = [];
    private ScalarReader _scalars = new(place);
    private ArrayReader _arrays = new(place);
    private ObjectReader? _objects;
    private SchemaNode? _if;
    private SchemaNode? _then;
    private SchemaNode? _else;

    public void Read(JsonElement schema)
    {
        if (place.Dialect.ReferenceStandsAlone && schema.TryGetProperty("$ref", out JsonElement reference))
        {
            ReadCore("$ref", reference);
            ReadDefinitions(schema);
        }
        else
        {
            foreach (JsonProperty property in schema.EnumerateObject())
                Read(property.Name, property.Value);
        }

        if (_if is not null && (_then is not null || _else is not null || place.Dialect.Unevaluated))
            _rules.Add(new ConditionRule(_if, _then, _else));
        node.Strings = _scalars.Strings;
        node.Numbers = _scalars.Numbers;
        node.Arrays = _arrays.Finish();
        node.Objects = _objects?.Finish();
        node.General = [.. _rules];
    }

    /// <summary>Beside a reference that stands alone, definitions still can be referred to.</summary>
    private void ReadDefinitions(JsonElement schema)
    {
        foreach (JsonProperty property in schema.EnumerateObject())
        {
            if (property.Name is "definitions" or "$defs")
                ReadCore(property.Name, property.Value);
        }
    }

    private void Read(string keyword, JsonElement value)
    {
        if (keyword.StartsWith('$') || keyword == "definitions")
        {
            ReadCore(keyword, value);
            return;
        }

        if (place.Dialect.Unevaluated && keyword is "unevaluatedItems" or "unevaluatedProperties")
        {
            Unevaluated rule = new(place.Child(keyword, value), place.Site(keyword, "is not allowed here"));
            if (keyword == "unevaluatedItems")
                node.UnevaluatedItems = rule;
            else
                node.UnevaluatedProperties = rule;
            return;
        }

        if (place.Dialect.Applicators && (ReadCombination(keyword, value) || _arrays.TryReadApplicator(keyword, value)))
            return;
        if (place.Dialect.Validation && (ReadAssertion(keyword, value) || _scalars.TryRead(keyword, value) || _arrays.TryReadValidation(keyword, value)))
            return;
        switch (keyword)
        {
            case "properties" or "patternProperties" or "additionalProperties" or "propertyNames" or "dependentSchemas" when place.Dialect.Applicators:
            case "dependencies" when place.Dialect.HasOlderForms:
                (_objects ??= new ObjectReader(place)).ReadApplicator(keyword, value);
                break;
            case "required" or "minProperties" or "maxProperties" or "dependentRequired" when place.Dialect.Validation:
                (_objects ??= new ObjectReader(place)).ReadValidation(keyword, value);
                break;
            case "format":
                _scalars.ReadFormat(value);
                break;
        }
    }

    private void ReadCore(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "$ref" or "$dynamicRef" or "$recursiveRef":
                string reference = place.Text(keyword, value);
                if (keyword == "$recursiveRef" && reference != "#")
                    throw place.Error(keyword, "must be '#', as draft 2019-09 has it", "Write '#', or use $ref or $dynamicRef of draft 2020-12.");
                int index = _rules.Count;
                _rules.Add(PlaceholderRule.Instance);
                place.Compiler.Linker.Refer(new PendingReference(place, keyword, reference, rule => Complete(index, rule)));
                break;
            case "$anchor" or "$dynamicAnchor":
                string name = place.Text(keyword, value);
                if (!IsAnchorName(name))
                    throw place.Error(keyword, "must be a name: a letter or '_', then letters, digits, '-', '_' or '.'");
                if (!place.Resource.Anchors.TryAdd(name, node) && place.Resource.Anchors[name] != node)
                    throw place.Error(keyword, $"the anchor '{ViolationList.Shorten(name)}' is defined twice");
                if (keyword == "$dynamicAnchor")
                    place.Resource.DynamicNodes[name] = node;
                break;
            case "$recursiveAnchor":
                if (place.Flag(keyword, value))
                    AnchorRecursion(keyword);
                break;
            case "$defs" or "definitions":
                foreach (JsonProperty definition in place.Map(keyword, value).EnumerateObject())
                    place.Child(keyword, definition.Name, definition.Value);
                break;
        }
    }

    /// <summary>
    /// Draft 2019-09's recursion is draft 2020-12's dynamic reference with one name for all. It means the same wherever it
    /// stands: read as an unknown keyword, it would let everything pass below the first level.
    /// </summary>
    private void AnchorRecursion(string keyword)
    {
        if (place.Location != place.Resource.Location)
            throw place.Error(keyword, "has a meaning only where a document or an $id begins", "Give the schema an $id, or use $dynamicAnchor of draft 2020-12.");
        place.Resource.DynamicNodes[SchemaResource.RecursiveAnchor] = node;
    }

    private void Complete(int index, Rule rule)
    {
        node.General[index] = rule;
        bool alone = node.General.Length == 1 && node.Types == JsonKinds.Any && node.Strings is null && node.Numbers is null && node.Arrays is null
            && node.Objects is null && node.UnevaluatedItems is null && node.UnevaluatedProperties is null && node.Resource is null;
        if (alone && rule is ReferenceRule { Entered: null } reference)
            node.Alias = reference.Target;
    }

    private bool ReadCombination(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "allOf":
                _rules.Add(new AllOfRule(place.Children(keyword, value)));
                return true;
            case "anyOf":
                _rules.Add(new AnyOfRule(place.Children(keyword, value), place.Site(keyword, "must fit at least one of the alternatives, and fits none")));
                return true;
            case "oneOf":
                _rules.Add(new OneOfRule(
                    place.Children(keyword, value),
                    place.Site(keyword, "must fit exactly one of the alternatives, and fits none"),
                    place.Site(keyword, "must fit exactly one of the alternatives, and fits more than one")));
                return true;
            case "not":
                _rules.Add(new NotRule(place.Child(keyword, value), place.Site(keyword, "must not fit the schema under 'not'")));
                return true;
            case "if":
                _if = place.Child(keyword, value);
                return true;
            case "then":
                _then = place.Child(keyword, value);
                return true;
            case "else":
                _else = place.Child(keyword, value);
                return true;
            default:
                return false;
        }
    }

    private bool ReadAssertion(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "type":
                node.Types = SchemaTypes.Read(place, value, out string expectation);
                node.TypeSite = place.Site(keyword, expectation, Shown.Type);
                return true;
            case "const":
                JsonConstant constant = new(value);
                _rules.Add(new ConstantRule([constant], place.Site(keyword, "must be " + SchemaPlace.Excerpt(constant.Text), Shown.Value)));
                return true;
            case "enum":
                if (value.ValueKind != JsonValueKind.Array)
                    throw place.Error(keyword, "must be a list of values");
                JsonConstant[] allowed = value.EnumerateArray().Select(item => new JsonConstant(item)).ToArray();
                _rules.Add(new ConstantRule(allowed, place.Site(keyword, SchemaTypes.Choices(allowed), Shown.Value)));
                return true;
            default:
                return false;
        }
    }

    private static bool IsAnchorName(string name)
    {
        if (name.Length == 0 || !(char.IsAsciiLetter(name[0]) || name[0] == '_'))
            return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        }

        return true;
    }

    /// <summary>Stands where a reference will be until its target is known.</summary>
    private sealed class PlaceholderRule : Rule
    {
        public static PlaceholderRule Instance { get; } = new();

        public override bool Evaluate(ref SchemaEvaluation evaluation, int token, int frame) => evaluation.GiveUp();
    }
}
