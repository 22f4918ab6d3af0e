using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Chat;

public sealed class AgentChatContextTests
{
    [Fact]
    public void It_is_written_as_json_and_goes_on_as_it_was()
    {
        var context = new AgentChatContext(
        [
            new(ChatRole.User, [new TextContent("hi"), new DataContent(new byte[] { 1, 2 }, "image/png")]),
            new(ChatRole.Assistant, [new FunctionCallContent("c", "look", new Dictionary<string, object?> { ["city"] = "Oslo" })]),
            new(ChatRole.Tool, [new FunctionResultContent("c", "sun")]),
        ])
        {
            Thread = "t",
        };
        context.Rules.Add("Be brief.");
        context.Metadata["mood"] = "good";

        var read = AgentChatContext.FromJson(context.ToJson());

        Assert.Equal(("t", "Be brief.", "good"), (read.Thread, Assert.Single(read.Rules), read.Metadata["mood"]!.GetValue<string>()));
        Assert.Equal("Oslo", $"{((FunctionCallContent)read.Messages[1].Contents[0]).Arguments!["city"]}");
        Assert.Equal(context.ToJson(), read.ToJson());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"rules":[],"messages":[null]}""")]
    [InlineData("""{"rules":[null],"messages":[]}""")]
    [InlineData("""{"rules":[],"messages":7}""")]
    [InlineData("""{"rules":[],"messages":[],"metadata":[]}""")]
    public void What_is_no_context_is_refused(string json) =>
        Assert.Equal(MeshErrorCode.InvalidArguments, Assert.Throws<MeshException>(() => AgentChatContext.FromJson(json)).Error.Code);

    [Fact]
    public async Task It_is_reduced_when_it_is_long_and_leaves_no_call_without_its_result()
    {
        var context = new AgentChatContext(
        [
            new(ChatRole.Assistant, [new FunctionCallContent("c", "look")]),
            new(ChatRole.Tool, [new FunctionResultContent("c", "sun")]),
            new(ChatRole.User, new string('x', 400)),
        ]);

        Assert.False(await context.ReduceAsync(new LastTwo(), 1_000).InTime());
        Assert.True(await context.ReduceAsync(new LastTwo(), 50).InTime());

        Assert.Equal(ChatRole.User, Assert.Single(context.Messages).Role);
    }

    [Fact]
    public async Task It_is_beside_the_call_for_what_the_agent_offers_its_model()
    {
        await using var host = new MeshHost();
        await using var room = await host.JoinAsync("den", "bot", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
        await using var ada = await host.JoinAsync("den", "ada");
        using var model = new ScriptedChatClient(ScriptedTurn.Says("Yes.").ExpectingInstructions("You talk with ada."));
        await using var bot = new PoliteBot(model);
        await bot.StartAsync(room).InTime();

        await ada.ChatWith("polite").SendAsync("t", "hi").InTime();

        Assert.Equal(("t", "hi"), (bot.Seen?.Thread, bot.Seen?.Messages[0].Text));
        model.AssertFinished();
    }

    [Fact]
    public async Task A_turn_goes_on_elsewhere_from_a_context_that_was_written()
    {
        await using var host = new MeshHost();
        await using var room = await host.JoinAsync("den", "bot", Grants.AgentDefault, new() { Role = ParticipantRole.Agent });
        await using var ada = await host.JoinAsync("den", "ada");
        using var first = new ScriptedChatClient(ScriptedTurn.Says("Plum, noted."));
        await using var bot = new PoliteBot(first);
        await bot.StartAsync(room).InTime();
        await ada.ChatWith("polite").SendAsync("t", "The word is plum.").InTime();
        string json = bot.Seen!.ToJson();

        var context = AgentChatContext.FromJson(json);
        context.Messages.Add(new(ChatRole.User, "Which word?"));
        using var second = new ScriptedChatClient(ScriptedTurn.Says("Plum.").ExpectingInstructions("You talk with ada.").Expecting(
            "what was said", request => request.Messages.Select(message => message.Text).SequenceEqual(["The word is plum.", "Plum, noted.", "Which word?"])));
        var answer = await new ToolLoop(second).RunAsync(RoomFunctions.None(room), context.Messages, new() { Instructions = string.Join('\n', context.Rules) }).InTime();

        Assert.Equal("Plum.", answer.Text);
        Assert.Equal(4, context.Messages.Count);
        second.AssertFinished();
    }

    private sealed class PoliteBot(IChatClient model) : ChatBot("polite", model)
    {
        public AgentChatContext? Seen { get; private set; }

        protected override ValueTask<IReadOnlyList<string>> GetRulesAsync(ChatTurn turn) => new([$"You talk with {turn.Context.Caller.Name}."]);

        protected override ValueTask<RoomFunctions> GetFunctionsAsync(ChatTurn turn)
        {
            Seen = turn.Context.Features.Get<AgentChatContext>();
            return base.GetFunctionsAsync(turn);
        }
    }

    private sealed class LastTwo : IChatReducer
    {
        public Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken) => Task.FromResult(messages.TakeLast(2));
    }
}
