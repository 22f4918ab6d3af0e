namespace Mesh.Architecture.Tests.Sources;

public sealed class SolutionTests
{
    /// <summary>Test projects that stand for no single project: the shared suites, these rules, and programs that tests and the official MCP suite start.</summary>
    private static readonly string[] Shared = ["Mesh.Contracts", "Mesh.Architecture.Tests", "Mesh.Mcp.Conformance", "Mesh.Mcp.TestServer"];

    private static readonly string[] Areas = ["src", "tests", "benchmarks", "samples"];

    [Fact]
    public void Every_source_project_has_its_tests_and_every_test_project_its_source() =>
        Assert.Equal(
            Repository.SourceProjects.Select(project => project.Name + ".Tests").Concat(Shared).Order(StringComparer.Ordinal),
            Repository.ProjectFiles("tests").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void A_project_is_named_as_its_folder() =>
        Violations.None(
            Projects().Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != Path.GetFileNameWithoutExtension(file)),
            "The folder and the project have one name.");

    [Fact]
    public void The_solution_holds_every_project()
    {
        string solution = File.ReadAllText(Repository.PathOf("Mesh.sln")).Replace('\\', '/');

        Violations.None(
            Projects().Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
                .Where(file => !solution.Contains($"\"{file}\"", StringComparison.Ordinal)),
            "Nothing builds or tests a project that is not in Mesh.sln: dotnet sln Mesh.sln add PROJECT.");
    }

    private static IEnumerable<string> Projects() =>
        Areas.SelectMany(Repository.ProjectFiles);
}
