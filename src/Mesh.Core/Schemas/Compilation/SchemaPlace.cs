using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Mesh;

/// <summary>The schema object being read, with what its keywords need to know of their surroundings.</summary>
internal sealed class SchemaPlace(SchemaCompiler compiler, SchemaResource resource, SchemaLocation location, int depth)
{
    public SchemaCompiler Compiler => compiler;

    public SchemaResource Resource => resource;

    public SchemaLocation Location => location;

    public int Depth => depth;

    public SchemaDialect Dialect => resource.Dialect;

    public SchemaOptions Options => compiler.Options;

    public KeywordSite Site(string keyword, string expectation, Shown shown = Shown.Nothing) =>
        new(location.Of(keyword), keyword, expectation, shown);

    /// <summary>A keyword's place with an exact word for an error.</summary>
    public MeshException Error(string keyword, string reason, string? remedy = null) => SchemaErrors.At(location.Of(keyword), reason, remedy);

    public SchemaNode Child(string keyword, JsonElement schema) => compiler.Build(schema, resource, location.Of(keyword), depth + 1, keyword);

    public SchemaNode Child(string keyword, string name, JsonElement schema) =>
        compiler.Build(schema, resource, location.Of(keyword).Of(name), depth + 1, keyword);

    /// <summary>The schemas of a keyword that has a list of them.</summary>
    public SchemaNode[] Children(string keyword, JsonElement schemas)
    {
        if (schemas.ValueKind != JsonValueKind.Array || schemas.GetArrayLength() == 0)
            throw Error(keyword, "must be a list with at least one schema");
        SchemaNode[] nodes = new SchemaNode[schemas.GetArrayLength()];
        int i = 0;
        foreach (JsonElement schema in schemas.EnumerateArray())
        {
            nodes[i] = compiler.Build(schema, resource, location.Of(keyword).Of(i), depth + 1, keyword);
            i++;
        }

        return nodes;
    }

    /// <summary>A non-negative integer; one beyond what an int holds is held to that.</summary>
    public int Count(string keyword, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
            throw Error(keyword, "must be a non-negative integer");
        JsonNumber number = new(JsonMarshal.GetRawUtf8Value(value));
        if (number.Negative || !number.IsInteger)
            throw Error(keyword, "must be a non-negative integer");
        if (number.Point > 9)
            return int.MaxValue;
        return number.IsZero ? 0 : (int)(number.Small * JsonNumber.Power((int)number.Exponent));
    }

    public byte[] Number(string keyword, JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? JsonMarshal.GetRawUtf8Value(value).ToArray()
        : throw Error(keyword, "must be a number");

    public string Text(string keyword, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Error(keyword, "must be a string");

    public bool Flag(string keyword, JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? value.ValueKind == JsonValueKind.True
        : throw Error(keyword, "must be true or false");

    public JsonElement Map(string keyword, JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value
        : throw Error(keyword, "must be an object");

    public List<string> Names(string keyword, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Error(keyword, "must be a list of property names");
        List<string> names = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonElement name in value.EnumerateArray())
        {
            string text = Text(keyword, name);
            if (!seen.Add(text))
                throw Error(keyword, $"names '{ViolationList.Shorten(text)}' twice");
            names.Add(text);
        }

        return names;
    }

    public SchemaPattern Pattern(string keyword, string pattern)
    {
        try
        {
            return compiler.Pattern(pattern);
        }
        catch (PatternException exception)
        {
            throw Error(keyword, $"the pattern '{ViolationList.Shorten(pattern)}' {exception.Message}");
        }
    }

    /// <summary>A number of things as a message writes it: <c>1 item</c>, <c>2 items</c>.</summary>
    public static string Counted(int count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    public static string Excerpt(ReadOnlySpan<byte> json) => ViolationList.Shorten(Encoding.UTF8.GetString(json));
}
