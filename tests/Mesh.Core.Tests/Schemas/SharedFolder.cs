namespace Mesh.Core.Tests.Schemas;

/// <summary>Finds the folder of inputs that lies beside the repository. Tests that need it are skipped where it is not.</summary>
internal static class SharedFolder
{
    /// <returns>The path of the folder; the running test is skipped when there is none.</returns>
    public static string Find(string name)
    {
        List<string?> roots = [Environment.GetEnvironmentVariable("MESH_SHARED")];
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            roots.Add(Path.Combine(folder.FullName, "shared"));
        foreach (string? root in roots)
        {
            if (root is not null && Directory.Exists(Path.Combine(root, name)))
                return Path.Combine(root, name);
        }

        Assert.Skip($"The folder ../shared/{name} is not present; set MESH_SHARED to where it is.");
        return "";
    }
}
