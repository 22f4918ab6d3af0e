namespace Mesh;

/// <summary>What of the instance a message shows after what was expected.</summary>
internal enum Shown
{
    Nothing,
    Value,
    Type,
    Length,
    Count,
}

/// <summary>A keyword at its place in a schema, with the sentence for an instance that fails it.</summary>
internal sealed class KeywordSite(SchemaLocation location, string keyword, string expectation, Shown shown = Shown.Nothing)
{
    private string? _path;

    public string Keyword { get; } = keyword;

    public string Expectation { get; } = expectation;

    public Shown Shown { get; } = shown;

    /// <summary>The pointer to the keyword. Made when it is first asked for: most keywords never fail.</summary>
    public string Path => _path ??= location.ToString();
}

/// <summary>A place in a schema, as the chain of steps that lead to it.</summary>
internal sealed class SchemaLocation(SchemaLocation? parent, string step)
{
    /// <summary>The location one step further in.</summary>
    public SchemaLocation Of(string next) => new(this, next);

    public SchemaLocation Of(int index) => new(this, index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The first location of a chain is its document's: empty for the schema itself, <c>uri#</c> for another one.</summary>
    public override string ToString()
    {
        List<string> steps = [];
        SchemaLocation location = this;
        for (; location.Parent is not null; location = location.Parent)
            steps.Add(JsonPointers.Escape(location.Step));
        if (steps.Count == 0)
            return location.Step;
        steps.Add(location.Step);
        steps.Reverse();
        return string.Join('/', steps);
    }

    private SchemaLocation? Parent => parent;

    private string Step => step;
}
