using System.Xml.Linq;

namespace Mesh.Architecture.Tests.Sources;

public sealed class SourceRuleTests
{
    /// <summary>The only warnings a project may switch off, each for a reason that lies outside it.</summary>
    private static readonly Dictionary<string, string> SilencedWarnings = new()
    {
        // Sampling is obsolete since 2026-07-28; servers of the older revisions ask for it. What tasks are built on is experimental.
        ["Mesh.Mcp"] = "$(NoWarn);MCP9005;MCPEXP002",
        ["Mesh.Sqlite"] = "$(NoWarn);NETSDK1206", // The native library's package names its platforms in the old way.
    };

    /// <summary>A user's first build must not break because an audit source reports an advisory.</summary>
    private const string Advisories = "$(WarningsNotAsErrors);NU1901;NU1902;NU1903;NU1904";

    /// <summary>The only sections of src/.editorconfig that may mute a diagnostic: the file that makes ids.</summary>
    private const string IdSourceRule = "dotnet_diagnostic.RS0030.severity = none";

    private static readonly IReadOnlyList<SourceFile> Source = Repository.SourceFiles("src");

    [Fact]
    public void Source_suppresses_no_warnings() =>
        Violations.None(Source.SelectMany(SourceRules.Suppressions), "Mend what the analyzer found.");

    [Fact]
    public void Source_mutes_no_diagnostics() =>
        Violations.None(
            Directory.EnumerateFiles(Repository.PathOf("src"), ".editorconfig", SearchOption.AllDirectories)
                .Select(path => new SourceFile(Path.GetRelativePath(Repository.Root, path), File.ReadAllText(path)))
                .SelectMany(SourceRules.MutedDiagnostics)
                .Where(line => !line.EndsWith(IdSourceRule, StringComparison.Ordinal)),
            "Mend what the analyzer found.");

    [Theory]
    [MemberData(nameof(Repository.SourceProjectNames), MemberType = typeof(Repository))]
    public void A_source_project_silences_no_warnings(string project) =>
        Violations.None(
            SourceRules.SilencedWarnings(
                XDocument.Load(Repository.SourceProject(project).ProjectFile),
                SilencedWarnings.GetValueOrDefault(project, "")),
            "Warnings are errors in every project, and the AOT analysis is on.");

    [Fact]
    public void The_settings_of_all_projects_silence_only_advisories() =>
        Violations.None(
            new[] { Repository.PathOf("Directory.Build.props"), Repository.PathOf("src", "Directory.Build.props") }
                .SelectMany(file => SourceRules.SilencedWarnings(XDocument.Load(file), Advisories)),
            "Warnings are errors in every project, and the AOT analysis is on.");

    [Fact]
    public void Source_files_stay_short() =>
        Violations.None(
            Source.SelectMany(SourceRules.TooLong),
            $"Split by responsibility before {SourceRules.MostLines} lines.");

    [Fact]
    public void Tests_do_not_sleep() =>
        Violations.None(
            Repository.SourceFiles("tests")
                .Where(file => !file.Path.StartsWith("tests/Mesh.Architecture.Tests/", StringComparison.Ordinal))
                .SelectMany(SourceRules.Sleeps),
            "Wait for a signal, or advance a manual time provider.");

    [Fact]
    public void There_is_source_to_look_at()
    {
        Assert.Contains(Source, file => file.Path == "src/Mesh.Core/Errors/MeshError.cs");
        Assert.Contains(Repository.SourceFiles("tests"), file => file.Path.EndsWith("/SourceRuleTests.cs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("#pragma warning disable CA1822")]
    [InlineData("  # pragma  warning disable")]
    [InlineData("[SuppressMessage(\"a\", \"b\")]")]
    [InlineData("[assembly: UnconditionalSuppressMessage(\"a\", \"b\")]")]
    [InlineData("#nullable disable")]
    public void A_suppression_is_found(string line) =>
        Assert.Equal([$"a.cs:2: {line.Trim()}"], SourceRules.Suppressions(new SourceFile("a.cs", $"\n{line}\n")));

    [Theory]
    [InlineData("dotnet_diagnostic.IL2026.severity = none", true)]
    [InlineData("dotnet_analyzer_diagnostic.category-Design.severity=silent", true)]
    [InlineData("dotnet_diagnostic.CA2007.severity = error", false)]
    public void A_muted_diagnostic_is_found(string line, bool found) =>
        Assert.Equal(found, SourceRules.MutedDiagnostics(new SourceFile(".editorconfig", line)).Any());

    [Theory]
    [InlineData("<NoWarn>CA1822</NoWarn>", true)]
    [InlineData("<NoWarn>$(NoWarn);NETSDK1206</NoWarn>", false)]
    [InlineData("<TreatWarningsAsErrors>false</TreatWarningsAsErrors>", true)]
    [InlineData("<IsAotCompatible>false</IsAotCompatible>", true)]
    [InlineData("<IsAotCompatible>true</IsAotCompatible>", false)]
    [InlineData("<Nullable>disable</Nullable>", true)]
    public void A_silenced_warning_is_found(string property, bool found) =>
        Assert.Equal(
            found,
            SourceRules.SilencedWarnings(
                XDocument.Parse($"<Project><PropertyGroup>{property}</PropertyGroup></Project>"),
                "$(NoWarn);NETSDK1206").Any());

    [Theory]
    [InlineData(400, false)]
    [InlineData(401, true)]
    public void A_file_over_the_limit_is_found(int lines, bool found) =>
        Assert.Equal(found, SourceRules.TooLong(new SourceFile("a.cs", string.Concat(Enumerable.Repeat("line\n", lines)))).Any());

    [Theory]
    [InlineData("Thread.Sleep(10);", true)]
    [InlineData("await Task.Delay(10);", true)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);", true)]
    [InlineData("await Task.Delay(Wait(1, [2]),\n    ct);", true)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(1), _timeProvider, ct);", false)]
    [InlineData("await Task.Delay(Timeout.InfiniteTimeSpan, ct);", false)]
    [InlineData("// Task.Delay(10) would not do.", false)]
    public void A_sleep_is_found(string code, bool found) =>
        Assert.Equal(found, SourceRules.Sleeps(new SourceFile("a.cs", code)).Any());
}
