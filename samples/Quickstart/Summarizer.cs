using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Mesh;

namespace Quickstart;

/// <summary>Agents that are methods. No model thinks here: the summary of a text is the sentence whose words it uses most.</summary>
internal sealed partial class Summarizer(TextFolder folder)
{
    private const int MostLines = 500;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _holds;

    /// <summary>Lets what is asked from now on wait for ever; completes when something was.</summary>
    public Task HoldAsync()
    {
        _holds = true;
        return _held.Task;
    }

    [Agent("text.summarizeAll", ReadOnly = true)]
    [Description("Streams the summaries of the first files of the folder.")]
    public async IAsyncEnumerable<Summary> SummarizeAll([Range(1, 100)] int files, RoomClient room, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var file in folder.Files.Take(files))
        {
            yield return await SummarizeAsync(file.Path, room, cancellationToken);
        }
    }

    [Agent("text.summarize", ReadOnly = true, Idempotent = true)]
    [Description("Summarises one file.")]
    public async Task<Summary> SummarizeAsync(string path, RoomClient room, CancellationToken cancellationToken)
    {
        if (_holds)
        {
            _held.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        using var reader = folder.OpenText(path);
        var lines = new List<string>();
        while (lines.Count < MostLines && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            lines.Add(line);
        }

        string[] sentences = [.. Sentence().Matches(string.Join(' ', lines)).Select(match => match.Value)];
        var words = sentences.SelectMany(WordsOf).GroupBy(word => word, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.OrdinalIgnoreCase);
        string best = sentences.MaxBy(sentence => WordsOf(sentence).Select(word => words[word]).DefaultIfEmpty().Average()) ?? "nothing";
        return new(path, Text.Cut(best, 100), room.Self.Name);
    }

    private static IEnumerable<string> WordsOf(string sentence) => Word().Matches(sentence).Select(match => match.Value);

    [GeneratedRegex(@"\S.*?(?:[.!?](?=\s|$)|$)")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\p{L}{5,30}")]
    private static partial Regex Word();
}

/// <param name="Path">The file.</param>
/// <param name="Sentence">What it says.</param>
/// <param name="By">Who says so.</param>
internal sealed record Summary(string Path, string Sentence, string By);
