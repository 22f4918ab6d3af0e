using Mesh.Contracts;

namespace Mesh.Agents.Tests.Documentation;

public sealed class ReadmeTests
{
    [Fact]
    public async Task The_agent_of_the_first_screen_uses_the_tools_of_the_room()
    {
        await using var mesh = new MeshHost();
        await using var ada = await mesh.JoinAsync("support", "ada", Grants.AgentDefault).InTime();
        await using var bob = await mesh.JoinAsync("support", "bob").InTime();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("forecast", (string city, int days = 3) => $"sun for {days} days"))).InTime();
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}"""), ScriptedTurn.Says("No.").ExpectingResult("sun for 3 days"));

        await using var assistant = new ChatBot("assistant", model) { Requires = [Requirement.Toolkit("weather")] };
        await assistant.StartAsync(ada);
        ChatAnswer answer = await bob.ChatWith("assistant").SendAsync(null, "Do I need an umbrella in Oslo?");

        Assert.Equal("No.", answer.Text);
        model.AssertFinished();
    }

    [Fact]
    public void The_readme_has_the_lines_of_that_test()
    {
        string source = Repository.ReadAllText("tests", "Mesh.Agents.Tests", "Documentation", "ReadmeTests.cs");
        string[] lines = [.. Repository.ReadAllText("README.md").Split('\n').SkipWhile(line => !line.Contains("new ChatBot", StringComparison.Ordinal)).TakeWhile(line => line != "```")];

        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Contains($"\n        {line.Split("  //")[0].TrimEnd()}\n", source, StringComparison.Ordinal));
    }
}
