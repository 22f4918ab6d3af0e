using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Mesh;

namespace Quickstart;

/// <summary>The tools of the librarian. It reads the folder and never writes to it: an index goes to a temporary folder.</summary>
internal sealed partial class FilesToolkit(TextFolder folder)
{
    private readonly TaskCompletionSource<SearchProgress> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DirectoryInfo? _indexFolder;

    /// <summary>Completes when a search was stopped before its end: how far it had come.</summary>
    public Task<SearchProgress> SearchStopped => _stopped.Task;

    [Tool(ReadOnly = true)]
    [Description("The text files of the folder, the largest of them by name.")]
    public FileList List([Range(1, 100)] int max = 10) => new(
        folder.Files.Count,
        folder.Files.Sum(file => file.Bytes),
        folder.IsCapped,
        folder.Files.FirstOrDefault(file => file.Path.Equals("README.md", StringComparison.OrdinalIgnoreCase))?.Path,
        [.. folder.Files.OrderByDescending(file => file.Bytes).Take(max)]);

    [Tool(ReadOnly = true)]
    [Description("The first lines of a file that are not blank.")]
    public async Task<List<string>> Read(string path, [Range(1, 200)] int lines = 10, CancellationToken cancellationToken = default)
    {
        using var reader = folder.OpenText(path);
        var read = new List<string>();
        while (read.Count < lines && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                read.Add(line);
            }
        }

        return read;
    }

    [Tool(ReadOnly = true)]
    [Description("How many words a file has, and which long ones it has most often.")]
    public async Task<WordCount> CountWords(string path, CancellationToken cancellationToken = default)
    {
        using var reader = folder.OpenText(path);
        long count = 0;
        var longWords = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            foreach (var match in Word().EnumerateMatches(line))
            {
                count++;
                if (match.Length is >= 5 and <= 30)
                {
                    string word = line.Substring(match.Index, match.Length);
                    longWords[word] = longWords.GetValueOrDefault(word) + 1;
                }
            }
        }

        return new(count,
        [
            .. longWords.OrderByDescending(each => each.Value).ThenBy(each => each.Key, StringComparer.Ordinal)
                .Take(5).Select(each => new FrequentWord(each.Key, each.Value)),
        ]);
    }

    [Tool(ReadOnly = true)]
    [Description("Streams the first line of each file that holds a text, whatever its case.")]
    public async IAsyncEnumerable<Hit> Search(
        [MinLength(1)] string text, CallContext call, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int searched = 0;
        bool isDone = false;
        try
        {
            foreach (var file in folder.Files)
            {
                if (await FindAsync(file.Path, text, cancellationToken) is { } hit)
                {
                    yield return hit;
                }

                await call.ReportProgressAsync(++searched, folder.Files.Count);
                cancellationToken.ThrowIfCancellationRequested();
            }

            isDone = true;
        }
        finally
        {
            // Runs as soon as the reader of the stream cancels it, or stops reading.
            if (!isDone)
            {
                _stopped.TrySetResult(new(searched, folder.Files.Count));
            }
        }
    }

    [Tool(RequiresApproval = true, Destructive = false, OpenWorld = false)]
    [Description("Writes a list of all files to a temporary folder.")]
    public async Task<string> WriteIndex([MaxLength(80)] string title, CancellationToken cancellationToken = default)
    {
        _indexFolder ??= Directory.CreateTempSubdirectory("mesh-quickstart-");
        string path = Path.Combine(_indexFolder.FullName, "index.md");
        var index = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"# {title}");
        foreach (var file in folder.Files)
        {
            index.AppendLine(CultureInfo.InvariantCulture, $"- {file.Path} ({file.Bytes} bytes)");
        }

        await File.WriteAllTextAsync(path, index.ToString(), cancellationToken);
        return $"{folder.Files.Count} files are in {path}";
    }

    [Tool(OpenWorld = false)]
    [Description("Deletes the index again.")]
    public string DeleteIndex()
    {
        _indexFolder?.Delete(recursive: true);
        _indexFolder = null;
        return "the index is gone";
    }

    private async Task<Hit?> FindAsync(string path, string text, CancellationToken cancellationToken)
    {
        try
        {
            using var lines = folder.OpenText(path);
            for (int number = 1; await lines.ReadLineAsync(cancellationToken) is { } line; number++)
            {
                if (line.Contains(text, StringComparison.OrdinalIgnoreCase))
                {
                    return new(path, number, Text.Cut(line.Trim(), 200));
                }
            }
        }
        catch (Exception exception) when (exception is ToolException or IOException)
        {
            // A file that has gone since the folder was listed ends no search.
        }

        return null;
    }

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();
}

/// <param name="Count">How many text files there are.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="IsCapped">Whether there may be more, beyond what the librarian looks at.</param>
/// <param name="Readme">The README, or null.</param>
/// <param name="Largest">The largest ones.</param>
internal sealed record FileList(int Count, long Bytes, bool IsCapped, string? Readme, IReadOnlyList<TextFile> Largest);

/// <param name="Count">How many words there are.</param>
/// <param name="Top">The long words that are there most often.</param>
internal sealed record WordCount(long Count, IReadOnlyList<FrequentWord> Top);

internal sealed record FrequentWord(string Word, int Count);

/// <param name="Path">The file.</param>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Text">The line.</param>
internal sealed record Hit(string Path, int Line, string Text);

/// <param name="Searched">The files that were searched.</param>
/// <param name="Total">The files that there are.</param>
internal sealed record SearchProgress(int Searched, int Total);
