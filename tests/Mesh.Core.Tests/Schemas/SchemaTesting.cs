using System.Text;
using System.Text.Json;

namespace Mesh.Core.Tests.Schemas;

/// <summary>Short forms for the tests of schemas.</summary>
internal static class SchemaTesting
{
    public static CompiledSchema Schema(string json, SchemaOptions? options = null) => CompiledSchema.Compile(Json(json), options);

    public static JsonElement Json(string json) => JsonElement.Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>An element whose document was read without a limit of depth, as a caller's own may be.</summary>
    public static JsonElement Deep(string json) => JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = int.MaxValue }).RootElement;

    /// <summary>The failures as lines "path keyword: message".</summary>
    public static string[] Failures(this CompiledSchema schema, string instance, bool strict = false, bool includeValues = true) =>
        schema.Validate(Json(instance), strict, includeValues).Select(v => $"{v.InstancePath} {v.Keyword}: {v.Message}").ToArray();

    /// <summary>The message with which a schema is refused.</summary>
    public static string Refusal(string json, SchemaOptions? options = null)
    {
        MeshException exception = Assert.Throws<MeshException>(() => Schema(json, options));
        Assert.Equal(MeshErrorCode.InvalidSchema, exception.Code);
        return exception.Message;
    }

    public static bool Accepts(string schema, string instance, SchemaOptions? options = null)
    {
        CompiledSchema compiled = Schema(schema, options);
        bool valid = compiled.IsValid(Json(instance));
        Assert.Equal(valid, compiled.Validate(Json(instance)).Count == 0);
        return valid;
    }
}
