using System.Text.Json;

namespace Mesh;

/// <summary>The details of an error about JSON: what fails, where and why.</summary>
internal sealed record ViolationDetails(IReadOnlyList<Violation> Violations)
{
    public static JsonElement Of(IReadOnlyList<SchemaViolation> violations) => JsonSerializer.SerializeToElement(
        new ViolationDetails([.. violations.Select(each => new Violation(each.InstancePath, each.Keyword, each.Message))]),
        MeshJsonContext.Default.ViolationDetails);
}

/// <summary>One entry of <see cref="ViolationDetails"/>.</summary>
internal sealed record Violation(string Path, string Keyword, string Message);
