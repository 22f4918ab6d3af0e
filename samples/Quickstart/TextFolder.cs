using System.Text;
using Mesh;

namespace Quickstart;

/// <summary>
/// The text files below one folder, found once and read without ever leaving it: no <c>..</c>, no absolute paths, no
/// links. Hidden, large and binary files are passed over, and so is what exceeds the limits of the whole.
/// </summary>
internal sealed class TextFolder
{
    public const int MostFiles = 2_000;
    public const long MostBytes = 16 * 1024 * 1024;
    public const int MostEntries = 20_000;
    public const long LargestFile = 1024 * 1024;

    /// <summary>Folders of other people's files, or of what a build makes.</summary>
    private static readonly string[] PassedOver = ["artifacts", "bin", "node_modules", "obj"];

    private static readonly EnumerationOptions Entries = new()
    {
        IgnoreInaccessible = true,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
    };

    private readonly string _root;
    private readonly HashSet<string> _paths;

    private TextFolder(string root)
    {
        _root = root;
        Files = Find();
        _paths = [.. Files.Select(file => file.Path)];
    }

    /// <summary>The text files in the order of their paths, which have forward slashes and begin at the folder.</summary>
    public IReadOnlyList<TextFile> Files { get; }

    /// <summary>Whether a limit was reached, so that there may be more files than <see cref="Files"/>.</summary>
    public bool IsCapped { get; private set; }

    /// <summary>The folder that the program was given, or the repository that it lies in.</summary>
    /// <param name="args">The arguments of the program.</param>
    /// <param name="problem">Why there is no folder to work on, for the person who started the program.</param>
    public static TextFolder? Open(string[] args, out string problem)
    {
        const string usage = "Usage: dotnet run --project samples/Quickstart -- [--serve | --demo] [folder]";
        string? path = args.Length == 0 ? FindRepository() : args[0];
        problem = args.Length > 1 ? $"One folder at most. {usage}"
            : path is null ? $"No Mesh.sln lies here or above: name a folder. {usage}"
            : File.Exists(path) ? $"'{path}' is a file, not a folder. {usage}"
            : !Directory.Exists(path) ? $"There is no folder '{path}'. {usage}"
            : "";
        if (problem.Length > 0)
        {
            return null;
        }

        var folder = new TextFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path!)));
        problem = folder.Files.Count == 0 ? $"There are no text files in '{path}'. {usage}" : "";
        return problem.Length == 0 ? folder : null;
    }

    /// <summary>Opens one of the <see cref="Files"/>.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="ToolException">The path leads out of the folder, or to no text file; for the caller to read.</exception>
    public StreamReader OpenText(string path)
    {
        string full = Resolve(path);
        if (!_paths.Contains(Relative(full)))
        {
            throw Refusal($"There is no text file '{path}' in the folder.");
        }

        try
        {
            return new StreamReader(full, Encoding.UTF8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refusal($"File '{path}' cannot be read.");
        }
    }

    /// <summary>The folder.</summary>
    public override string ToString() => _root;

    /// <summary>The full path, when no part of it leads out of the folder.</summary>
    private string Resolve(string path)
    {
        string full = path.Contains('\0', StringComparison.Ordinal) ? "" : Path.GetFullPath(Path.Combine(_root, path));
        string inside = Path.EndsInDirectorySeparator(_root) ? _root : _root + Path.DirectorySeparatorChar;
        if (Path.IsPathRooted(path) || !full.StartsWith(inside, StringComparison.Ordinal))
        {
            throw Refusal($"Path '{path}' leads out of the folder.");
        }

        // A link may point anywhere, also one that is a folder on the way, and it may be newer than the list of files.
        for (string part = full; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (new FileInfo(part).LinkTarget is not null)
            {
                throw Refusal($"Path '{path}' goes over a link, which may lead out of the folder.");
            }
        }

        return full;
    }

    private string Relative(string full) => Path.GetRelativePath(_root, full).Replace('\\', '/');

    /// <summary>A tool may fail with a code of its own; the text is the one thing that crosses to the caller.</summary>
    private static ToolException Refusal(string message) => new(new MeshError(new MeshErrorCode("file_refused"), message)
    {
        Remedy = "List the files: their paths begin at the folder.",
    });

    private List<TextFile> Find()
    {
        var found = new List<TextFile>();
        var folders = new Stack<string>([_root]);
        int entries = 0;
        long bytes = 0;
        while (!IsCapped && folders.TryPop(out string? folder))
        {
            var inside = EntriesOf(folder, MostEntries - entries);
            entries += inside.Length;
            foreach (var file in inside.OfType<FileInfo>().Where(file => file.Length is > 0 and <= LargestFile && IsText(file)))
            {
                bytes += file.Length;
                IsCapped |= found.Count == MostFiles || bytes > MostBytes;
                if (!IsCapped)
                {
                    found.Add(new(Relative(file.FullName), file.Length));
                }
            }

            foreach (var child in inside.OfType<DirectoryInfo>().Reverse().Where(child => !PassedOver.Contains(child.Name)))
            {
                folders.Push(child.FullName);
            }

            IsCapped |= entries >= MostEntries;
        }

        return [.. found.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    /// <summary>What lies in a folder, in order; nothing when it cannot be read.</summary>
    private static FileSystemInfo[] EntriesOf(string folder, int most)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos("*", Entries).Take(most).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Whether a file looks like text: no zero byte at its beginning.</summary>
    private static bool IsText(FileInfo file)
    {
        try
        {
            using var stream = file.OpenRead();
            Span<byte> beginning = stackalloc byte[1024];
            int length = stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
            return !beginning[..length].Contains((byte)0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? FindRepository()
    {
        foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Mesh.sln")))
                {
                    return folder.FullName;
                }
            }
        }

        return null;
    }
}

/// <param name="Path">The path from the folder, with forward slashes.</param>
/// <param name="Bytes">The size.</param>
internal sealed record TextFile(string Path, long Bytes);
