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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_reads_the_text_that_an_agent_streams_and_not_its_pieces(bool isWatched)
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("It ", "is \"so\"."), ScriptedTurn.Says("It ", "is."));
        await using var agent = scripted.AsAgent("guide");
        await agent.StartAsync(Bot).InTime();
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("guide", """{"prompt":"?"}"""), ScriptedTurn.Says("Yes."));
        var second = await JoinAsync("second");
        await using var asking = new LlmTaskRunner("asking", model, streamsText: isWatched) { Requires = [Requirement.Agent("guide")] };
        await asking.StartAsync(second).InTime();

        await Bob.Agents.AskAsync<JsonElement>("asking", new { prompt = "?" }).InTime();

        Assert.Equal("It is \"so\".", ResultOf(model.Requests[1].Messages, "call-1"));
        Assert.Equal("It is.", await Bob.AsAIFunction(await Bob.Agents.GetAsync("guide").InTime()).InvokeAsync(new() { ["prompt"] = "?" }).InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_that_fails_after_some_of_its_text_has_failed_for_the_model_too(bool isWatched)
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("It ", "is").ThenFails(new IOException("cut")), ScriptedTurn.Says("It ", "is").ThenFails(new IOException("cut")));
        await using var agent = scripted.AsAgent("guide");
        await agent.StartAsync(Bot).InTime();
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("guide", """{"prompt":"?"}"""), ScriptedTurn.Says("No."));
        await using var asking = new LlmTaskRunner("asking", model, streamsText: isWatched) { Requires = [Requirement.Agent("guide")] };
        await asking.StartAsync(await JoinAsync("second")).InTime();

        await Bob.Agents.AskAsync<JsonElement>("asking", new { prompt = "?" }).InTime();

        Assert.Contains("unavailable", ResultOf(model.Requests[1].Messages, "call-1"), StringComparison.Ordinal);
        var function = Bob.AsAIFunction(await Bob.Agents.GetAsync("guide").InTime());
        Assert.Equal(MeshErrorCode.Unavailable, (await Assert.ThrowsAsync<MeshException>(() => function.InvokeAsync(new() { ["prompt"] = "?" }).InTime())).Code);
    }

    [Fact]
    public async Task An_agent_that_streams_text_cuts_no_character_in_two()
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("Hi \ud83d", "\ude00!"));
        await using var agent = scripted.AsAgent("guide");
        await agent.StartAsync(Bot).InTime();

        Assert.Equal(["Hi ", "\ud83d\ude00!"], await Bob.Agents.AskAsync<string[]>("guide", new { prompt = "?" }).InTime());
    }

    [Fact]
    public async Task A_list_of_strings_that_a_tool_streams_stays_a_list()
    {
        var functions = await OfferAsync("disk", Tool.Create("list", () => "a.txt b.txt".Split(' ').ToAsyncEnumerable()));

        Assert.Equal("""["a.txt","b.txt"]""", (await functions.Functions.Single().InvokeAsync().InTime())?.ToString());
    }

    [Fact]
    public async Task A_whole_conversation_is_one_text_that_says_who_says_what()
    {
        await using var registration = await Bot.Agents.RegisterAsync(Agent.Create("echo", (string text, int times = 1, string? note = null) => text)).InTime();
        using var model = Bob.AsChatClient(await Bob.Agents.GetAsync("echo").InTime());
        ChatMessage[] messages = [User("My name is Ada."), new(ChatRole.Assistant, "Hello, Ada."), User("What is my name?")];

        var response = await model.GetResponseAsync(messages, new() { Instructions = "Be brief." }).InTime();

        Assert.Equal("system: Be brief.\n\nuser: My name is Ada.\n\nassistant: Hello, Ada.\n\nuser: What is my name?", response.Text);
    }

    [Fact]
    public async Task Files_for_an_agent_that_takes_text_are_refused()
    {
        await using var registration = await Bot.Agents.RegisterAsync(Agent.Create("echo", (string text) => text)).InTime();
        using var model = Bob.AsChatClient(await Bob.Agents.GetAsync("echo").InTime());

        var failure = await Assert.ThrowsAsync<MeshException>(() => model.GetResponseAsync([new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]).InTime());

        Assert.Equal(MeshErrorCode.InvalidArguments, failure.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_usage_of_an_agent_is_that_of_its_answer(bool isStreamed)
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("It ", "is.").WithUsage(7, 3));
        await using var agent = new LlmTaskRunner("guide", scripted, streamsText: isStreamed);
        await agent.StartAsync(Bot).InTime();
        using var model = Bob.AsChatClient(await Bob.Agents.GetAsync("guide").InTime());

        var response = await model.GetResponseAsync("how?").InTime();

        Assert.Equal(("It is.", 7, 3, 10), (response.Text, response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount, response.Usage?.TotalTokenCount));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_that_another_has_as_its_model_is_counted_once_in_the_budgets_of_both(bool isChatBot)
    {
        // 1 for a thousand tokens.
        var prices = ModelPrices.FromJson("""{"*":{"input":1000,"output":1000}}""");
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("Yes.").WithUsage(70, 30));
        await using SingleRoomAgent inner = isChatBot ? new ChatBot("inner", scripted, loop: new() { Prices = prices }) : new LlmTaskRunner("inner", scripted, loop: new() { Prices = prices });
        await inner.StartAsync(Bot).InTime();
        var room = await JoinAsync("second");
        using var model = room.AsChatClient(await room.Agents.GetAsync("inner").InTime());
        await using var outer = new LlmTaskRunner("outer", model, loop: new() { Prices = prices });
        await outer.StartAsync(room).InTime();

        Assert.Equal("Yes.", await Bob.Agents.AskAsync<string>("outer", new { prompt = "?" }, new CallOptions { Budget = new() { Cost = 5 } }).InTime());

        var entries = Journal.ToList();
        Assert.Equal(CallUsage.OfModel("scripted-model", 70, 30, 0.1m), Assert.Single(entries, entry => entry.Usage is not null).Usage);
    }

    [Fact]
    public async Task A_chat_bot_is_a_model_that_keeps_its_conversations()
    {
        using var scripted = new ScriptedChatClient(
            ScriptedTurn.Says("Hello, Ada.").WithUsage(7, 3).Expecting("a picture", request => request.Messages[^1].Contents.OfType<DataContent>().Any()),
            ScriptedTurn.Says("Ada.").Expecting("What is my name?").Expecting("the first message too", request => request.Messages.Any(message => message.Text.Contains("I am Ada.", StringComparison.Ordinal))));
        await using var bot = new ChatBot("assistant", scripted);
        await bot.StartAsync(await Host.JoinAsync("den", "assistant", Grants.Full, new() { Role = ParticipantRole.Agent }).InTime()).InTime();
        using var model = Bob.AsChatClient(await Bob.Agents.GetAsync("assistant").InTime());

        var first = await model.GetResponseAsync([new(ChatRole.User, [new TextContent("I am Ada."), new DataContent(new byte[] { 1 }, "image/png")])]).InTime();
        var second = await model.GetResponseAsync("What is my name?", new() { ConversationId = first.ConversationId }).InTime();

        scripted.AssertFinished();
        Assert.Equal(("Hello, Ada.", "Ada.", 7), (first.Text, second.Text, first.Usage?.InputTokenCount));
        Assert.NotNull(first.ConversationId);
        Assert.Equal(first.ConversationId, second.ConversationId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_answer_of_a_chat_bot_is_streamed_where_its_threads_may_be_watched(bool mayWatch)
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("Hello, ", "Ada.").WithUsage(7, 3).Expecting("I am Ada."));
        await using var bot = new ChatBot("assistant", scripted);
        await bot.StartAsync(Bot).InTime();
        var grants = mayWatch ? Grants.UserDefault : Grants.UserDefault with { Agents = new() { UseAgents = true } };
        await using var ada = await Host.JoinAsync("den", "ada", grants, new() { Role = ParticipantRole.User }).InTime();
        using var model = ada.AsChatClient(await Bob.Agents.GetAsync("assistant").InTime());

        var updates = await model.GetStreamingResponseAsync("I am Ada.").ToListInTimeAsync();

        Assert.Equal(mayWatch, updates[0].MessageId is not null);
        var response = updates.ToChatResponse();
        Assert.Equal(("Hello, Ada.", 7, ChatFinishReason.Stop), (response.Text, response.Usage?.InputTokenCount, response.FinishReason));
        Assert.NotNull(response.ConversationId);
    }

    [Theory]
    [InlineData("numbers")]
    [InlineData("texts")]
    [InlineData("choices")]
    public async Task An_agent_of_other_input_is_no_model(string what)
    {
        await using var registration = await Bot.Agents.RegisterAsync(what switch
        {
            "numbers" => Agent.Create("add", (int a, int b) => a + b),
            "texts" => Agent.Create("add", (string a, string b) => a + b),
            _ => Agent.Create("add", (string? a = null, string? b = null) => a + b),
        }).InTime();
        var agent = await Bob.Agents.GetAsync("add").InTime();

        Assert.Equal(MeshErrorCode.InvalidDefinition, Assert.Throws<MeshException>(() => Bob.AsChatClient(agent)).Code);
    }
}
