namespace Mesh.Contracts;

/// <summary>The files of the repository that the tests were built in.</summary>
public static class Repository
{
    public static string ReadAllText(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path])).ReplaceLineEndings("\n");

    private static string Root { get; } = FindRoot();

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
