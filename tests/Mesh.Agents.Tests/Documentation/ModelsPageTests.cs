using System.Net;
using System.Text.RegularExpressions;
using Mesh.Contracts;

namespace Mesh.Agents.Tests.Documentation;

public sealed partial class ModelsPageTests
{
    private static readonly string Page = Repository.ReadAllText("docs", "models.md");

    [Fact]
    public void The_examples_are_the_code_of_the_tests_below()
    {
        string source = Repository.ReadAllText("tests", "Mesh.Agents.Tests", "Documentation", "ModelsPageTests.cs");
        string[] lines = [.. Blocks("csharp").SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Where(line => line is not ("…" or "using Mesh.Agents;"))];

        Assert.True(lines.Length > 15);
        Assert.All(lines, line => Assert.Contains($"\n        {line.Split("  //")[0].TrimEnd()}\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_agent_of_a_model_is_asked_like_every_other()
    {
        await using var mesh = new MeshHost();
        await using var bob = await mesh.JoinAsync("den", "bob").InTime();
        await using var room = await mesh.JoinAsync("den", "guide", Grants.AgentDefault, new() { Role = ParticipantRole.Agent }).InTime();
        await using var weather = await mesh.JoinAsync("den", "weather", Grants.ToolDefault, new() { Role = ParticipantRole.Tool }).InTime();
        await weather.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("forecast", (string city) => $"sun over {city}"))).InTime();
        var model = new ScriptedChatClient(
            ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}""").ExpectingTool("weather_forecast"),
            ScriptedTurn.Says("It is sunny.").ExpectingResult("sun").WithUsage(120, 5));

        await using var agent = new LlmTaskRunner("guide", model)
        {
            Rules = ["Answer in one sentence."],
            Requires = [Requirement.Toolkit("weather")],
        };
        await agent.StartAsync(room);
        string answer = await bob.Agents.AskAsync<string>("guide", new { prompt = "Do I need an umbrella in Oslo?" });

        Assert.Equal("It is sunny.", answer);
        model.AssertFinished();
    }

    [Fact]
    public async Task A_desk_asks_its_person()
    {
        await using var mesh = new MeshHost();
        var desk = new ApprovalDesk(async (request, ct) => await AskOnScreenAsync(request, ct) ? ApprovalDecision.ForThisTool : ApprovalDecision.Refused());
        var ada = await mesh.JoinAsync("den", "ada", options: new() { Approver = desk.Approver });

        await using var disk = await mesh.JoinAsync("den", "disk", Grants.ToolDefault, new() { Role = ParticipantRole.Tool }).InTime();
        await disk.Toolkits.RegisterAsync(Toolkit.Create("disk", Tool.Create("delete", () => "gone", new ToolOptions { RequiresApproval = true }))).InTime();
        Assert.Equal("gone", await ada.Toolkits.InvokeAsync<string>("disk/delete").InTime());

        static ValueTask<bool> AskOnScreenAsync(ApprovalRequest request, CancellationToken cancellationToken) => new(request.Tool.Name == "delete");
    }

    [Fact]
    public void The_prices_of_the_page_are_read()
    {
        string json = Blocks("json").Single();
        var loop = new ToolLoopOptions { Prices = ModelPrices.FromJson(json), MaxCost = 0.50m };

        Assert.Equal((2, 15, 25), (loop.Prices.Find("small-model-1")?.Output, loop.Prices.Find("large-model")?.Reasoning, loop.Prices.Find("other")?.Output));
    }

    [Fact]
    public void A_vendors_exceptions_are_read()
    {
        var options = new ToolLoopOptions
        {
            FailureOf = exception => exception is VendorException refused ? new(refused.StatusCode) { RetryAfter = refused.RetryAfter } : null,
        };

        Assert.Equal(new(HttpStatusCode.TooManyRequests) { RetryAfter = TimeSpan.FromSeconds(3) }, options.FailureOf(new VendorException()));
    }

    private static IEnumerable<string> Blocks(string language) =>
        Fence().Matches(Page).Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["text"].Value);

    [GeneratedRegex("^```(?<language>\\w*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    private sealed class VendorException : Exception
    {
        public HttpStatusCode StatusCode { get; } = HttpStatusCode.TooManyRequests;

        public TimeSpan? RetryAfter { get; } = TimeSpan.FromSeconds(3);
    }
}
