namespace Mesh;

/// <summary>
/// Gives the JSON Schema of a type, property, parameter or return value verbatim, for what a signature cannot say. It
/// takes the place of everything that Mesh would have derived there, validation attributes included; only a
/// description from <see cref="System.ComponentModel.DescriptionAttribute"/> and nullability are added. On a converter
/// (a <see cref="System.Text.Json.Serialization.JsonConverter"/> class) it describes the JSON which that converter reads
/// and writes, wherever the converter is used.
/// </summary>
/// <param name="schema">
/// A JSON Schema of draft 2020-12, as JSON text: an object or a boolean, such as
/// <c>{"type":"string","pattern":"^#[0-9a-f]{6}$"}</c>. A registration with text that is not such JSON is refused with
/// <see cref="MeshErrorCode.InvalidDefinition"/>. References must stay within the text given here by absolute
/// <c>$id</c>: the text becomes a part of a larger schema.
/// </param>
[AttributeUsage(
    AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface
    | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter | AttributeTargets.ReturnValue,
    Inherited = false)]
public sealed class JsonSchemaAttribute(string schema) : Attribute
{
    /// <summary>The schema as JSON text.</summary>
    public string Schema { get; } = schema ?? throw new ArgumentNullException(nameof(schema));
}
