using System.Text.RegularExpressions;
using Mesh.Agents;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Testing.Tests.Documentation;

public sealed partial class TestingPageTests : IDisposable
{
    private static readonly string Page = Repository.ReadAllText("docs", "testing.md");
    private static readonly ModelPrices Prices = ModelPrices.FromJson("""{"*":{"input":100,"output":100}}""");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_first_example_is_the_code_of_the_test_below()
    {
        string source = Repository.ReadAllText("tests", "Mesh.Testing.Tests", "Documentation", "TestingPageTests.cs");
        Assert.All(
            Block("csharp").Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Contains($"\n        {line}\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_agent_with_a_tool_an_approval_and_a_cost_is_tested_in_ten_lines()
    {
        await using var room = new TestRoom();
        var bob = await room.JoinPersonAsync("bob", TestApprover.Always);
        await room.OfferAsync("mail", Tool.Create("send", (string to) => $"sent to {to}", new ToolOptions { RequiresApproval = true }));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("mail_send", """{"to":"ada"}""").WithUsage(100, 20), ScriptedTurn.Says("Ada has it.").ExpectingResult("sent to ada").WithUsage(150, 30));
        await using var clerk = new LlmTaskRunner("clerk", model, loop: new() { Prices = Prices }) { Requires = [Requirement.Toolkit("mail")] };
        await clerk.StartAsync(await room.JoinAgentAsync("clerk"));
        Assert.Equal("Ada has it.", await bob.Agents.AskAsync<string>("clerk", new { prompt = "Tell ada." }));
        room.Calls("mail/send").By("clerk").For("bob").ApprovedBy("bob").With("ada").Once();
        room.Calls("agents/clerk").By("bob").Using(250, 50).Costing(0.03m).Once();
        model.AssertFinished();

        var failure = Assert.Throws<JournalAssertionException>(() => room.Calls("mail/send").By("clerk").ApprovedBy("eve").Once());
        Assert.StartsWith(Block(""), failure.Message, StringComparison.Ordinal);
        Assert.Contains(room.Journal.ToText().TrimEnd(), failure.Message, StringComparison.Ordinal);
        room.AssertNoFaults();
    }

    [Fact]
    public async Task The_cassette_and_the_difference_are_those_of_the_page()
    {
        string path = Path.Combine(_folder.FullName, "cassettes", "umbrella.json");
        var options = new ChatOptions { Instructions = "Answer in one sentence." };
        using (var recording = new RecordingChatClient(path, () => new OneUpdate()))
        {
            await recording.GetResponseAsync([new(ChatRole.User, "Do I need an umbrella?")], options).InTime();
        }

        Assert.Equal(Block("json"), await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        using var model = new RecordingChatClient(path);
        var drift = await Assert.ThrowsAsync<CassetteDriftException>(() => model.GetResponseAsync([new(ChatRole.User, "Do I need a coat?")], options).InTime());
        Assert.Contains($"```\n{drift.Message.Replace(path, "cassettes/umbrella.json", StringComparison.Ordinal).ReplaceLineEndings("\n")}\n```", Page, StringComparison.Ordinal);
    }

    /// <summary>The first block of a language.</summary>
    private static string Block(string language) =>
        Fence().Matches(Page).First(block => block.Groups["language"].Value == language).Groups["text"].Value;

    [GeneratedRegex("^```(?<language>\\w*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    private sealed class OneUpdate() : DelegatingChatClient(new ScriptedChatClient())
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield return new(ChatRole.Assistant, "No.") { ResponseId = "response-1", MessageId = "response-1", ModelId = "scripted-model", FinishReason = ChatFinishReason.Stop };
        }
    }
}
