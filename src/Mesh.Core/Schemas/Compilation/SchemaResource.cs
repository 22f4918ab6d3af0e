using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh;

/// <summary>A schema with a URI of its own (a document's root, or a subschema with <c>$id</c>) and the names defined in it.</summary>
internal sealed class SchemaResource(SchemaSource source, Uri uri, JsonElement root, SchemaLocation location, SchemaDialect dialect)
{
    /// <summary>What <c>$recursiveAnchor</c> is kept under: no <c>$dynamicAnchor</c> can have that name.</summary>
    public const string RecursiveAnchor = "$recursiveAnchor";

    private Dictionary<string, SchemaNode>? _anchors;
    private Dictionary<string, SchemaNode>? _dynamicNodes;

    public SchemaSource Source => source;

    public Uri Uri => uri;

    public JsonElement Root => root;

    public SchemaLocation Location => location;

    public SchemaDialect Dialect => dialect;

    /// <summary>What <c>$anchor</c> and <c>$dynamicAnchor</c> name.</summary>
    public Dictionary<string, SchemaNode> Anchors => _anchors ??= new(StringComparer.Ordinal);

    /// <summary>What <c>$dynamicAnchor</c> and <c>$recursiveAnchor</c> name.</summary>
    public Dictionary<string, SchemaNode> DynamicNodes => _dynamicNodes ??= new(StringComparer.Ordinal);

    public bool HasDynamicNodes => _dynamicNodes is not null;

    public SchemaNode? FindAnchor(string name) => _anchors?.GetValueOrDefault(name);
}

/// <summary>A document being compiled. Its subschemas are known by where they begin, so that each is prepared once however it is referred to.</summary>
internal sealed class SchemaSource(JsonElement root, string key)
{
    public string Key => key;

    public JsonElement Root => root;

    public Dictionary<int, SchemaNode> Nodes { get; } = [];

    public int OffsetOf(JsonElement element)
    {
        ReadOnlySpan<byte> all = JsonMarshal.GetRawUtf8Value(root);
        all.Overlaps(JsonMarshal.GetRawUtf8Value(element), out int offset);
        return offset;
    }
}
