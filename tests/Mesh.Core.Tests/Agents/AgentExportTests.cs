namespace Mesh.Core.Tests.Agents;

public sealed class AgentExportTests
{
    private static readonly AgentOptions Options = new() { Version = "1.2.3", Title = "Counter", Description = "Counts.", Tags = ["text"], Capabilities = ["count", "text"] };

    [Fact]
    public void An_agent_is_a_tool_for_MCP()
    {
        Assert.Equal(
            """{"name":"nlp_count","title":"Counter","description":"Counts.","inputSchema":{"type":"object","properties":{"value":{"type":"string"}},"required":["value"],"additionalProperties":false},"annotations":{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true}}""",
            Agent.Create("nlp.count", (string text) => text.Length, Options).Contract.ToMcpTool().GetRawText());
        var output = Agent.Create("nlp.count", () => new Count(1)).Contract.ToMcpTool().GetProperty("outputSchema");
        Assert.Equal("object", output.GetProperty("type").GetString());
    }

    [Fact]
    public void An_agent_has_a_card_for_A2A() => Assert.Equal(
        """{"protocolVersion":"0.3.0","name":"Counter","description":"Counts.","url":"https://example.org/a2a","version":"1.2.3","capabilities":{"streaming":false},"defaultInputModes":["application/json"],"defaultOutputModes":["application/json"],"skills":[{"id":"nlp.count","name":"Counter","description":"Counts.","tags":["text","count"]}]}""",
        Agent.Create("nlp.count", (string text) => text.Length, Options).Contract.ToA2aCard(new Uri("https://example.org/a2a")).GetRawText());

    [Fact]
    public void What_cannot_be_asked_is_no_tool()
    {
        var error = Assert.Throws<MeshException>(() => Agent.CreateWatcher("watch", (_, _) => Task.CompletedTask).Contract.ToMcpTool()).Error;
        Assert.Equal(MeshErrorCode.NotInvocable, error.Code);
    }

    [Fact]
    public void Two_that_would_have_the_same_name_are_refused_with_both_names()
    {
        var names = new ToolNameTable();
        Assert.Equal("weather_forecast", names.Add("weather/forecast"));
        Assert.Equal("weather_forecast", names.Add("weather/forecast"));
        Assert.Equal("a_b-c_ada", names.Add("a/b-c@ada"));
        var error = Assert.Throws<MeshException>(() => Agent.Create("weather.forecast", () => 1).Contract.ToMcpTool(names)).Error;
        Assert.Equal(MeshErrorCode.NameTaken, error.Code);
        Assert.Contains("Agent 'weather.forecast'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Tool 'weather/forecast'", error.Message, StringComparison.Ordinal);
        Assert.True(names.TryFind("weather_forecast", out var found));
        Assert.Equal("weather/forecast", found.ToString());
        Assert.False(names.TryFind("weather/forecast", out _));
        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => names.Add(new string('x', 60) + "/tool")).Code);
    }

    private sealed record Count(int Value);
}
