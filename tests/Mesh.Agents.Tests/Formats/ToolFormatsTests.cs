using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Agents.Tests.Formats;

public sealed class ToolFormatsTests : AgentRoom
{
    private static readonly ToolDefinition Tool = new()
    {
        Name = "forecast",
        Description = "Looks ahead.",
        InputSchema = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}}}"""),
    };

    [Fact]
    public void Each_vendor_has_its_form()
    {
        Assert.Equal(
            """{"type":"function","function":{"name":"weather_forecast","description":"Looks ahead.","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}""",
            Tool.ToOpenAiChatTool("weather/forecast").GetRawText());
        Assert.Equal(
            """{"type":"function","name":"weather_forecast","description":"Looks ahead.","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}""",
            Tool.ToOpenAiResponsesTool("weather/forecast").GetRawText());
        Assert.Equal(
            """{"name":"weather_forecast","description":"Looks ahead.","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}""",
            Tool.ToAnthropicTool("weather/forecast").GetRawText());
    }

    [Fact]
    public void Two_tools_of_one_name_are_refused_with_both()
    {
        var names = new ToolNameTable();
        Tool.ToAnthropicTool("weather/fore.cast", names);

        var error = Assert.Throws<MeshException>(() => Tool.ToAnthropicTool("weather/fore_cast", names)).Error;

        Assert.Equal(MeshErrorCode.NameTaken, error.Code);
        Assert.Contains("weather/fore_cast", error.Message, StringComparison.Ordinal);
        Assert.Contains("weather/fore.cast", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_is_exported_with_its_own_schema_and_found_again_by_the_table()
    {
        await using var registration = await Bot.Agents.RegisterAsync(Agent.Create("nlp.upper", (string text) => text)).InTime();
        var agent = (await Bob.Agents.GetAsync("nlp.upper").InTime()).Contract;
        var names = new ToolNameTable();

        foreach (var export in new[] { agent.ToOpenAiChatTool(names).GetProperty("function"), agent.ToOpenAiResponsesTool(names), agent.ToAnthropicTool(names) })
        {
            Assert.Equal("nlp_upper", export.GetProperty("name").GetString());
            Assert.True(names.TryFind(export.GetProperty("name").GetString()!, out var address));
            Assert.Equal("agents/nlp.upper", address.ToString());
        }

        Assert.True(JsonElement.DeepEquals(agent.InputSchema, agent.ToAnthropicTool().GetProperty("input_schema")));
    }

    [Fact]
    public async Task An_agent_that_is_not_asked_is_refused()
    {
        await using var registration = await Bot.Agents.RegisterAsync(Agent.CreateWatcher("idle", (_, token) => Task.Delay(Timeout.Infinite, token))).InTime();
        var agent = (await Bob.Agents.GetAsync("idle").InTime()).Contract;

        Assert.Equal(MeshErrorCode.NotInvocable, Assert.Throws<MeshException>(() => agent.ToAnthropicTool()).Code);
    }
}
