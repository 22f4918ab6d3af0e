using System.Text.Json;

namespace Mesh;

/// <summary>
/// Turns schemas into <see cref="SchemaNode"/>s. Subschemas are read recursively, within the depth limit; the
/// <see cref="SchemaLinker"/> joins references with their targets afterwards.
/// </summary>
internal sealed class SchemaCompiler
{
    private static readonly Uri DefaultBase = new("mesh://schema/");

    private readonly Dictionary<string, SchemaPattern> _patterns = new(StringComparer.Ordinal);
    private readonly List<SchemaNode> _nodes = [];
    private readonly List<(SchemaNode Node, SchemaResource Resource)> _entrances = [];
    private readonly HashSet<string> _olderDocuments = new(StringComparer.Ordinal);

    public SchemaCompiler(SchemaOptions options)
    {
        Options = options;
        Documents = new SchemaDocuments(options, ReadDocument);
        Linker = new SchemaLinker(this);
    }

    public SchemaOptions Options { get; }

    public SchemaDocuments Documents { get; }

    public SchemaLinker Linker { get; }

    public SchemaNode Compile(JsonElement schema)
    {
        SchemaNode? root = null;
        while (root is null)
        {
            try
            {
                root = BuildDocument(schema, DefaultBase, "");
                Linker.JoinAll();
            }
            catch (OlderFormException exception) when (_olderDocuments.Add(exception.Document))
            {
                // Once more from the beginning, now knowing what that document is.
                root = null;
                Documents.Clear();
                Linker.Clear();
                _nodes.Clear();
                _entrances.Clear();
            }
        }

        LoopSearch.Check(_nodes);
        foreach (SchemaNode node in _nodes)
            node.Alias = node.Alias is null ? null : Final(node.Alias);
        return root;
    }

    /// <summary>Prepares a subschema.</summary>
    /// <param name="schema">The subschema.</param>
    /// <param name="resource">The resource that it stands in.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="depth">How deep it is nested.</param>
    /// <param name="keyword">The keyword that holds it, which is to blame when the schema is <c>false</c>.</param>
    public SchemaNode Build(JsonElement schema, SchemaResource resource, SchemaLocation location, int depth, string keyword)
    {
        SchemaNode node = new();
        Register(resource.Source, schema, node);
        if (schema.ValueKind == JsonValueKind.True)
            return node;
        if (schema.ValueKind == JsonValueKind.False)
        {
            node.Types = JsonKinds.None;
            node.TypeSite = new KeywordSite(location, keyword, "is not allowed");
            return node;
        }

        if (schema.ValueKind != JsonValueKind.Object)
            throw SchemaErrors.At(location, "must be a schema: an object or a boolean");
        if (depth > Options.MaxSchemaDepth)
            throw SchemaErrors.At(location, $"is nested more than {Options.MaxSchemaDepth} schemas deep");
        if (schema.TryGetProperty("$id", out JsonElement id) && depth > 0 && !IsIgnored(schema, resource.Dialect))
            resource = Enter(schema, id, resource, location, node);
        new SchemaReader(new SchemaPlace(this, resource, location, depth), node).Read(schema);
        return node;
    }

    /// <summary>The node of a subschema that something refers to. Places that no known keyword leads to are read only then.</summary>
    public SchemaNode FindOrBuild(JsonElement schema, SchemaResource resource, SchemaLocation location, string keyword)
    {
        if (!resource.Source.Nodes.TryGetValue(resource.Source.OffsetOf(schema), out SchemaNode? node))
        {
            node = Build(schema, resource, location, 1, keyword);
            MarkEntrances();
        }

        return node;
    }

    public SchemaPattern Pattern(string pattern)
    {
        if (!_patterns.TryGetValue(pattern, out SchemaPattern? compiled))
            _patterns.Add(pattern, compiled = new SchemaPattern(pattern, Options));
        return compiled;
    }

    private static bool IsIgnored(JsonElement schema, SchemaDialect dialect) => dialect.ReferenceStandsAlone && schema.TryGetProperty("$ref", out _);

    private SchemaDialect Effective(SchemaDialect dialect, SchemaSource source) =>
        dialect.HasOlderForms || !_olderDocuments.Contains(source.Key) ? dialect : dialect with { HasOlderForms = true };

    private static SchemaNode Final(SchemaNode node)
    {
        while (node.Alias is not null)
            node = node.Alias;
        return node;
    }

    private SchemaNode BuildDocument(JsonElement root, Uri retrieval, string prefix)
    {
        SchemaSource source = new(root, prefix);
        SchemaLocation location = new(null, prefix);
        Uri uri = retrieval;
        SchemaDialect declared = SchemaDialect.Standard;
        if (root.ValueKind == JsonValueKind.Object)
        {
            declared = ReadDialect(root, location) ?? declared;
            if (root.TryGetProperty("$id", out JsonElement id))
                uri = SchemaUris.Resolve(retrieval, Identifier(id, location), location.Of("$id"));
        }

        SchemaResource resource = new(source, SchemaUris.WithoutFragment(uri), root, location, Effective(declared, source));
        Documents.AddRoot(SchemaUris.Key(retrieval), resource);
        SchemaNode node = Build(root, resource, location, 0, "false");
        _entrances.Add((node, resource));
        MarkEntrances();
        return node;
    }

    private SchemaResource Enter(JsonElement schema, JsonElement id, SchemaResource outer, SchemaLocation location, SchemaNode node)
    {
        string identifier = Identifier(id, location);
        if (identifier.StartsWith('#'))
        {
            if (!outer.Dialect.HasOlderForms)
                throw new OlderFormException(outer.Source.Key);
            outer.Anchors[identifier[1..]] = node;
            return outer;
        }

        Uri uri = SchemaUris.WithoutFragment(SchemaUris.Resolve(outer.Uri, identifier, location.Of("$id")));
        SchemaDialect dialect = Effective(ReadDialect(schema, location) ?? outer.Dialect, outer.Source);
        SchemaResource resource = new(outer.Source, uri, schema, location, dialect);
        Documents.Add(resource);
        _entrances.Add((node, resource));
        return resource;
    }

    /// <summary>Which resources have dynamic anchors is known once they are read.</summary>
    private void MarkEntrances()
    {
        foreach ((SchemaNode node, SchemaResource entered) in _entrances)
        {
            if (entered.HasDynamicNodes)
                node.Resource = entered;
        }

        _entrances.Clear();
    }

    private static string Identifier(JsonElement id, SchemaLocation location) => id.ValueKind == JsonValueKind.String
        ? id.GetString()!
        : throw SchemaErrors.At(location.Of("$id"), "must be a string");

    private SchemaDialect? ReadDialect(JsonElement schema, SchemaLocation location)
    {
        if (!schema.TryGetProperty("$schema", out JsonElement uri))
            return null;
        if (uri.ValueKind != JsonValueKind.String)
            throw SchemaErrors.At(location.Of("$schema"), "must be a string");
        try
        {
            return SchemaDialect.Of(uri.GetString()!, Documents.FindDocument);
        }
        catch (SchemaException exception)
        {
            throw SchemaErrors.At(location.Of("$schema"), exception.Message);
        }
    }

    private void Register(SchemaSource source, JsonElement schema, SchemaNode node)
    {
        source.Nodes[source.OffsetOf(schema)] = node;
        _nodes.Add(node);
    }

    private void ReadDocument(JsonElement document, string key)
    {
        SchemaDocuments.CheckSource(document, Options);
        Uri uri = SchemaUris.Resolve(DefaultBase, key, new SchemaLocation(null, key + "#"));
        BuildDocument(document, uri, key + "#");
    }
}
