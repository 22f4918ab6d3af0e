using System.Text.Json;
using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Documentation;

public sealed partial class JournalPageTests
{
    private static readonly string Page = Repository.ReadAllText("docs", "journal.md");

    [Fact]
    public void The_example_is_the_code_of_the_test_below() =>
        Assert.Contains(
            string.Concat(Block("csharp").Split('\n').Select(line => line.Trim())),
            string.Concat(Repository.ReadAllText("tests", "Mesh.Core.Tests", "Documentation", "JournalPageTests.cs").Split('\n').Select(line => line.Trim())).Replace("output.Append", "Console.Write", StringComparison.Ordinal).Replace(", cancellationToken: stop", "", StringComparison.Ordinal),
            StringComparison.Ordinal);

    [Fact]
    public async Task The_example_prints_what_the_page_says()
    {
        var (clock, output, stop) = (new ManualTimeProvider(), new System.Text.StringBuilder(), TestContext.Current.CancellationToken);

        // The example, with another place to write to.
        var journal = new MemoryJournal();
        await using var mesh = new MeshHost(new()
        {
            Journal = journal,
            TimeProvider = clock, // Stands still here, so that the text below is always the same.
            ConfigureRoom = _ => new() { JournalCapture = new JournalCapturePolicy(JournalCapture.Redacted).With("maps/*", JournalCapture.Full) },
        });
        await using var ada = await mesh.JoinAsync("trips", "ada", cancellationToken: stop);
        await using var guide = await mesh.JoinAsync("trips", "guide", Grants.AgentDefault, new() { Role = ParticipantRole.Agent }, cancellationToken: stop);
        await guide.Toolkits.RegisterAsync(Toolkit.Create("maps", Tool.Create("find", (string place) => $"{place} is in the north")), cancellationToken: stop);
        await guide.Toolkits.RegisterAsync(Toolkit.Create("trips", Tool.Create("plan", async (string to, CallContext call) =>
        {
            string where = await call.Room.Toolkits.InvokeAsync<string>("maps/find", new { place = to });
            await call.ReportUsageAsync(new(inputTokens: 120, outputTokens: 45, cost: 0.002m));
            return $"{where}: take the train.";
        })), cancellationToken: stop);
        await ada.Toolkits.InvokeAsync<string>("trips/plan", new { to = "Oslo" }, cancellationToken: stop);
        await ada.Toolkits.TryInvokeAsync("trips/plan", JsonElement.Parse("""{"to":7}"""), cancellationToken: stop);
        output.Append(journal.ToText(new() { Participant = "ada" }));

        Assert.Equal(Block(""), output.ToString());
        Assert.Equal(
            ["""{"place":"Oslo"}""", """{"to":"<string>"}""", """{"to":"<number>"}"""],
            journal.ToList(new() { Kind = JournalEntryKind.Call }).TakeLast(3).Select(entry => entry.Payload.Arguments));
    }

    /// <summary>The first block of a language.</summary>
    private static string Block(string language) =>
        Fence().Matches(Page).First(block => block.Groups["language"].Value == language).Groups["text"].Value;

    [GeneratedRegex("^```(?<language>\\w*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
