namespace Mesh.Architecture.Tests;

/// <summary>Fails a test with everything that breaks a rule, one line each.</summary>
internal static class Violations
{
    public static void None(IEnumerable<string> violations, string rule)
    {
        string[] found = [.. violations];
        Assert.True(found.Length == 0, $"{rule}\n  {string.Join("\n  ", found)}");
    }
}
