using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Turns;

public sealed class ToolLoopTests : AgentRoom
{
    private static readonly Tool Forecast = Tool.Create("forecast", (string city, int days = 1) => $"sun over {city} for {days}");

    [Fact]
    public async Task The_model_calls_a_tool_and_reads_its_result()
    {
        var functions = await OfferAsync("weather", Forecast);
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo","days":3}""").WithUsage(100, 10).ExpectingTool("weather_forecast"),
            ScriptedTurn.Says("It is ", "sunny.").WithUsage(120, 5).ExpectingResult("sun over Oslo for 3"));
        var messages = new List<ChatMessage> { User("How is the weather?") };

        var response = await new ToolLoop(model).RunAsync(functions, messages).InTime();

        model.AssertFinished();
        Assert.Equal("It is sunny.", response.Messages[^1].Text);
        Assert.Equal((3, 4), (response.Messages.Count, messages.Count));
        Assert.Equal((220, 15), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount));
        AssertConsistent(messages);
        Assert.Equal("bot", Assert.Single(Journal.ToList(new() { Tool = "weather/forecast" })).Caller);
    }

    [Fact]
    public async Task Whoever_watches_sees_text_reasoning_progress_and_results_as_they_come()
    {
        var functions = await OfferAsync("weather", Tool.Create("measure", async (CallContext call) =>
        {
            await call.ReportProgressAsync(1, 2, "half");
            await call.WriteAsync(new TextPart("so far 3 "));
            return "done";
        }));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Empty.ThenThinks("hm").ThenSays("Let me see.").ThenCalls("weather_measure"), ScriptedTurn.Says("4"));

        var contents = (await new ToolLoop(model).StreamAsync(functions, [User("?")]).ToListInTimeAsync()).SelectMany(update => update.Contents).ToList();

        Assert.Equal(
            ["TextReasoningContent", "TextContent", "FunctionCallContent", "ToolProgressContent", "ToolProgressContent", "FunctionResultContent", "TextContent"],
            contents.Select(content => content.GetType().Name));
        var progress = Assert.IsType<ToolProgressContent>(contents[3]);
        Assert.Equal((1, 2, "half", "call-1"), (progress.Value, progress.Total, progress.Message, progress.CallId));
        Assert.Equal("so far 3 \ndone", ((FunctionResultContent)contents[5]).Result);
    }

    [Fact]
    public async Task Items_that_a_tool_streams_are_seen_one_by_one_and_read_by_the_model_as_an_array()
    {
        var functions = await OfferAsync("n", Tool.Create("count", Count));
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("n_count"), ScriptedTurn.Says("ok").ExpectingResult("[1,2,3]"));

        var updates = await new ToolLoop(model).StreamAsync(functions, [User("?")]).ToListInTimeAsync();

        model.AssertFinished();
        Assert.Equal(["1", "2", "3"], updates.SelectMany(update => update.Contents).OfType<ToolProgressContent>().Select(each => each.Part!.ToString()));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("nothing")]
    [InlineData("numbers")]
    [InlineData("words")]
    [InlineData("bytes")]
    [InlineData("told")]
    [InlineData("drawn")]
    [InlineData("long")]
    public async Task The_model_reads_the_same_whether_somebody_watches_or_not(string tool)
    {
        var functions = await OfferAsync(
            "kit",
            Tool.Create("text", () => "one\ntwo"),
            Tool.Create("json", () => new { A = 1 }),
            Tool.Create("nothing", () => { }),
            Tool.Create("numbers", Count),
            Tool.Create("words", Words),
            Tool.Create("bytes", Bytes),
            Tool.Create("told", async (CallContext call) =>
            {
                await call.WriteAsync(new TextPart("so far"));
                await call.WriteAsync(new JsonPart(JsonPayload.FromUtf8("[3]"u8.ToArray())));
                return "done";
            }),
            Tool.Create("drawn", async (CallContext call) =>
            {
                await call.WriteAsync(new BytesPart(new byte[] { 1, 2 }, "image/png"));
                await call.WriteAsync(new LinkPart(new Uri("https://example.org/a")));
            }),
            Tool.Create("long", async (CallContext call) =>
            {
                for (int i = 0; i < 100; i++)
                {
                    await call.WriteAsync(new TextPart($"{i} 😀😀😀"));
                }
            }));
        var read = new List<string>();
        foreach (bool isWatched in new[] { false, true })
        {
            using var model = new ScriptedChatClient(ScriptedTurn.Calls($"kit_{tool}"), ScriptedTurn.Says("ok"));
            var loop = new ToolLoop(model, new() { MaxResultCharacters = 200 });
            List<ChatMessage> messages = [User("?")];
            await (isWatched ? loop.StreamAsync(functions, messages).ToListInTimeAsync() : loop.RunAsync(functions, messages).InTime() as Task);
            object result = messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().Single().Result!;
            read.Add(result is IEnumerable<AIContent> parts ? string.Join('|', parts.Select(part => $"{part.GetType().Name} {(part as DataContent)?.Data.Length} {part}")) : $"{result}");
        }

        Assert.Equal(read[0], read[1]);
    }

    [Fact]
    public async Task Of_what_a_tool_sends_for_ever_the_beginning_is_kept()
    {
        string piece = new('x', 1024 * 1024);
        var functions = await OfferAsync("kit", Tool.Create("flood", async (CallContext call) =>
        {
            for (int i = 0; i < 20; i++)
            {
                await call.WriteAsync(new TextPart(piece));
            }
        }));
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_flood"), ScriptedTurn.Says("ok").ExpectingResult("(5 further parts are left out: it was too much)"));

        await new ToolLoop(model).StreamAsync(functions, [User("?")]).ToListInTimeAsync();

        model.AssertFinished();
    }

    [Fact]
    public async Task Calls_run_side_by_side_up_to_the_limit_and_their_results_are_in_the_order_of_the_calls()
    {
        int running = 0, most = 0;
        var (full, go) = (new Signal(), new Signal());
        var functions = await OfferAsync("kit", Tool.Create("work", async (int n, CancellationToken token) =>
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            if (now == 3)
            {
                full.Set();
            }

            await go.WaitAsync(token);
            Interlocked.Decrement(ref running);
            return n;
        }));
        var turn = Enumerable.Range(1, 10).Aggregate(ScriptedTurn.Empty, (turn, n) => turn.ThenCalls("kit_work", $$"""{"n":{{n}}}"""));
        using var model = new ScriptedChatClient(turn, ScriptedTurn.Says("ok").Expecting(
            "results in order", request => request.Results.Select(result => result.Result!.ToString()).SequenceEqual(Enumerable.Range(1, 10).Select(n => $"{n}"))));

        var run = new ToolLoop(model, new() { MaxConcurrency = 3 }).RunAsync(functions, [User("?")]);
        await full.InTime();
        go.Set();
        await run.InTime();

        model.AssertFinished();
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task A_failure_is_text_that_the_model_can_act_on()
    {
        var functions = await OfferAsync("kit", Tool.Create("fail", string () => throw new ToolException(
            new MeshError(new("no_stock"), "There is none left.") { Remedy = "Order some.", Retryable = true, RetryAfter = TimeSpan.FromSeconds(90) })));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("kit_fail"),
            ScriptedTurn.Says("ok").ExpectingResult("Error no_stock: There is none left.\nWhat to do: Order some.\nThe same call may succeed later, after 90 s."));

        await new ToolLoop(model).RunAsync(functions, [User("?")]).InTime();

        model.AssertFinished();
    }

    [Fact]
    public async Task A_tool_that_the_agent_may_not_call_is_refused_on_the_call_path()
    {
        var functions = await OfferAsync("weather", Forecast);
        Host.SetGrants("den", "bot", Grants.AgentDefault with { Agents = Grants.AgentDefault.Agents! with { Tools = AllowList.None } });
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}"""), ScriptedTurn.Says("ok").ExpectingResult("Error not_granted"));

        await new ToolLoop(model).RunAsync(functions, [User("?")]).InTime();

        model.AssertFinished();
        Assert.Equal(MeshErrorCode.NotGranted, Journal.ToList(new() { Tool = "weather/forecast" })[^1].ErrorCode);
    }

    [Fact]
    public async Task A_long_result_is_read_from_its_beginning_and_its_end()
    {
        string text = $"begin{new string('x', 5_000)}end";
        var functions = await OfferAsync("kit", Tool.Create("text", () => new TextResponse(text)));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("kit_text"), ScriptedTurn.Says("ok").ExpectingResult("begin").ExpectingResult("characters left out …]").ExpectingResult("end"));
        var messages = new List<ChatMessage> { User("?") };

        await new ToolLoop(model, new() { MaxResultCharacters = 300 }).RunAsync(functions, messages).InTime();

        model.AssertFinished();
        Assert.Contains("[… 4708 of 5008 characters left out …]", ResultOf(messages, "call-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_that_the_provider_runs_are_passed_on_and_functions_of_others_are_refused()
    {
        var functions = await OfferAsync("weather", Forecast);
        var (hosted, connector) = (new HostedWebSearchTool(), new HostedMcpServerTool("docs", new Uri("https://mcp.example.org")));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("ok").Expecting("the very tools", request => request.Tools.Contains(hosted) && request.Tools.Contains(connector)).ExpectingTool("weather_forecast"));
        var loop = new ToolLoop(model);
        var options = new ChatOptions { Tools = [hosted, connector] };

        await loop.RunAsync(functions, [User("?")], options).InTime();

        model.AssertFinished();
        Assert.Equal(2, options.Tools.Count);
        await Assert.ThrowsAsync<ArgumentException>(() => loop.RunAsync(functions, [], new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] }));
    }

    [Fact]
    public async Task What_the_provider_wants_approved_for_its_own_tools_ends_the_turn_and_is_answered_in_the_next()
    {
        var request = new ToolApprovalRequestContent("r1", new McpServerToolCallContent("m1", "search", "docs"));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Empty.Then(request),
            ScriptedTurn.Says("ok").Expecting("the answer", asked => asked.Messages[^1].Contents.OfType<ToolApprovalResponseContent>().Single().Approved));
        var (loop, messages) = (new ToolLoop(model), new List<ChatMessage> { User("?") });

        var response = await loop.RunAsync(RoomFunctions.None(Bot), messages).InTime();
        messages.Add(new(ChatRole.User, [response.Messages[^1].Contents.OfType<ToolApprovalRequestContent>().Single().CreateResponse(true)]));
        await loop.RunAsync(RoomFunctions.None(Bot), messages).InTime();

        model.AssertFinished();
    }

    [Fact]
    public async Task Calls_that_the_client_has_made_itself_are_not_made_again()
    {
        var functions = await OfferAsync("weather", Forecast);
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}""").Then(new FunctionResultContent("call-1", "rain")).ThenSays("Rain."));

        var response = await new ToolLoop(model).RunAsync(functions, [User("?")]).InTime();

        Assert.Equal("Rain.", response.Text);
        Assert.Empty(Journal.ToList(new() { Tool = "weather/forecast" }));
    }

    [Fact]
    public async Task The_context_is_reduced_before_it_fills_the_window_and_the_messages_stay_whole()
    {
        var functions = await OfferAsync("weather", Forecast);
        var reducer = new LastReducer();
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}""").WithUsage(50, 5),
            ScriptedTurn.Calls("weather_forecast", """{"city":"Rome"}""").WithUsage(95, 5),
            ScriptedTurn.Says("ok").Expecting("two messages", request => request.Messages.Count == 2));
        var messages = new List<ChatMessage> { User("?") };

        await new ToolLoop(model, new() { Reducer = reducer, MaxContextTokens = 100 }).RunAsync(functions, messages).InTime();

        model.AssertFinished();
        Assert.Equal((1, 6), (reducer.Runs, messages.Count));
        AssertConsistent(model.Requests[^1].Messages);
    }

    [Fact]
    public async Task Calls_of_a_turn_that_was_cut_off_are_given_results_first()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("ok"));
        var messages = new List<ChatMessage>
        {
            User("?"),
            new(ChatRole.Assistant, [new FunctionCallContent("a", "x"), new FunctionCallContent("b", "y")]),
            new(ChatRole.Tool, [new FunctionResultContent("a", "1")]),
            User("go on"),
        };

        await new ToolLoop(model).RunAsync(RoomFunctions.None(Bot), messages).InTime();

        AssertConsistent(model.Requests[0].Messages);
        Assert.Equal((5, "go on"), (messages.Count, messages[3].Text));
        Assert.Contains("was interrupted", ResultOf(messages, "b"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversation_that_the_provider_keeps_is_sent_only_what_is_new()
    {
        var functions = await OfferAsync("weather", Forecast);
        using var scripted = new ScriptedChatClient(
            ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}"""),
            ScriptedTurn.Says("ok").Expecting("the result alone", request => request.Messages.Count == 1 && request.Options.ConversationId == "c1"));

        await new ToolLoop(new KeepingClient(scripted)).RunAsync(functions, [User("?")]).InTime();

        scripted.AssertFinished();
    }

    private static async IAsyncEnumerable<int> Count()
    {
        for (int i = 1; i <= 3; i++)
        {
            await Task.CompletedTask;
            yield return i;
        }
    }

    private static async IAsyncEnumerable<string> Words()
    {
        await Task.CompletedTask;
        yield return "one";
        yield return "two";
    }

    private static async IAsyncEnumerable<byte[]> Bytes()
    {
        await Task.CompletedTask;
        yield return [1];
        yield return [2, 3];
    }

    private sealed class LastReducer : IChatReducer
    {
        public int Runs { get; private set; }

        public Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken)
        {
            Runs++;
            return Task.FromResult(messages.TakeLast(3));
        }
    }

    private sealed class KeepingClient(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var update in base.GetStreamingResponseAsync(messages, options, cancellationToken))
            {
                update.ConversationId = "c1";
                yield return update;
            }
        }
    }
}
