namespace Mesh.Mcp;

/// <summary>What Mesh says in the <c>_meta</c> of MCP's objects; the same names are read on the way in.</summary>
internal static class MetaNames
{
    /// <summary>Of a tool: the property of its structured result that holds the value, which is no object. Without it nothing is unwrapped.</summary>
    public const string Root = "mesh/root";

    /// <summary>Of a failed result: the error as data.</summary>
    public const string Error = "mesh/error";

    /// <summary>Of a content block: the name of the part, where the block has no place for one.</summary>
    public const string Name = "mesh/name";
}
