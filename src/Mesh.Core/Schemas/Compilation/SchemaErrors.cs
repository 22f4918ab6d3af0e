namespace Mesh;

/// <summary>How a schema is refused: with its place and the reason.</summary>
internal static class SchemaErrors
{
    public static MeshException At(SchemaLocation location, string reason, string? remedy = null) => At(location.ToString(), reason, remedy);

    public static MeshException At(string pointer, string reason, string? remedy = null)
    {
        string message = pointer.Length == 0 ? $"The schema {reason}." : $"The schema is invalid at {pointer}: {reason}.";
        return new(new MeshError(MeshErrorCode.InvalidSchema, message) { Remedy = remedy });
    }
}

/// <summary>Why a schema is refused, before its place is added.</summary>
internal sealed class SchemaException(string reason) : Exception(reason);

/// <summary>Thrown when a form of an older draft is met in a document that was read as draft 2020-12; the document is then read again as the older one.</summary>
/// <param name="document">The key of the document.</param>
internal sealed class OlderFormException(string document) : Exception
{
    public string Document => document;
}
