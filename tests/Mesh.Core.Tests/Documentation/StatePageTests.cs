using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Documentation;

public sealed partial class StatePageTests
{
    private static readonly string Page = Repository.ReadAllText("docs", "state.md");

    [Fact]
    public void The_example_is_the_code_of_the_test_below() =>
        Assert.Contains(
            Squeeze(Block("csharp")),
            Squeeze(Repository.ReadAllText("tests", "Mesh.Core.Tests", "Documentation", "StatePageTests.cs"))
                .Replace("output.AppendLine", "Console.WriteLine", StringComparison.Ordinal)
                .Replace(", cancellationToken: stop", "", StringComparison.Ordinal),
            StringComparison.Ordinal);

    [Fact]
    public async Task The_example_prints_what_the_page_says()
    {
        var (output, stop) = (new System.Text.StringBuilder(), TestContext.Current.CancellationToken);

        // The example, with another place to write to.
        await using var mesh = new MeshHost();
        await using var ada = await mesh.JoinAsync("plant", "ada", cancellationToken: stop);
        await using var bob = await mesh.JoinAsync("plant", "bob", cancellationToken: stop);

        long version = await ada.State.CreateAsync("pipeline.7.status", "running", cancellationToken: stop);
        await ada.State.PutAsync("pipeline.7.raw", new { Tons = 3.5 }, cancellationToken: stop);
        await bob.State.UpdateAsync("pipeline.7.status", "done", version, cancellationToken: stop); // Only if nobody has written it since.
        await ada.State.DeleteAsync("pipeline.7.raw", cancellationToken: stop);
        try
        {
            await ada.State.UpdateAsync("pipeline.7.status", "failed", version, cancellationToken: stop);
        }
        catch (MeshException exception)
        {
            output.AppendLine(exception.Error.Message);
        }

        await foreach (var change in bob.State.WatchAsync("pipeline.*.status", cancellationToken: stop))
        {
            if (change.Kind == StateChangeKind.Synced)
            {
                break;
            }

            output.AppendLine($"{change.Version} {change.Kind} {change.Key} {change.Entry?.Value}");
        }

        Assert.Equal(Block(""), output.ToString());
    }

    [Fact]
    public void The_defaults_are_those_of_the_options()
    {
        var options = new MemoryStateStoreOptions();
        Assert.Contains($"| `MaxKeys` | {options.MaxKeys:N0} |", Page, StringComparison.Ordinal);
        Assert.Contains($"| `MaxValueBytes` | {options.MaxValueBytes / 1024 / 1024} MiB |", Page, StringComparison.Ordinal);
        Assert.Contains($"| `MaxTotalBytes` | {options.MaxTotalBytes / 1024 / 1024} MiB |", Page, StringComparison.Ordinal);
        Assert.Contains($"| `MaxRememberedDeletions` | {options.MaxRememberedDeletions:N0} |", Page, StringComparison.Ordinal);
    }

    private static string Squeeze(string code) => string.Concat(code.Split('\n').Select(line => line.Trim()));

    /// <summary>The first block of a language.</summary>
    private static string Block(string language) =>
        Fence().Matches(Page).First(block => block.Groups["language"].Value == language).Groups["text"].Value;

    [GeneratedRegex("^```(?<language>\\w*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
