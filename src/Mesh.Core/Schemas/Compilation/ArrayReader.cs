using System.Text.Json;

namespace Mesh;

/// <summary>Reads the keywords about arrays, those of draft-07 included.</summary>
internal struct ArrayReader(SchemaPlace place)
{
    private ArrayRule? _rule;
    private SchemaNode? _contains;
    private long _minContains = 1;
    private long _maxContains = long.MaxValue;
    private JsonElement _additional;
    private bool _isTuple;

    public bool TryReadApplicator(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "prefixItems":
                Rule().Prefix = place.Children(keyword, value);
                return true;
            case "items" when value.ValueKind == JsonValueKind.Array:
                if (!place.Dialect.HasOlderForms)
                    throw new OlderFormException(place.Resource.Source.Key);
                _isTuple = true;
                if (value.GetArrayLength() > 0)
                    Rule().Prefix = place.Children(keyword, value);
                return true;
            case "items":
                SetItems(keyword, value);
                return true;
            case "additionalItems" when place.Dialect.HasOlderForms:
                _additional = value;
                return true;
            case "contains":
                _contains = place.Child(keyword, value);
                return true;
            default:
                return false;
        }
    }

    public bool TryReadValidation(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "minItems":
                Rule().MinCount = place.Count(keyword, value);
                Rule().MinCountSite = place.Site(keyword, "must have at least " + SchemaPlace.Counted(Rule().MinCount, "item", "items"), Shown.Count);
                return true;
            case "maxItems":
                Rule().MaxCount = place.Count(keyword, value);
                Rule().MaxCountSite = place.Site(keyword, "must have at most " + SchemaPlace.Counted(Rule().MaxCount, "item", "items"), Shown.Count);
                return true;
            case "uniqueItems":
                Rule().UniqueSite = place.Flag(keyword, value) ? place.Site(keyword, "must not have the same item twice") : null;
                return true;
            case "minContains":
                _minContains = place.Count(keyword, value);
                return true;
            case "maxContains":
                _maxContains = place.Count(keyword, value);
                return true;
            default:
                return false;
        }
    }

    public ArrayRule? Finish()
    {
        if (_isTuple && _additional.ValueKind != JsonValueKind.Undefined)
            SetItems("additionalItems", _additional);
        if (_contains is not null && (_minContains > 0 || _maxContains < long.MaxValue || place.Dialect.Unevaluated))
        {
            KeywordSite few = place.Site(_minContains == 1 ? "contains" : "minContains", _minContains == 1
                ? "must contain an item that fits 'contains'"
                : $"must contain at least {_minContains} items that fit 'contains'");
            KeywordSite many = place.Site("maxContains", $"must contain at most {_maxContains} items that fit 'contains'");
            Rule().Contains = new ContainsRule(_contains, _minContains, _maxContains, few, many);
        }

        return _rule;
    }

    private void SetItems(string keyword, JsonElement value)
    {
        Rule().Items = place.Child(keyword, value);
        if (value.ValueKind == JsonValueKind.False)
            Rule().ItemsSite = place.Site(keyword, "is not allowed here");
    }

    private ArrayRule Rule() => _rule ??= new ArrayRule();
}
