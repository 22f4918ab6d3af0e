using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Turns;

/// <summary>Models that do not behave, and turns that must end.</summary>
public sealed class ToolLoopLimitTests : AgentRoom
{
    private static readonly ModelPrices Prices = ModelPrices.FromJson("""{"scripted-model":{"input":1000,"output":1000}}""");
    private readonly List<ChatMessage> _messages = [User("?")];
    private int _runs;

    private Tool Work => Tool.Create("work", (int n) => Interlocked.Increment(ref _runs));

    [Fact]
    public async Task An_unknown_tool_is_answered_with_those_there_are_and_the_same_again_ends_the_turn()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("kit_wrok", """{"n":1}"""), ScriptedTurn.Calls("kit_wrok", """{"n":1}""").ExpectingResult("There is no tool 'kit_wrok'.").ExpectingResult("Use one of: kit_work."));

        var error = await FailAsync(model, functions);

        Assert.Equal((MeshErrorCode.NotFound, "The model repeated a call of 'kit_wrok' that cannot be made: There is no tool 'kit_wrok'."), (error.Code, error.Message));
        Assert.Equal(2, model.Requests.Count);
    }

    [Theory]
    [InlineData("""{"n":""", "cannot be read as JSON")]
    [InlineData("""{"n":"one"}""", "/n")]
    [InlineData("""{}""", "n")]
    [InlineData("""{"n":1,"m":2}""", "m")]
    public async Task Malformed_arguments_are_answered_with_what_is_wrong_and_may_be_mended(string arguments, string told)
    {
        var functions = await OfferAsync("kit", Work);
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("kit_work", arguments),
            ScriptedTurn.Calls("kit_work", """{"n":1}""").ExpectingResult("Error invalid_arguments").ExpectingResult(told),
            ScriptedTurn.Says("ok").ExpectingResult("1"));

        await new ToolLoop(model).RunAsync(functions, _messages).InTime();

        model.AssertFinished();
        AssertConsistent(_messages);
        Assert.Equal(1, _runs);
    }

    [Theory]
    [InlineData("kit_work")]
    [InlineData("kit_wrok")]
    public async Task Arguments_that_cannot_be_written_as_JSON_are_answered_too(string tool)
    {
        var functions = await OfferAsync("kit", Work);
        var unwritable = new Dictionary<string, object?> { ["n"] = double.NaN };
        using var model = new ScriptedChatClient(
            ScriptedTurn.Empty.Then(new FunctionCallContent("a", tool, unwritable)),
            ScriptedTurn.Calls("kit_work", """{"n":1}""").ExpectingResult(tool == "kit_work" ? "Error invalid_arguments" : "Error not_found"),
            ScriptedTurn.Says("ok"));

        await new ToolLoop(model).RunAsync(functions, _messages).InTime();

        model.AssertFinished();
        AssertConsistent(_messages);
    }

    [Fact]
    public async Task The_same_malformed_arguments_again_end_the_turn()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Calls("kit_work", """{"n":"one"}"""));

        var error = await FailAsync(model, functions);

        Assert.Equal((MeshErrorCode.InvalidArguments, 2), (error.Code, model.Requests.Count));
    }

    [Fact]
    public async Task The_same_call_for_ever_ends_with_the_iterations()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Calls("kit_work", """{"n":1}"""));

        var error = await FailAsync(model, functions, new() { MaxIterations = 7 });

        Assert.Equal((MeshErrorCode.BudgetExceeded, 7, 7), (error.Code, model.Requests.Count, _runs));
        Assert.Equal(15, _messages.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thousand_calls_at_once_are_made_up_to_the_limit_and_the_others_are_answered(bool isWatched)
    {
        var functions = await OfferAsync("kit", Work);
        using var model = new ScriptedChatClient(Enumerable.Range(0, 1_000).Aggregate(ScriptedTurn.Empty, (turn, n) => turn.ThenCalls("kit_work", $$"""{"n":{{n}}}""")));

        var error = await FailAsync(model, functions, isWatched: isWatched);

        Assert.Equal((MeshErrorCode.BudgetExceeded, 200, 1), (error.Code, _runs, model.Requests.Count));
        Assert.Contains("200 calls", ResultOf(_messages, "call-1000"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_that_are_used_up_let_no_further_request_be_made()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Calls("kit_work", """{"n":1}""").WithUsage(40, 10));

        var error = await FailAsync(model, functions, new() { MaxTokens = 100 });

        Assert.Equal((MeshErrorCode.BudgetExceeded, 2), (error.Code, model.Requests.Count));
    }

    [Fact]
    public async Task A_request_that_might_cost_more_than_is_left_is_not_made()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Calls("kit_work", """{"n":1}""").WithUsage(100, 100));

        var error = await FailAsync(model, functions, new() { MaxCost = 0.7m, Prices = Prices, ReservedOutputTokens = 200 });

        Assert.Equal((MeshErrorCode.BudgetExceeded, 2), (error.Code, model.Requests.Count));
    }

    [Fact]
    public async Task A_model_without_a_price_is_not_asked_where_there_are_prices()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("never"));

        var error = (await Assert.ThrowsAsync<MeshException>(() => new ToolLoop(model, new() { Prices = Prices })
            .RunAsync(RoomFunctions.None(Bot), _messages, new() { ModelId = "other" }).InTime())).Error;

        Assert.Equal((MeshErrorCode.InvalidDefinition, 0), (error.Code, model.Requests.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_turn_that_takes_too_long_is_ended_in_the_middle_of_a_call(bool isWatched)
    {
        var started = new Signal();
        var functions = await OfferAsync("kit", Tool.Create("hang", async (CancellationToken token) =>
        {
            started.Set();
            await Task.Delay(Timeout.Infinite, token);
        }));
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("kit_hang"));

        var failing = FailAsync(model, functions, new() { TimeLimit = TimeSpan.FromSeconds(20) }, isWatched);
        await started.InTime();
        Clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(MeshErrorCode.DeadlineExceeded, (await failing).Code);
        Assert.Contains("was interrupted", ResultOf(_messages, "call-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_does_not_answer_in_time_fails_by_the_turns_limit()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Empty.After(TimeSpan.FromMinutes(9)).ThenSays("late")) { Clock = Clock };

        var failing = FailAsync(model, RoomFunctions.None(Bot), new() { TimeLimit = TimeSpan.FromSeconds(20) });
        await Clock.TimerWithinAsync(TimeSpan.FromMinutes(9));
        Clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(MeshErrorCode.DeadlineExceeded, (await failing).Code);
    }

    [Theory]
    [InlineData(429, "overloaded", true)]
    [InlineData(529, "overloaded", true)]
    [InlineData(408, "deadline_exceeded", true)]
    [InlineData(503, "unavailable", true)]
    [InlineData(401, "unavailable", false)]
    [InlineData(0, "unavailable", true)]
    public async Task A_vendors_own_exceptions_are_read_by_the_function_that_knows_them(int status, string code, bool isRetryable)
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Fails(new InvalidOperationException("secret", new VendorException(status))));
        var options = new ToolLoopOptions
        {
            FailureOf = exception => exception is VendorException { Status: > 0 } vendor ? new((System.Net.HttpStatusCode)vendor.Status) { RetryAfter = TimeSpan.FromSeconds(17) } : null,
        };

        var error = await FailAsync(model, RoomFunctions.None(Bot), options);

        Assert.Equal((code, isRetryable), (error.Code.Value, error.Retryable));
        Assert.Equal(status != 0 && isRetryable ? TimeSpan.FromSeconds(17) : null, error.RetryAfter);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rate", "overloaded")]
    [InlineData("other", "unavailable")]
    [InlineData("null", "unavailable")]
    [InlineData("mesh", "budget_exceeded")]
    public async Task A_reducer_that_fails_ends_the_turn_as_a_model_that_fails_does(string how, string code)
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("never"));
        var options = new ToolLoopOptions { MaxContextTokens = 1, Reducer = new FailingReducer(how) };

        var error = await FailAsync(model, RoomFunctions.None(Bot), options);

        Assert.Equal(code, error.Code.Value);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task A_reducer_that_takes_longer_than_the_turn_may_is_out_of_time()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("never"));
        var options = new ToolLoopOptions { MaxContextTokens = 1, Reducer = new FailingReducer("slow"), TimeLimit = TimeSpan.FromSeconds(20) };

        var failing = FailAsync(model, RoomFunctions.None(Bot), options);
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(MeshErrorCode.DeadlineExceeded, (await failing).Code);
    }

    [Theory]
    [InlineData("rate", "overloaded")]
    [InlineData("wrapped", "overloaded")]
    [InlineData("529", "overloaded")]
    [InlineData("time", "deadline_exceeded")]
    [InlineData("504", "deadline_exceeded")]
    [InlineData("cancel", "deadline_exceeded")]
    [InlineData("503", "unavailable")]
    [InlineData("401", "unavailable", false)]
    [InlineData("other", "unavailable")]
    public async Task A_provider_that_fails_is_a_failure_with_a_code_and_without_its_text(string how, string code, bool isRetryable = true)
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Fails(how switch
        {
            "rate" => new HttpRequestException("secret", null, System.Net.HttpStatusCode.TooManyRequests),
            "wrapped" => new InvalidOperationException("secret", new HttpRequestException("secret", null, System.Net.HttpStatusCode.TooManyRequests)),
            "401" or "503" or "504" or "529" => new HttpRequestException("secret", null, (System.Net.HttpStatusCode)int.Parse(how, System.Globalization.CultureInfo.InvariantCulture)),
            "time" => new TimeoutException("secret"),
            "cancel" => new TaskCanceledException("secret"),
            _ => new IOException("secret"),
        }));

        var error = await FailAsync(model, RoomFunctions.None(Bot));

        Assert.Equal((code, isRetryable), (error.Code.Value, error.Retryable));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Single(_messages);
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_is_kept_as_interrupted_with_results_for_its_calls()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = new ScriptedChatClient(ScriptedTurn.Says("Let me ").ThenCalls("kit_work", """{"n":1}""").ThenFails(new IOException("cut")));

        var error = await FailAsync(model, functions);

        Assert.Equal((MeshErrorCode.Unavailable, 0), (error.Code, _runs));
        Assert.Equal((3, "Let me ", true), (_messages.Count, _messages[1].Text, _messages[1].AdditionalProperties?[ToolLoop.InterruptedKey]));
        Assert.Contains("was not made", ResultOf(_messages, "call-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_filtered_is_kept_and_is_a_failure()
    {
        using var model = FilteredClient(ChatFinishReason.ContentFilter);

        var error = (await Assert.ThrowsAsync<MeshException>(() => new ToolLoop(model).RunAsync(RoomFunctions.None(Bot), _messages).InTime())).Error;

        Assert.Equal(("content_filtered", "I can"), (error.Code.Value, _messages[^1].Text));
    }

    [Fact]
    public async Task Calls_of_an_answer_that_is_filtered_are_not_made()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = FilteredClient(ChatFinishReason.ContentFilter, new FunctionCallContent("call-1", "kit_work", new Dictionary<string, object?> { ["n"] = 1 }));

        var error = await FailAsync(model, functions);

        Assert.Equal(("content_filtered", 0), (error.Code.Value, _runs));
        Assert.Contains("was not made", ResultOf(_messages, "call-1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_is_required_is_required_once()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("kit_work", """{"n":1}""").Expecting("a required call", request => request.Options.ToolMode is RequiredChatToolMode),
            ScriptedTurn.Says("ok").Expecting("no required call", request => request.Options.ToolMode is null));

        await new ToolLoop(model).RunAsync(functions, _messages, new() { ToolMode = ChatToolMode.RequireAny }).InTime();

        model.AssertFinished();
    }

    [Fact]
    public async Task Agents_that_ask_each_other_for_ever_are_stopped_by_the_depth_of_the_tree()
    {
        using var model = ScriptedChatClient.Answering(request =>
            request.Messages.Count == 1 ? ScriptedTurn.Calls(request.Tools[0].Name, """{"prompt":"again"}""") : ScriptedTurn.Says(request.Results[0].Result!.ToString()!));
        await using var ping = new Asking("ping", model);
        await using var pong = new Asking("pong", model);
        await ping.StartAsync(Bot).InTime();
        await pong.StartAsync(await JoinAsync("other")).InTime();

        string answer = await Bob.Agents.AskAsync<string>("ping", new { prompt = "?" }, new() { Budget = new() { Depth = 4 } }).InTime();

        Assert.StartsWith("Error budget_exceeded", answer, StringComparison.Ordinal);
        Assert.Equal(6, model.Requests.Count);
    }

    [Theory]
    [InlineData("Refusal", "model_refused", "I will not.")]
    [InlineData("server_error", "unavailable", "error instead of an answer")]
    public async Task An_answer_that_is_an_error_is_a_failure_and_is_kept(string code, string expected, string told)
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Empty.Then(new ErrorContent("I will not.") { ErrorCode = code }));

        var error = await FailAsync(model, RoomFunctions.None(Bot));

        Assert.Equal(expected, error.Code.Value);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.IsType<ErrorContent>(Assert.Single(_messages[^1].Contents));
    }

    [Fact]
    public async Task An_error_beside_an_answer_is_no_failure()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Empty.Then(new ErrorContent("no search today")).ThenSays("It is sunny."));

        Assert.Equal("It is sunny.", (await new ToolLoop(model).RunAsync(RoomFunctions.None(Bot), _messages).InTime()).Text);
    }

    [Fact]
    public async Task An_answer_that_the_limit_of_tokens_has_cut_off_is_kept_as_interrupted()
    {
        using var model = FilteredClient(ChatFinishReason.Length);

        var response = await new ToolLoop(model).RunAsync(RoomFunctions.None(Bot), _messages).InTime();

        Assert.Equal(("I can", ChatFinishReason.Length, true), (response.Text, response.FinishReason, _messages[^1].AdditionalProperties?[ToolLoop.InterruptedKey]));
    }

    [Fact]
    public async Task A_client_that_gives_nothing_in_the_place_of_an_update_has_failed()
    {
        using var model = new UpdatesClient(new ChatResponseUpdate(ChatRole.Assistant, "I can"), null);

        Assert.Equal(MeshErrorCode.Unavailable, (await FailAsync(model, RoomFunctions.None(Bot))).Code);
        Assert.Equal("I can", _messages[^1].Text);
    }

    [Fact]
    public async Task An_empty_answer_adds_nothing()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Empty);

        var response = await new ToolLoop(model).RunAsync(RoomFunctions.None(Bot), _messages).InTime();

        Assert.Equal(("", 1), (response.Text, _messages.Count));
    }

    [Fact]
    public async Task A_budget_of_tokens_around_the_call_ends_the_turn_before_the_next_request()
    {
        var functions = await OfferAsync("kit", Work);
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Calls("kit_work", """{"n":1}""").WithUsage(40, 10));
        MeshError? error = null;

        await InCallAsync(async _ => error = await FailAsync(model, functions), new() { Budget = new() { Tokens = 100 } });

        Assert.Equal((MeshErrorCode.BudgetExceeded, 2), (error?.Code, model.Requests.Count));
        Assert.Equal((80L, 20L), (Journal.ToList(new() { Tool = "work/run" })[0].Usage?.InputTokens, Journal.ToList(new() { Tool = "work/run" })[0].Usage?.OutputTokens));
    }

    private async Task<MeshError> FailAsync(IChatClient model, RoomFunctions functions, ToolLoopOptions? options = null, bool isWatched = false)
    {
        var loop = new ToolLoop(model, options);
        var failure = await Assert.ThrowsAsync<MeshException>(async () =>
        {
            if (isWatched)
            {
                await loop.StreamAsync(functions, _messages).ToListInTimeAsync();
            }
            else
            {
                await loop.RunAsync(functions, _messages).InTime();
            }
        });
        AssertConsistent(_messages);
        return failure.Error;
    }

    private static UpdatesClient FilteredClient(ChatFinishReason reason, params AIContent[] more) =>
        new(new ChatResponseUpdate(ChatRole.Assistant, [new TextContent("I can"), .. more]) { FinishReason = reason });

    private sealed class FailingReducer(string how) : IChatReducer
    {
        public async Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken)
        {
            switch (how)
            {
                case "rate":
                    throw new HttpRequestException("secret", null, System.Net.HttpStatusCode.TooManyRequests);
                case "null":
                    return null!;
                case "mesh":
                    throw new MeshException(new MeshError(MeshErrorCode.BudgetExceeded, "Enough."));
                case "slow":
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                    return messages;
                default:
                    throw new IOException("secret");
            }
        }
    }

    /// <summary>An agent that may ask all others.</summary>
    private sealed class Asking(string name, IChatClient model) : LlmTaskRunner(name, model)
    {
        protected override ValueTask<RoomFunctions> GetFunctionsAsync(AgentCallContext context) => RoomFunctions.OfAsync(context.Room, _ => false, "*", context.CancellationToken);
    }

    private sealed class VendorException(int status) : Exception("secret")
    {
        public int Status => status;
    }

    private sealed class UpdatesClient(params ChatResponseUpdate?[] updates) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            foreach (var update in updates)
            {
                yield return update!;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
