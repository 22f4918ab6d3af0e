namespace Mesh.Architecture.Tests.Dependencies;

/// <summary>
/// Who may know whom. A project may know the projects that it names here and whatever those may know; package names
/// stand for assemblies too and may hold one <c>*</c>.
/// </summary>
internal sealed record AllowedDependencies(string Project, string[] Projects, string[] Packages, string[] Frameworks)
{
    private const string Extensions = "Microsoft.Extensions.*.Abstractions";
    private const string Options = "Microsoft.Extensions.Options";
    private const string ModelAbstractions = "Microsoft.Extensions.AI.Abstractions";
    private const string AspNetCore = "Microsoft.AspNetCore.App";

    public static IReadOnlyList<AllowedDependencies> Table { get; } =
    [
        new("Mesh.Core", [], [], []),
        new("Mesh.Agents", ["Mesh.Core"], [ModelAbstractions], []),
        new("Mesh.Mcp", ["Mesh.Core"], ["ModelContextProtocol", "ModelContextProtocol.Core", Extensions], []),
        new("Mesh.Hosting", ["Mesh.Core"], [Extensions, Options], []),
        new("Mesh.AspNetCore", ["Mesh.Core", "Mesh.Hosting"], [], [AspNetCore]),
        new("Mesh.Mcp.AspNetCore", ["Mesh.Mcp", "Mesh.AspNetCore"], [], [AspNetCore]),
        new("Mesh.Sqlite", ["Mesh.Core"], ["Microsoft.Data.Sqlite*", "SQLitePCLRaw.*"], []),
        new("Mesh.Testing", ["Mesh.Core", "Mesh.Agents"], [], []),
    ];

    /// <summary>The row of a project; a project without one fails, so that a new one starts with a decision.</summary>
    public static AllowedDependencies Of(string project) =>
        Table.SingleOrDefault(row => row.Project == project)
        ?? throw new InvalidOperationException(
            $"{project} is not in the table of {nameof(AllowedDependencies)}. Say there whom it may know.");

    public bool AllowsProject(string name) =>
        Projects.Any(project => project == name || Of(project).AllowsProject(name));

    public bool AllowsPackage(string name) =>
        Packages.Any(pattern => Matches(pattern, name)) || Projects.Any(project => Of(project).AllowsPackage(name));

    public bool AllowsFramework(string name) =>
        Frameworks.Contains(name) || Projects.Any(project => Of(project).AllowsFramework(name));

    private static bool Matches(string pattern, string name)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? name == pattern
            : name.Length >= pattern.Length - 1
                && name.StartsWith(pattern[..star], StringComparison.Ordinal)
                && name.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal);
    }
}
