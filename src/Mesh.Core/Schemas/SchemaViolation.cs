namespace Mesh;

/// <summary>One way in which an instance fails its schema.</summary>
/// <param name="InstancePath">The JSON pointer (RFC 6901) of the value that fails, empty for the whole instance. For a
/// property that is missing or not allowed, the pointer of that property: <c>/days</c>.</param>
/// <param name="SchemaPath">The JSON pointer of the keyword in its schema, such as <c>/properties/days/minimum</c>. It is the
/// keyword's own place, not the way through references; in another document it begins with that document's URI and <c>#</c>.
/// Empty for the rules that hold for every instance (see <paramref name="Keyword"/>).</param>
/// <param name="Keyword">The keyword that fails, such as <c>minimum</c>. Rules that hold for every instance have names of their
/// own: <c>json</c>, <c>duplicateProperty</c>, <c>finite</c>, <c>surrogate</c>, <c>maxDepth</c>, <c>maxSize</c>,
/// <c>maxSteps</c>.</param>
/// <param name="Message">What is wrong, to be read after the path: <c>must be >= 1 (got 0)</c>, <c>is required</c>. A long value is shortened.</param>
public sealed record SchemaViolation(string InstancePath, string SchemaPath, string Keyword, string Message)
{
    /// <summary>Path and message as one sentence.</summary>
    public override string ToString() => InstancePath.Length == 0 ? $"The value {Message}" : $"{InstancePath} {Message}";
}
