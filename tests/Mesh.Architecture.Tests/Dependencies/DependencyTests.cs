using System.Xml.Linq;

namespace Mesh.Architecture.Tests.Dependencies;

public sealed class DependencyTests
{
    private static readonly AllowedDependencies NothingButBcl = new("Example", [], [], []);

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void A_project_asks_only_for_what_it_may_know(string project)
    {
        string[] files =
        [
            Repository.SourceProject(project).ProjectFile,
            Repository.PathOf("src", "Directory.Build.props"),
            Repository.PathOf("Directory.Build.props"),
            Repository.PathOf("Directory.Packages.props"),
        ];

        Violations.None(
            files.SelectMany(file => DependencyRule.InProjectFile(XDocument.Load(file), AllowedDependencies.Of(project))),
            $"{project} depends on more than {nameof(AllowedDependencies)} allows.");
    }

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void An_assembly_refers_only_to_what_it_may_know(string project) =>
        Violations.None(
            DependencyRule.InAssembly(Repository.SourceProject(project).AssemblyFile, AllowedDependencies.Of(project)),
            $"{project} refers to more than {nameof(AllowedDependencies)} allows.");

    [Fact]
    public void Mesh_Core_may_know_nothing_but_the_base_class_library()
    {
        AllowedDependencies core = AllowedDependencies.Of("Mesh.Core");

        Assert.Empty(core.Projects);
        Assert.Empty(core.Packages);
        Assert.Empty(core.Frameworks);
    }

    [Fact]
    public void The_table_has_no_cycles_and_knows_the_projects_it_names()
    {
        foreach (AllowedDependencies row in AllowedDependencies.Table)
            Assert.False(row.AllowsProject(row.Project), $"{row.Project} may know itself");
    }

    [Theory]
    [InlineData("<ProjectReference Include='../Mesh.Other/Mesh.Other.csproj' />")]
    [InlineData("<PackageReference Include='Some.Package' />")]
    [InlineData("<PackageReference Include='Some.Package' PrivateAssets='all' />")]
    [InlineData("<PackageReference Include='Some.Analyzers' />")]
    [InlineData("<GlobalPackageReference Include='Some.Analyzers' />")]
    [InlineData("<FrameworkReference Include='Microsoft.AspNetCore.App' />")]
    [InlineData("<Reference Include='some.dll' />")]
    public void A_forbidden_reference_in_a_project_file_is_found(string reference) =>
        Assert.Single(DependencyRule.InProjectFile(Project(reference), NothingButBcl));

    [Theory]
    [InlineData("<PackageReference Include='Some.Analyzers' PrivateAssets='all' />")]
    [InlineData("<InternalsVisibleTo Include='Mesh.Core.Tests' />")]
    public void What_stays_out_of_the_package_is_allowed(string reference) =>
        Assert.Empty(DependencyRule.InProjectFile(Project(reference), NothingButBcl));

    [Fact]
    public void A_forbidden_reference_of_an_assembly_is_found()
    {
        string[] found = [.. DependencyRule.InAssembly(typeof(DependencyTests).Assembly.Location, NothingButBcl)];

        Assert.Contains(found, violation => violation.Contains("xunit.v3.assert", StringComparison.Ordinal));
        Assert.DoesNotContain(found, violation => violation.Contains("System.Runtime", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_known_project_may_know_may_be_known()
    {
        AllowedDependencies row = AllowedDependencies.Of("Mesh.Mcp.AspNetCore");

        Assert.True(row.AllowsProject("Mesh.Core"));
        Assert.True(row.AllowsPackage("Microsoft.Extensions.Logging.Abstractions"));
        Assert.False(row.AllowsProject("Mesh.Agents"));
        Assert.False(AllowedDependencies.Of("Mesh.Agents").AllowsProject("Mesh.Mcp"));
        Assert.False(row.AllowsPackage("Microsoft.Extensions.Logging"));
    }

    private static XDocument Project(string reference) =>
        XDocument.Parse($"<Project><ItemGroup>{reference}</ItemGroup></Project>");
}
