using Mesh.Agents;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Testing.Tests.Models;

public sealed class ScriptedChatClientTests
{
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "How is the weather?")];

    [Fact]
    public async Task It_streams_text_reasoning_calls_and_usage_in_the_order_of_the_script()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Empty.ThenThinks("hm").ThenSays("It ", "is").ThenCalls("a_b", """{"n":1}""").WithUsage(10, 5, 2, 1));

        var updates = await model.GetStreamingResponseAsync(Question).ToListInTimeAsync();

        Assert.Equal(["(thinks) hm", "It ", "is", "calls a_b(n: 1) [call-1]"], updates.SelectMany(update => update.Contents).SkipLast(1).Select(ScriptedRequest.Describe));
        var usage = Assert.IsType<UsageContent>(updates[^2].Contents.Single()).Details;
        Assert.Equal((10, 5, 2, 1), (usage.InputTokenCount, usage.OutputTokenCount, usage.CachedInputTokenCount, usage.ReasoningTokenCount));
        Assert.Equal(ChatFinishReason.ToolCalls, updates[^1].FinishReason);
        model.AssertFinished();
    }

    [Fact]
    public async Task An_answer_that_is_not_streamed_is_the_stream_collected()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It ", "is.").WithUsage(1, 2));

        var response = await model.GetResponseAsync(Question).InTime();

        Assert.Equal("It is.", response.Text);
        Assert.Equal(3, response.Usage?.TotalTokenCount);
    }

    [Fact]
    public async Task A_request_beyond_the_script_fails_and_says_what_came()
    {
        using var model = new ScriptedChatClient();

        var failure = await Assert.ThrowsAsync<ScriptMismatchException>(() => model.GetResponseAsync(Question).InTime());

        Assert.Contains("Expected no further request", failure.Message, StringComparison.Ordinal);
        Assert.Contains("user: How is the weather?", failure.Message, StringComparison.Ordinal);
        Assert.Contains("How is the weather?", Assert.Throws<ScriptMismatchException>(model.AssertFinished).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_an_agent_that_strays_from_the_script_reads_what_came_instead()
    {
        await using var room = new TestRoom();
        var bob = await room.JoinPersonAsync("bob").InTime();
        using var model = new ScriptedChatClient(ScriptedTurn.Says("No.").Expecting("umbrella"));
        await using var guide = new LlmTaskRunner("guide", model);
        await guide.StartAsync(await room.JoinAgentAsync("guide").InTime()).InTime();

        var failure = await Assert.ThrowsAsync<MeshException>(() => bob.Agents.AskAsync<string>("guide", new { prompt = "Do I need a coat?" }).InTime());

        Assert.Equal("script_mismatch", failure.Code.Value);
        Assert.Contains("Expected a last message with the text 'umbrella'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("user: Do I need a coat?", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Unmet))]
    public async Task What_is_expected_and_does_not_come_is_named(ScriptedTurn turn, string expected)
    {
        using var model = new ScriptedChatClient(turn);

        var failure = await Assert.ThrowsAsync<ScriptMismatchException>(() => model.GetResponseAsync(Question).InTime());

        Assert.Contains($"Expected {expected}", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ScriptMismatchException>(model.AssertFinished);
    }

    public static TheoryData<ScriptedTurn, string> Unmet { get; } = new()
    {
        { ScriptedTurn.Says("x").Expecting("snow"), "a last message with the text 'snow'" },
        { ScriptedTurn.Says("x").ExpectingResult("snow"), "a result with the text 'snow'" },
        { ScriptedTurn.Says("x").ExpectingTool("snow"), "a tool 'snow'" },
        { ScriptedTurn.Says("x").ExpectingInstructions("snow"), "instructions with the text 'snow'" },
        { ScriptedTurn.Says("x").Expecting("luck", _ => throw new InvalidOperationException("out of luck")), "luck (out of luck)" },
    };

    [Fact]
    public async Task What_is_expected_and_comes_is_no_failure()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("x").Expecting("weather").ExpectingTool("snow").ExpectingInstructions("rules").ExpectingResult("sun"));

        await model.GetResponseAsync(
            [new(ChatRole.Tool, [new FunctionResultContent("call-1", "sun")]), .. Question],
            new() { Tools = [AIFunctionFactory.Create(() => 1, "snow")], Instructions = "all rules" }).InTime();

        model.AssertFinished();
    }

    [Fact]
    public async Task Turns_that_nobody_asked_for_are_a_failure()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("one"), ScriptedTurn.Says("two"));
        await model.GetResponseAsync(Question).InTime();

        var failure = Assert.Throws<ScriptMismatchException>(model.AssertFinished);

        Assert.Contains("asked 1 times, and 1 more were expected", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_cut_where_the_script_says_so()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It ").ThenFails(new IOException("cut")).ThenSays("is"));
        var seen = new List<string>();

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var update in model.GetStreamingResponseAsync(Question))
            {
                seen.Add(update.Text);
            }
        }).InTime();

        Assert.Equal(["It "], seen);
    }

    [Fact]
    public async Task A_pause_ends_by_its_clock_and_with_its_token()
    {
        var clock = new ManualTimeProvider();
        using var scripted = new ScriptedChatClient(ScriptedTurn.Empty.After(TimeSpan.FromSeconds(20)).ThenSays("late"), ScriptedTurn.Empty.After(TimeSpan.FromSeconds(20))) { Clock = clock };
        using var cancel = new CancellationTokenSource();

        var answer = scripted.GetResponseAsync(Question);
        await clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("late", (await answer.InTime()).Text);

        var second = scripted.GetResponseAsync(Question, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.InTime());
    }

    [Fact]
    public async Task Arguments_that_are_no_JSON_come_as_the_exception_of_the_call()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Calls("a_b", """{"n":"""));

        var call = (await model.GetResponseAsync(Question).InTime()).Messages.Single().Contents.OfType<FunctionCallContent>().Single();

        Assert.NotNull(call.Exception);
        Assert.Null(call.Arguments);
    }

    [Fact]
    public async Task A_function_answers_any_number_of_requests()
    {
        using var model = ScriptedChatClient.Answering(request => ScriptedTurn.Says($"{request.Number}"));

        Assert.Equal("1", (await model.GetResponseAsync(Question).InTime()).Text);
        Assert.Equal("2", (await model.GetResponseAsync(Question).InTime()).Text);
        Assert.Equal(2, model.Requests.Count);
        model.AssertFinished();
    }

    [Fact]
    public async Task A_function_pauses_by_the_clock_that_it_is_given()
    {
        var clock = new ManualTimeProvider();
        using var model = ScriptedChatClient.Answering(_ => ScriptedTurn.Empty.After(TimeSpan.FromSeconds(20)).ThenSays("late"), clock);

        var answer = model.GetResponseAsync(Question);
        await clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("late", (await answer.InTime()).Text);
    }
}
