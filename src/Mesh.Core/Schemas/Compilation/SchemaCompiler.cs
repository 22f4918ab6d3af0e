using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// Turns schemas into <see cref="SchemaNode"/>s. Subschemas are read recursively, within the depth limit; references are
/// queued and joined afterwards, because they go forwards, in circles, and into documents that are read only then.
/// </summary>
internal sealed class SchemaCompiler(SchemaOptions options)
{
    private static readonly Uri DefaultBase = new("mesh://schema/");

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaPattern> _patterns = new(StringComparer.Ordinal);
    private readonly Queue<PendingReference> _pending = new();
    private readonly List<SchemaNode> _nodes = [];
    private readonly List<(SchemaNode Node, SchemaResource Resource)> _entrances = [];
    private readonly HashSet<string> _olderDocuments = new(StringComparer.Ordinal);
    private bool _readAll;

    public SchemaOptions Options => options;

    public SchemaNode Compile(JsonElement schema)
    {
        SchemaNode? root = null;
        while (root is null)
        {
            try
            {
                root = BuildAll(schema);
            }
            catch (OlderFormException exception) when (_olderDocuments.Add(exception.Document))
            {
                // Once more from the beginning, now knowing what that document is.
                _resources.Clear();
                _pending.Clear();
                _nodes.Clear();
                _entrances.Clear();
                _readAll = false;
            }
        }

        LoopSearch.Check(_nodes);
        foreach (SchemaNode node in _nodes)
            node.Alias = node.Alias is null ? null : Final(node.Alias);
        return root;
    }

    private SchemaNode BuildAll(JsonElement schema)
    {
        SchemaNode root = BuildDocument(schema, DefaultBase, "");
        while (_pending.TryDequeue(out PendingReference? reference))
            Join(reference);
        return root;
    }

    /// <summary>Refuses a schema document that is no object and no boolean, too large, or not clean JSON.</summary>
    public static void CheckSource(JsonElement schema, SchemaOptions options)
    {
        SchemaLocation root = new(null, "");
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            throw Error(root, "must be an object or a boolean");
        ReadOnlySpan<byte> json = JsonMarshal.GetRawUtf8Value(schema);
        if (json.Length > options.MaxSchemaBytes)
            throw Error(root, $"has more than {options.MaxSchemaBytes} bytes");
        JsonScratch scratch = JsonScratch.Current;
        JsonTokenizer tokenizer = new(json, scratch, JsonRules.UniqueNames | JsonRules.WellFormedText | JsonRules.Lenient, (options.MaxSchemaDepth * 2) + 8);
        JsonFault fault = tokenizer.Read();
        scratch.Trim();
        if (fault != JsonFault.None)
            throw Error(tokenizer.FaultPath(), fault.Message());
    }

    public static MeshException Error(SchemaLocation location, string reason) => Error(location.ToString(), reason);

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
            throw Error(location, "must be a schema: an object or a boolean");
        if (depth > options.MaxSchemaDepth)
            throw Error(location, $"is nested more than {options.MaxSchemaDepth} schemas deep");
        if (schema.TryGetProperty("$id", out JsonElement id) && depth > 0 && !IsIgnored(schema, resource.Dialect))
            resource = Enter(schema, id, resource, location, node);
        new SchemaReader(new SchemaPlace(this, resource, location, depth), node).Read(schema);
        return node;
    }

    public SchemaPattern Pattern(string pattern)
    {
        if (!_patterns.TryGetValue(pattern, out SchemaPattern? compiled))
            _patterns.Add(pattern, compiled = new SchemaPattern(pattern, options));
        return compiled;
    }

    /// <summary>Joins a reference with its target once everything has been read.</summary>
    public void Refer(PendingReference reference) => _pending.Enqueue(reference);

    private static bool IsIgnored(JsonElement schema, SchemaDialect dialect) => dialect.ReferenceStandsAlone && schema.TryGetProperty("$ref", out _);

    private SchemaDialect Effective(SchemaDialect dialect, SchemaSource source) =>
        dialect.HasOlderForms || !_olderDocuments.Contains(source.Key) ? dialect : dialect with { HasOlderForms = true };

    private static MeshException Error(string pointer, string reason) => new(new MeshError(
        MeshErrorCode.InvalidSchema, pointer.Length == 0 ? $"The schema {reason}." : $"The schema is invalid at {pointer}: {reason}."));

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
        _resources[SchemaUris.Key(retrieval)] = resource;
        if (!_resources.TryAdd(SchemaUris.Key(resource.Uri), resource) && _resources[SchemaUris.Key(resource.Uri)] != resource)
            throw Error(location.Of("$id"), "is the $id of another schema too");
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
        if (!_resources.TryAdd(SchemaUris.Key(uri), resource))
            throw Error(location.Of("$id"), "is the $id of another schema too");
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
        : throw Error(location.Of("$id"), "must be a string");

    private SchemaDialect? ReadDialect(JsonElement schema, SchemaLocation location)
    {
        if (!schema.TryGetProperty("$schema", out JsonElement uri))
            return null;
        if (uri.ValueKind != JsonValueKind.String)
            throw Error(location.Of("$schema"), "must be a string");
        try
        {
            return SchemaDialect.Of(uri.GetString()!, FindDocument);
        }
        catch (SchemaException exception)
        {
            throw Error(location.Of("$schema"), exception.Message);
        }
    }

    private void Register(SchemaSource source, JsonElement schema, SchemaNode node)
    {
        source.Nodes[source.OffsetOf(schema)] = node;
        _nodes.Add(node);
    }

    private void Join(PendingReference reference)
    {
        SchemaPlace place = reference.Place;
        (SchemaResource resource, string fragment) = FindResource(reference);
        SchemaNode target = fragment.Length == 0 || fragment[0] == '/'
            ? FindByPointer(resource, fragment, reference)
            : resource.FindAnchor(fragment) ?? throw place.Error(reference.Keyword, $"there is no anchor '{ViolationList.Shorten(fragment)}'");
        if (reference.IsDynamic && resource.HasDynamicNodes && resource.DynamicNodes.GetValueOrDefault(fragment) == target)
        {
            reference.Complete(new DynamicReferenceRule(fragment, target));
            return;
        }

        bool enters = resource != place.Resource && resource.HasDynamicNodes && target.Resource is null;
        reference.Complete(new ReferenceRule(target, enters ? resource : null));
    }

    private (SchemaResource Resource, string Fragment) FindResource(PendingReference reference)
    {
        SchemaPlace place = reference.Place;
        string text = reference.Text;
        if (text.StartsWith('#'))
            return (place.Resource, Uri.UnescapeDataString(text[1..]));
        Uri uri = SchemaUris.Resolve(place.Resource.Uri, text, place.Location.Of(reference.Keyword));
        int hash = text.IndexOf('#', StringComparison.Ordinal);
        string fragment = hash < 0 ? "" : Uri.UnescapeDataString(text[(hash + 1)..]);
        string key = SchemaUris.Key(uri);
        if (_resources.TryGetValue(key, out SchemaResource? resource))
            return (resource, fragment);
        if (FindDocument(key) is { } document)
            ReadDocument(document, key);
        else
            ReadAllDocuments();
        return _resources.TryGetValue(key, out resource)
            ? (resource, fragment)
            : throw place.Error(reference.Keyword, $"refers to '{ViolationList.Shorten(key)}', which is not registered; nothing is fetched");
    }

    /// <summary>The URI may be the <c>$id</c> of something inside a registered document.</summary>
    private void ReadAllDocuments()
    {
        if (_readAll)
            return;
        _readAll = true;
        foreach ((string name, JsonElement document) in options.Documents)
        {
            if (!_resources.ContainsKey(name))
                ReadDocument(document, name);
        }
    }

    private void ReadDocument(JsonElement document, string key)
    {
        CheckSource(document, options);
        Uri uri = SchemaUris.Resolve(DefaultBase, key, new SchemaLocation(null, key + "#"));
        BuildDocument(document, uri, key + "#");
    }

    private JsonElement? FindDocument(string uri)
    {
        string name = uri.TrimEnd('#');
        return options.Documents.TryGetValue(name, out JsonElement document) ? document : MetaSchemas.Find(name);
    }

    private SchemaNode FindByPointer(SchemaResource resource, string pointer, PendingReference reference)
    {
        JsonElement element = resource.Root;
        SchemaLocation location = resource.Location;
        foreach (Range part in pointer.AsSpan().Split('/'))
        {
            if (part.Start.Value == 0)
                continue;
            string step = pointer[part].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            location = location.Of(step);
            bool found = element.ValueKind switch
            {
                JsonValueKind.Object => element.TryGetProperty(step, out element),
                JsonValueKind.Array => TryGetItem(ref element, step),
                _ => false,
            };
            if (!found)
                throw reference.Place.Error(reference.Keyword, $"there is nothing at '{ViolationList.Shorten(reference.Text)}'");
        }

        if (resource.Source.Nodes.TryGetValue(resource.Source.OffsetOf(element), out SchemaNode? node))
            return node;

        // Places that no known keyword leads to are read when something refers to them.
        node = Build(element, resource, location, 1, reference.Keyword);
        MarkEntrances();
        return node;
    }

    private static bool TryGetItem(ref JsonElement element, string step)
    {
        if (!int.TryParse(step, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int index) || index >= element.GetArrayLength())
            return false;
        element = element[index];
        return true;
    }
}

/// <summary>A <c>$ref</c> or <c>$dynamicRef</c> that waits for its target.</summary>
internal sealed record PendingReference(SchemaPlace Place, string Keyword, string Text, bool IsDynamic, Action<Rule> Complete);
