using System.Text.Json;

namespace Mesh;

/// <summary>What stands beside a shape's own keywords where it is used.</summary>
internal readonly record struct TypeSchemaPlace
{
    public bool IsNullable { get; init; }

    public JsonElement? Default { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>The discriminator property of the union that the object is a case of.</summary>
    public string? Discriminator { get; init; }

    /// <summary>Its value; null where it must be missing.</summary>
    public JsonElement? Case { get; init; }

    public bool IsRoot { get; init; }
}
