using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Money;

public sealed class SpendingTests : AgentRoom
{
    // 1 for a thousand tokens.
    private static readonly ModelPrices Prices = ModelPrices.FromJson("""{"scripted-model":{"input":1000,"output":1000}}""");
    private static readonly ToolLoopOptions Priced = new() { Prices = Prices, ReservedOutputTokens = 100 };

    [Fact]
    public async Task Usage_and_cost_are_those_of_the_call_in_which_the_model_is_asked()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(30, 20));
        await using var agent = new LlmTaskRunner("guide", model, loop: Priced);
        await agent.StartAsync(Bot).InTime();

        await Bob.Agents.AskAsync<string>("guide", new { prompt = "?" }).InTime();

        var entry = Journal.ToList(new() { Tool = "agents/guide" })[0];
        Assert.Equal((CallUsage.OfModel("scripted-model", 30, 20, 0.05m), "bob", "bot"), (entry.Usage, entry.OnBehalfOf, entry.Provider));
    }

    [Fact]
    public async Task Totals_tell_what_each_model_used()
    {
        using var small = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(30, 20)) { Metadata = new("acme", null, "small") };
        using var large = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(3, 2), ScriptedTurn.Says("ok").WithUsage(1, 1)) { Metadata = new("acme", null, "large") };

        await InCallAsync(async _ =>
        {
            await new ToolLoop(small).RunAsync(RoomFunctions.None(Bot), [User("?")]);
            await new ToolLoop(large).RunAsync(RoomFunctions.None(Bot), [User("?")]);
            await new ToolLoop(large).RunAsync(RoomFunctions.None(Bot), [User("?")]);
        });

        var totals = Journal.GetTotals();
        Assert.Equal(["large 1 4+3", "small 1 30+20"], totals.ByModel.Select(each => $"{each.Key} {each.Value.Calls} {each.Value.InputTokens}+{each.Value.OutputTokens}").Order());
        Assert.Equal((34, 23), (totals.All.InputTokens, totals.All.OutputTokens));
    }

    [Fact]
    public async Task A_request_that_the_budget_has_no_room_for_is_not_made()
    {
        using var model = new ScriptedChatClient();
        var outcome = await InCallAsync(_ => new ToolLoop(model, Priced).RunAsync(RoomFunctions.None(Bot), [User("?")]), new() { Budget = new() { Cost = 0.05m } });

        Assert.Equal((MeshErrorCode.BudgetExceeded, 0), (outcome.Error?.Code, model.Requests.Count));
    }

    [Fact]
    public async Task What_the_provider_does_not_count_is_reckoned_by_its_length()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says(new string('x', 400)));

        await InCallAsync(_ => new ToolLoop(model, Priced).RunAsync(RoomFunctions.None(Bot), [User("?")]));

        var usage = Journal.ToList(new() { Tool = "work/run" })[0].Usage!;
        Assert.InRange(usage.OutputTokens, 100, 110);

        // The answer was not read, but written.
        Assert.InRange(usage.InputTokens, 1, 10);
    }

    [Theory]
    [InlineData(70L, null, 70, 104)]
    [InlineData(null, 7L, 4, 7)]
    [InlineData(null, null, 4, 104)]
    [InlineData(-5L, 7L, 0, 7)]
    public async Task What_the_provider_counts_by_half_is_reckoned_for_the_other_half(long? input, long? output, long read, long written)
    {
        var usage = new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = 1 };
        using var model = new ScriptedChatClient(ScriptedTurn.Says(new string('x', 400)).Then(new UsageContent(usage)));

        await InCallAsync(_ => new ToolLoop(model, Priced).RunAsync(RoomFunctions.None(Bot), [User("?")]));

        Assert.Equal(CallUsage.OfModel("scripted-model", read, written, (read + written) / 1_000m), Journal.ToList(new() { Tool = "work/run" })[0].Usage);
    }

    [Fact]
    public async Task An_answer_that_was_cut_off_before_its_end_was_counted_has_cost_what_came_of_it()
    {
        var begin = new UsageDetails { InputTokenCount = 50, OutputTokenCount = 1 };
        using var model = new ScriptedChatClient(ScriptedTurn.Empty.Then(new UsageContent(begin)).ThenSays(new string('x', 400)).ThenFails(new IOException("cut")));

        await InCallAsync(_ => new ToolLoop(model, Priced).RunAsync(RoomFunctions.None(Bot), [User("?")]));

        Assert.Equal(CallUsage.OfModel("scripted-model", 50, 100, 0.15m), Journal.ToList(new() { Tool = "work/run" })[0].Usage);
    }

    [Theory]
    [InlineData("big-2026-01-01", "big", 0.003)]
    [InlineData("small-1", "auto", 0.001)]
    [InlineData("who", "auto", 0.009)]
    public async Task An_answer_costs_what_the_closer_name_says_of_the_one_that_was_asked_and_the_one_that_answered(string answered, string asked, double cost)
    {
        var prices = ModelPrices.FromJson("""{"big":{"input":300,"output":300},"small-*":{"input":100,"output":100},"*":{"input":900,"output":900}}""");
        using var scripted = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(5, 5));
        using var model = new Renaming(scripted, answered);

        await InCallAsync(_ => new ToolLoop(model, new() { Prices = prices }).RunAsync(RoomFunctions.None(Bot), [User("?")], new() { ModelId = asked }));

        Assert.Equal(CallUsage.OfModel(answered, 5, 5, (decimal)cost), Journal.ToList(new() { Tool = "work/run" })[0].Usage);
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_has_cost_something()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says(new string('x', 400)).ThenFails(new IOException("cut")));

        await InCallAsync(_ => new ToolLoop(model, Priced).RunAsync(RoomFunctions.None(Bot), [User("?")]));

        Assert.InRange(Journal.ToList(new() { Tool = "work/run" })[0].Usage!.Cost, 0.1m, 0.11m);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sixteen_branches_make_no_request_after_the_budget_is_full(bool ofMoney)
    {
        const int Branches = 16;
        var spent = new Lock();
        long tokens = 0;
        using var model = ScriptedChatClient.Answering(_ =>
        {
            lock (spent)
            {
                tokens += 100;
            }

            return ScriptedTurn.Calls("kit_work").WithUsage(50, 50);
        });
        await OfferAsync("kit", Tool.Create("work", async () => await Task.Yield()));
        await using var agent = new LlmTaskRunner("branch", model, loop: Priced with { MaxIterations = 10_000, MaxCalls = 10_000 }) { Requires = [Requirement.Toolkit("kit")] };
        await agent.StartAsync(Bot).InTime();
        var boss = await JoinAsync("boss");
        await boss.Toolkits.RegisterAsync(Toolkit.Create("boss", Tool.Create("split", async (CallContext call) =>
            await Task.WhenAll(Enumerable.Range(0, Branches).Select(_ => Task.Run(async () => await call.Room.Agents.TryAskAsync("branch", new { prompt = "?" }))))))).InTime();
        var budget = ofMoney ? new Budget { Cost = 2 } : new Budget { Tokens = 2_000 };

        await Bob.Toolkits.TryInvokeAsync("boss/split", null, new() { Budget = budget }).InTime();

        var totals = (await Journal.GetTreeTotalsAsync(Journal.ToList(new() { Tool = "boss/split" })[0].RootId).InTime()).All;
        Assert.Equal(Branches, Journal.ToList(new() { Tool = "agents/branch" }).Count(entry => entry.ErrorCode == MeshErrorCode.BudgetExceeded));
        Assert.Equal(totals.InputTokens + totals.OutputTokens, tokens);
        if (ofMoney)
        {
            Assert.InRange(totals.Cost, 1, 2);
        }
        else
        {
            Assert.InRange(tokens, 2_000, 2_000 + ((Branches - 1) * 100));
        }
    }

    [Theory]
    [InlineData(null, "plain", 1)]
    [InlineData(null, "traced", 0)]
    [InlineData(null, "metered", 1)]
    [InlineData(false, "plain", 0)]
    [InlineData(true, "traced", 1)]
    public async Task Requests_are_traced_and_measured_unless_the_client_does_so_itself(bool? emit, string decorated, int spans)
    {
        var activities = new ConcurrentQueue<Activity>();
        var measured = new ConcurrentQueue<(string Name, double Value)>();
        string name = $"model-{emit}-{decorated}";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MeshDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.DisplayName == $"chat {name}")
                {
                    activities.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Name.StartsWith("gen_ai.client.", StringComparison.Ordinal))
                {
                    meters.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        meters.Start();
        using var model = new ScriptedChatClient(ScriptedTurn.Says("ok").WithUsage(30, 20)) { Metadata = new("acme", null, name) };
        using var source = new ActivitySource("decorator");
        IChatClient client = decorated switch
        {
            "traced" => new Decorated(model, source),
            "metered" => model.Metered(),
            _ => model,
        };

        await InCallAsync(_ => new ToolLoop(client, new() { EmitTelemetry = emit }).RunAsync(RoomFunctions.None(Bot), [User("?")]));

        Assert.Equal(spans, activities.Count);
        Assert.Equal(
            spans == 0 ? [] : [("gen_ai.client.token.usage", 30), ("gen_ai.client.token.usage", 20), ("gen_ai.client.operation.duration", 0)], measured);
        if (activities.TryDequeue(out var span))
        {
            Assert.Equal(("acme", 30L, 20L), (span.GetTagItem("gen_ai.provider.name"), span.GetTagItem("gen_ai.usage.input_tokens"), span.GetTagItem("gen_ai.usage.output_tokens")));
        }

        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "gen_ai.request.model" && (string?)tag.Value == name)
                {
                    measured.Enqueue((instrument.Name, value));
                }
            }
        }
    }

    private sealed class Renaming(IChatClient inner, string name) : DelegatingChatClient(inner)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
            {
                update.ModelId = name;
                yield return update;
            }
        }
    }

    private sealed class Decorated(IChatClient inner, ActivitySource source) : DelegatingChatClient(inner)
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ActivitySource) ? source : base.GetService(serviceType, serviceKey);
    }
}
