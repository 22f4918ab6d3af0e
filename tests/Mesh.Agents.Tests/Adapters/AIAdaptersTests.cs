using System.Text.Json;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Adapters;

public sealed class AIAdaptersTests : AgentRoom
{
    [Fact]
    public async Task A_function_is_a_tool_with_its_schemas()
    {
        var function = AIFunctionFactory.Create((string city, int days = 1) => new { city, days }, "forecast", "Looks ahead.");
        await Bot.Toolkits.RegisterAsync(new Toolkit("weather", function.AsTool())).InTime();

        var definition = (await Bob.Toolkits.ListAsync().InTime()).Single(each => each.Name == "weather").Tools.Single();
        var result = await Bob.Toolkits.InvokeAsync<JsonElement>("weather/forecast", new { city = "Oslo" }).InTime();

        Assert.Equal(("Looks ahead.", true), (definition.Description, JsonElement.DeepEquals(function.JsonSchema, definition.InputSchema)));
        Assert.Equal("Oslo", result.GetProperty("city").GetString());
        Assert.Equal(MeshErrorCode.InvalidArguments, (await Bob.Toolkits.TryInvokeAsync("weather/forecast", new { city = 7 }).InTime()).Error?.Code);
    }

    [Fact]
    public async Task A_function_that_asks_for_approval_does_so_as_a_tool()
    {
        var function = new ApprovalRequiredAIFunction(AIFunctionFactory.Create(() => 1, "delete"));
        await Bot.Toolkits.RegisterAsync(new Toolkit("disk", function.AsTool())).InTime();

        Assert.Equal(MeshErrorCode.ApprovalUnavailable, (await Bob.Toolkits.TryInvokeAsync("disk/delete").InTime()).Error?.Code);
    }

    [Fact]
    public async Task Content_of_a_function_becomes_parts()
    {
        var function = AIFunctionFactory.Create(AIContent () => new DataContent(new byte[] { 1, 2 }, "image/png"), "draw");
        await Bot.Toolkits.RegisterAsync(new Toolkit("art", function.AsTool())).InTime();

        var outcome = await Bob.Toolkits.TryInvokeAsync("art/draw").InTime();

        var part = Assert.IsType<BytesPart>(Assert.Single(outcome.GetResult().Parts));
        Assert.Equal(("image/png", 2L), (part.MimeType, part.Length));
    }

    [Fact]
    public async Task A_tool_is_a_function_that_is_called_on_the_call_path()
    {
        await OfferAsync("weather", Tool.Create("forecast", (string city) => $"sun over {city}"));
        var tool = (await Bot.Toolkits.ListAsync().InTime()).Single(each => each.Name == "weather").Tools.Single();

        var function = Bot.AsAIFunction(tool, "weather/forecast");

        Assert.Equal("sun over Oslo", (await function.InvokeAsync(new() { ["city"] = "Oslo" }).InTime())?.ToString());
        Assert.Equal(MeshErrorCode.InvalidArguments, (await Assert.ThrowsAsync<MeshException>(async () => await function.InvokeAsync(new() { ["city"] = 7 }))).Code);
        Assert.Equal(2, Journal.ToList(new() { Tool = "weather/forecast" }).Count);
        Assert.True(JsonElement.DeepEquals(tool.InputSchema, function.JsonSchema));
    }

    [Fact]
    public async Task An_agent_is_a_function_and_a_model()
    {
        await using var registration = await Bot.Agents.RegisterAsync(Agent.Create("nlp.upper", (string text) => text.ToUpperInvariant())).InTime();
        var agent = await Bob.Agents.GetAsync("nlp.upper").InTime();

        var function = Bob.AsAIFunction(agent);
        using var model = Bob.AsChatClient(agent);

        Assert.Equal("nlp_upper", function.Name);
        Assert.Equal("HI", (await function.InvokeAsync(new() { ["value"] = "hi" }).InTime())?.ToString());
        Assert.Equal("HI", (await model.GetResponseAsync("hi").InTime()).Text);
    }

    [Fact]
    public async Task A_model_is_an_agent_and_that_agent_a_model_again_with_its_stream()
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("It ", "is.").Expecting("how?"));
        await using var agent = scripted.AsAgent("guide");
        await agent.StartAsync(Bot).InTime();
        using var model = Bob.AsChatClient(await Bob.Agents.GetAsync("guide").InTime());

        var updates = await model.GetStreamingResponseAsync("how?").ToListInTimeAsync();

        Assert.Equal(["It ", "is.", ""], updates.Select(update => update.Text));
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
    }

    [Fact]
    public async Task An_agent_of_other_input_is_no_model()
    {
        await using var registration = await Bot.Agents.RegisterAsync(Agent.Create("add", (int a, int b) => a + b)).InTime();
        var agent = await Bob.Agents.GetAsync("add").InTime();

        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Bob.AsChatClient(agent)).Code);
    }
}
