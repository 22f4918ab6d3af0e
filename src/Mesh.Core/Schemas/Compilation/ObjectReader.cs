using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>Reads the keywords about objects and makes one rule of them.</summary>
internal sealed class ObjectReader(SchemaPlace place)
{
    private readonly ObjectRule _rule = new();
    private readonly List<PropertyEntry> _entries = [];
    private readonly List<PropertyEntry> _required = [];
    private readonly List<Dependency> _dependencies = [];
    private readonly Dictionary<string, PropertyEntry> _byName = new(StringComparer.Ordinal);
    private int _bits;

    public void ReadApplicator(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "properties":
                foreach (JsonProperty property in place.Map(keyword, value).EnumerateObject())
                {
                    PropertyEntry entry = Entry(property.Name);
                    entry.Node = place.Child(keyword, property.Name, property.Value);
                    entry.Covered = true;
                }

                break;
            case "patternProperties":
                List<PatternProperty> patterns = [];
                foreach (JsonProperty property in place.Map(keyword, value).EnumerateObject())
                    patterns.Add(new PatternProperty(place.Pattern(keyword, property.Name), place.Child(keyword, property.Name, property.Value)));
                _rule.Patterns = [.. patterns];
                break;
            case "additionalProperties":
                _rule.Additional = place.Child(keyword, value);
                if (value.ValueKind == JsonValueKind.False)
                    _rule.AdditionalSite = place.Site(keyword, "is not allowed here");
                break;
            case "propertyNames":
                _rule.Names = place.Child(keyword, value);
                break;
            case "dependentSchemas":
                foreach (JsonProperty property in place.Map(keyword, value).EnumerateObject())
                    DependOnSchema(keyword, property);
                break;
            case "dependencies":
                foreach (JsonProperty property in place.Map(keyword, value).EnumerateObject())
                {
                    if (property.Value.ValueKind == JsonValueKind.Array)
                        DependOnNames(keyword, property);
                    else
                        DependOnSchema(keyword, property);
                }

                break;
        }
    }

    public void ReadValidation(string keyword, JsonElement value)
    {
        switch (keyword)
        {
            case "required":
                _rule.RequiredSite = place.Site(keyword, "is required");
                foreach (string name in place.Names(keyword, value))
                    _required.Add(Tracked(name));
                break;
            case "minProperties":
                _rule.MinCount = place.Count(keyword, value);
                _rule.MinCountSite = place.Site(keyword, "must have at least " + SchemaPlace.Counted(_rule.MinCount, "property", "properties"), Shown.Count);
                break;
            case "maxProperties":
                _rule.MaxCount = place.Count(keyword, value);
                _rule.MaxCountSite = place.Site(keyword, "must have at most " + SchemaPlace.Counted(_rule.MaxCount, "property", "properties"), Shown.Count);
                break;
            case "dependentRequired":
                foreach (JsonProperty property in place.Map(keyword, value).EnumerateObject())
                    DependOnNames(keyword, property);
                break;
        }
    }

    public ObjectRule Finish()
    {
        foreach (PropertyEntry entry in _entries)
        {
            if (_rule.Patterns.Length > 0)
                entry.PatternNodes = _rule.Patterns.Where(pattern => pattern.Pattern.IsMatch(entry.Text)).Select(pattern => pattern.Node).ToArray();
            entry.IsPlain = entry.Covered && entry.PatternNodes.Length == 0 && _rule.Names is null;
            entry.Covered |= entry.PatternNodes.Length > 0;
        }

        foreach (PropertyEntry entry in _required)
            _rule.RequiredBits |= entry.Bit;
        _rule.RequiredWithoutBit = _required.Where(entry => entry.Bit == 0).ToArray();
        _rule.Dependencies = [.. _dependencies];
        _rule.Table = new PropertyTable([.. _entries]);
        _rule.MayDescend = _rule.Patterns.Length > 0 || _rule.Additional is not null || _rule.Names is not null
            || _dependencies.Any(dependency => dependency.Node is not null) || _entries.Any(entry => entry.Node is { IsShallow: false });
        return _rule;
    }

    private void DependOnSchema(string keyword, JsonProperty property) =>
        _dependencies.Add(new Dependency(Tracked(property.Name), place.Child(keyword, property.Name, property.Value), [], []));

    private void DependOnNames(string keyword, JsonProperty property)
    {
        List<string> names = place.Names(keyword, property.Value);
        KeywordSite[] sites = names.Select(name => new KeywordSite(
            place.Location.Of(keyword).Of(property.Name),
            keyword,
            $"must have the property '{ViolationList.Shorten(name)}' because it has '{ViolationList.Shorten(property.Name)}'")).ToArray();
        _dependencies.Add(new Dependency(Tracked(property.Name), null, names.Select(Tracked).ToArray(), sites));
    }

    /// <summary>An entry whose presence is asked for. The first 64 get a bit; more are rare and are looked up.</summary>
    private PropertyEntry Tracked(string name)
    {
        PropertyEntry entry = Entry(name);
        if (entry.Bit == 0 && _bits < 64)
            entry.Bit = 1UL << _bits++;
        return entry;
    }

    private PropertyEntry Entry(string name)
    {
        if (_byName.TryGetValue(name, out PropertyEntry? entry))
            return entry;
        entry = new PropertyEntry(Encoding.UTF8.GetBytes(name), name);
        _byName.Add(name, entry);
        _entries.Add(entry);
        return entry;
    }
}
