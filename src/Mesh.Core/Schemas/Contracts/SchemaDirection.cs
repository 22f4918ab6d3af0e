namespace Mesh;

/// <summary>Which way values go that a schema describes.</summary>
internal enum SchemaDirection
{
    /// <summary>Callers send them: a new schema must accept everything that the old one did.</summary>
    Input,

    /// <summary>Callers receive them: whatever the new schema allows must be accepted by the old one.</summary>
    Output,
}
