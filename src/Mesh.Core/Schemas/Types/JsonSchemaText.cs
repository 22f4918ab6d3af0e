using System.Text.Json;

namespace Mesh;

/// <summary>Schemas that were given as text by <see cref="JsonSchemaAttribute"/>.</summary>
internal static class JsonSchemaText
{
    public static JsonSchemaAttribute? Find(IReadOnlyList<Attribute> attributes) =>
        attributes.OfType<JsonSchemaAttribute>().FirstOrDefault();

    public static VerbatimShape Parse(JsonSchemaAttribute attribute, Type type, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(attribute.Schema, new() { AllowDuplicateProperties = false });
            JsonElement schema = document.RootElement.Clone();
            if (schema.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False)
                return new VerbatimShape(schema);
        }
        catch (JsonException e)
        {
            throw Refuse("the text of its [JsonSchema] is not JSON", e);
        }
        throw Refuse("the text of its [JsonSchema] is neither an object nor a boolean");

        MeshException Refuse(string reason, Exception? cause = null) =>
            TypeRefusals.Refuse(type, path, reason, "Write a JSON Schema, such as {\"type\":\"string\"}.", cause);
    }
}
