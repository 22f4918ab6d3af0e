namespace Mesh.Architecture.Tests.PublicApi;

/// <summary>
/// The public API of every project equals the text that is checked in beside this file, so that a change of it is seen
/// in review. <c>./build.sh accept-api</c> writes the texts anew.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly string Folder = Repository.PathOf("tests", "Mesh.Architecture.Tests", "PublicApi");

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void The_public_api_equals_its_baseline(string project)
    {
        string file = Path.Combine(Folder, project + ".txt");
        string actual = ApiText.Of(Repository.SourceProject(project).Assembly);
        if (Environment.GetEnvironmentVariable("MESH_ACCEPT_API") == "1")
            File.WriteAllText(file, actual);

        Assert.True(File.Exists(file), $"{project} has no baseline yet. To write it: ./build.sh accept-api");
        IReadOnlyList<string> diff = LineDiff.Of(File.ReadAllText(file).ReplaceLineEndings("\n"), actual);
        Assert.True(
            diff.Count == 0,
            $"The public API of {project} changed (- baseline, + now):\n{string.Join('\n', diff)}\n"
                + "If that is meant, run ./build.sh accept-api and commit the new baseline with the change.");
    }

    [Fact]
    public void Every_baseline_has_its_project() =>
        Assert.Equal(
            Repository.SourceProjects.Select(project => project.Name).Order(StringComparer.Ordinal),
            Directory.GetFiles(Folder, "*.txt").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void A_changed_line_is_shown_below_the_type_it_belongs_to() =>
        Assert.Equal(
            ["  class B", "-     int Y", "+     long Y", "+ class C", "+     int Z"],
            LineDiff.Of("class A\n    int X\nclass B\n    int Y", "class A\n    int X\nclass B\n    long Y\nclass C\n    int Z"));

    [Fact]
    public void Equal_texts_have_no_difference() => Assert.Empty(LineDiff.Of("class A\n    int X\n", "class A\n    int X\n"));
}
