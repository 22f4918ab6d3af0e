using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh;

/// <summary>
/// The documents that a compilation may refer to and the resources found in them, by URI. A document is read when
/// something first refers to it; nothing is ever fetched.
/// </summary>
/// <param name="options">Holds the registered documents.</param>
/// <param name="read">Reads a document that was found by a URI, and adds its resources.</param>
internal sealed class SchemaDocuments(SchemaOptions options, Action<JsonElement, string> read)
{
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private bool _readAll;

    /// <summary>Refuses a schema document that is no object and no boolean, too large, or not clean JSON.</summary>
    public static void CheckSource(JsonElement schema, SchemaOptions options)
    {
        SchemaLocation root = new(null, "");
        if (schema.ValueKind is not (JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False))
            throw SchemaErrors.At(root, "must be an object or a boolean");
        ReadOnlySpan<byte> json = JsonMarshal.GetRawUtf8Value(schema);
        if (json.Length > options.MaxSchemaBytes)
            throw SchemaErrors.At(root, $"has more than {options.MaxSchemaBytes} bytes");
        JsonScratch scratch = JsonScratch.Current;
        JsonTokenizer tokenizer = new(json, scratch, JsonRules.UniqueNames | JsonRules.WellFormedText | JsonRules.Lenient, (options.MaxSchemaDepth * 2) + 8);
        JsonFault fault = tokenizer.Read();
        scratch.Trim();
        if (fault != JsonFault.None)
            throw SchemaErrors.At(tokenizer.FaultPath(), fault.Message());
    }

    /// <summary>A document that was registered, or one of the meta-schemas; null when there is none of that URI.</summary>
    public JsonElement? FindDocument(string uri)
    {
        string name = uri.TrimEnd('#');
        return options.Documents.TryGetValue(name, out JsonElement document) ? document : MetaSchemas.Find(name);
    }

    /// <summary>The resource of a URI, in a document that is read now if it was not before; null when there is none.</summary>
    public SchemaResource? FindResource(string key)
    {
        if (_resources.TryGetValue(key, out SchemaResource? resource))
            return resource;
        if (FindDocument(key) is { } document)
            read(document, key);
        else
            ReadAll();
        return _resources.GetValueOrDefault(key);
    }

    /// <summary>Names a document's root by the URI that it was found under and by its own; refused when something else has its own.</summary>
    public void AddRoot(string retrieval, SchemaResource root)
    {
        _resources[retrieval] = root;
        if (_resources.GetValueOrDefault(SchemaUris.Key(root.Uri)) != root)
            Add(root);
    }

    /// <summary>Names a resource by its URI; refused when something else has it.</summary>
    public void Add(SchemaResource resource)
    {
        if (!_resources.TryAdd(SchemaUris.Key(resource.Uri), resource))
            throw SchemaErrors.At(resource.Location.Of("$id"), "is the $id of another schema too");
    }

    public void Clear()
    {
        _resources.Clear();
        _readAll = false;
    }

    /// <summary>The URI may be the <c>$id</c> of something inside a registered document.</summary>
    private void ReadAll()
    {
        if (_readAll)
            return;
        _readAll = true;
        foreach ((string name, JsonElement document) in options.Documents)
        {
            if (!_resources.ContainsKey(name))
                read(document, name);
        }
    }
}
