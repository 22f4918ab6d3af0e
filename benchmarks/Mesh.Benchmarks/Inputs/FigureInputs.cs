using System.Text.Json;

namespace Mesh.Benchmarks.Inputs;

/// <summary>
/// The bytes that figures are taken with: those of the shared folder beside the repository where there is one, else the
/// equal copies in this project. Where both are, they must be equal.
/// </summary>
internal static class FigureInputs
{
    private static readonly string? SharedFolder = FindSharedFolder();

    /// <summary>The arguments of the measured tool; see <see cref="Scenes.ForecastTool"/>.</summary>
    public static byte[] CallArguments { get; } = Read("call.args.json");

    public static JsonElement CallArgumentsElement { get; } = JsonElement.Parse(CallArguments);

    /// <summary>A schema, by its size: <c>small</c> or <c>medium</c>.</summary>
    public static byte[] Schema(string size) => Read($"{size}.schema.json");

    /// <summary>An instance that satisfies the schema of a size.</summary>
    public static byte[] ValidInstance(string size) => Read($"{size}.valid.json");

    /// <summary>An instance that fails it in several places; there is one of the medium size.</summary>
    public static byte[] InvalidInstance(string size) => Read($"{size}.invalid.json");

    private static byte[] Read(string name)
    {
        using var resource = typeof(FigureInputs).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not among the project's inputs.");
        var own = new byte[resource.Length];
        resource.ReadExactly(own);
        return SharedFolder is null || File.ReadAllBytes(Path.Combine(SharedFolder, name)).AsSpan().SequenceEqual(own)
            ? own
            : throw new InvalidOperationException($"{name} in {SharedFolder} and the project's own copy differ: figures would not mean the same.");
    }

    /// <summary>The folder shared/figures beside the repository, or beside any folder that the program lies in.</summary>
    private static string? FindSharedFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "..", "shared", "figures");
            if (Directory.Exists(candidate))
            {
                return Path.GetFullPath(candidate);
            }
        }

        return null;
    }
}
