using System.Reflection;

namespace Mesh.Architecture.Tests;

/// <summary>The repository as the rules see it: its projects and its source files.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every project under src, the ones that did not exist when a rule was written included.</summary>
    public static IReadOnlyList<SourceProject> SourceProjects { get; } =
        [.. ProjectFiles("src").Select(file => new SourceProject(Path.GetFileNameWithoutExtension(file), file))];

    /// <summary>The names of <see cref="SourceProjects"/>, so that each one is a test case of its own.</summary>
    public static TheoryData<string> SourceProjectNames => [.. SourceProjects.Select(project => project.Name)];

    public static SourceProject SourceProject(string name) => SourceProjects.Single(project => project.Name == name);

    /// <summary>The project files directly below the folders of <paramref name="area"/>, in order of their names.</summary>
    public static IReadOnlyList<string> ProjectFiles(string area) =>
        Directory.Exists(PathOf(area))
            ? [.. Directory.GetDirectories(PathOf(area))
                .SelectMany(folder => Directory.GetFiles(folder, "*.csproj"))
                .Order(StringComparer.Ordinal)]
            : [];

    /// <summary>The C# files below <paramref name="area"/> that people wrote.</summary>
    public static IReadOnlyList<SourceFile> SourceFiles(string area) =>
        [.. Directory.EnumerateFiles(PathOf(area), "*.cs", SearchOption.AllDirectories)
            .Select(path => new SourceFile(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path)))
            .Where(file => !file.Path.Contains("/obj/", StringComparison.Ordinal)
                && !file.Path.Contains("/bin/", StringComparison.Ordinal))
            .OrderBy(file => file.Path, StringComparer.Ordinal)];

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Mesh.sln in {AppContext.BaseDirectory} or above it.");
    }
}

/// <summary>A project under src and the assembly it was built to, which lies beside the tests.</summary>
internal sealed record SourceProject(string Name, string ProjectFile)
{
    public string AssemblyFile => Path.Combine(AppContext.BaseDirectory, Name + ".dll");

    public Assembly Assembly => Assembly.Load(Name);
}

/// <summary>A source file: its path from the root, with forward slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text);
