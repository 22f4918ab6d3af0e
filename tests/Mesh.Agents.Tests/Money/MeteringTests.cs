using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Money;

/// <summary>Models that a tool, or a reducer, asks itself.</summary>
public sealed class MeteringTests : AgentRoom
{
    // 1 for a thousand tokens.
    private static readonly ModelPrices Prices = ModelPrices.FromJson("""{"scripted-model":{"input":1000,"output":1000}}""");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_tool_asks_itself_is_used_by_its_call(bool isStreamed)
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("o", "k").WithUsage(30, 20));
        using var model = scripted.Metered(Prices);

        var outcome = await InCallAsync(async _ => Assert.Equal("ok", isStreamed
            ? (await model.GetStreamingResponseAsync([User("?")]).ToListInTimeAsync()).ToChatResponse().Text
            : (await model.GetResponseAsync([User("?")])).Text));

        Assert.True(outcome.IsResult);
        Assert.Equal(CallUsage.OfModel("scripted-model", 30, 20, 0.05m), Used);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_nobody_counts_is_reckoned_by_its_length(bool isStreamed)
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says(new string('x', 400)));
        using var model = scripted.Metered();

        await InCallAsync(async _ =>
        {
            if (isStreamed)
            {
                await model.GetStreamingResponseAsync([User("?")]).ToListInTimeAsync();
            }
            else
            {
                await model.GetResponseAsync([User("?")]);
            }
        });

        Assert.Equal(CallUsage.OfModel("scripted-model", 4, 104), Used);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_budget_that_is_used_up_lets_nothing_be_asked(bool isStreamed)
    {
        using var scripted = new ScriptedChatClient();
        using var model = scripted.Metered(Prices);

        var outcome = await InCallAsync(
            _ => isStreamed ? model.GetStreamingResponseAsync([User("?")]).ToListInTimeAsync() : model.GetResponseAsync([User("?")]), new() { Budget = new() { Cost = 1 } });

        Assert.Equal((MeshErrorCode.BudgetExceeded, 0), (outcome.Error?.Code, scripted.Requests.Count));
    }

    [Fact]
    public async Task A_model_without_a_price_is_not_asked()
    {
        using var scripted = new ScriptedChatClient();
        using var model = scripted.Metered(ModelPrices.FromJson("""{"other":{"input":1,"output":1}}"""));

        var failure = await Assert.ThrowsAsync<MeshException>(() => model.GetResponseAsync([User("?")]).InTime());

        Assert.Equal((MeshErrorCode.InvalidDefinition, 0), (failure.Code, scripted.Requests.Count));
    }

    [Fact]
    public async Task Outside_of_any_call_nobody_pays()
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(30, 20));
        using var model = scripted.Metered(Prices);

        Assert.Equal("ok", (await model.GetResponseAsync([User("?")]).InTime()).Text);
        Assert.Equal(0, Journal.GetTotals().All.Cost);
    }

    [Theory]
    [InlineData(true, 0.104)]
    [InlineData(false, 0)]
    public async Task What_fails_has_cost_what_came_of_it_and_passes_through(bool hasBegun, double cost)
    {
        var turn = hasBegun ? ScriptedTurn.Says(new string('x', 400)) : ScriptedTurn.Empty;
        using var scripted = new ScriptedChatClient(turn.ThenFails(new IOException("cut")));
        using var model = scripted.Metered(Prices);

        await InCallAsync(async _ => Assert.Equal("cut", (await Assert.ThrowsAsync<IOException>(() => model.GetStreamingResponseAsync([User("?")]).ToListInTimeAsync())).Message));

        Assert.Equal((decimal)cost, Used?.Cost ?? 0);
    }

    [Fact]
    public async Task A_failure_gives_back_what_was_reserved()
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Empty.ThenFails(new IOException("cut")), ScriptedTurn.Says("ok").WithUsage(30, 20));
        using var model = scripted.Metered(Prices);

        var outcome = await InCallAsync(
            async _ =>
            {
                await Assert.ThrowsAsync<IOException>(() => model.GetResponseAsync([User("?")], new() { MaxOutputTokens = 100 }));
                await model.GetResponseAsync([User("?")], new() { MaxOutputTokens = 100 });
            },
            new() { Budget = new() { Cost = 0.15m } });

        Assert.True(outcome.IsResult);
        Assert.Equal(0.05m, Used?.Cost);
    }

    [Fact]
    public async Task An_answer_that_its_reader_leaves_has_cost_what_was_read_of_it()
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says(new string('x', 400), "never read"));
        using var model = scripted.Metered(Prices);

        await InCallAsync(async _ =>
        {
            await foreach (var update in model.GetStreamingResponseAsync([User("?")]))
            {
                break;
            }
        });

        Assert.Equal(0.104m, Used?.Cost);
    }

    [Fact]
    public async Task A_loop_around_it_leaves_the_counting_to_it()
    {
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(30, 20));
        using var model = scripted.Metered(Prices);

        await InCallAsync(_ => new ToolLoop(model, new() { Prices = Prices }).RunAsync(RoomFunctions.None(Bot), [User("?")]));

        Assert.Equal(CallUsage.OfModel("scripted-model", 30, 20, 0.05m), Used);
    }

    [Fact]
    public async Task What_a_reducer_asks_is_used_by_the_call_of_the_turn()
    {
        using var small = new ScriptedChatClient(ScriptedTurn.Says("They talked.").WithUsage(300, 5)) { Metadata = new("acme", null, "small") };
        using var large = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(30, 20)) { Metadata = new("acme", null, "large") };
        using var metered = small.Metered();
        var loop = new ToolLoop(large, new() { Reducer = new Summary(metered), MaxContextTokens = 10 });

        await InCallAsync(_ => loop.RunAsync(RoomFunctions.None(Bot), [User(new string('x', 400))]));

        Assert.Equal(CallUsage.OfModel("large", 30, 20).Add(CallUsage.OfModel("small", 300, 5)), Used);
    }

    private CallUsage? Used => Journal.ToList(new() { Tool = "work/run" })[0].Usage;

    private sealed class Summary(IChatClient model) : IChatReducer
    {
        public async Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken)
        {
            var summary = await model.GetResponseAsync(messages, cancellationToken: cancellationToken);
            return [User(summary.Text)];
        }
    }
}
