using System.Text.Json;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Agents.Tests.Runners;

public sealed class LlmTaskRunnerTests : AgentRoom
{
    private static readonly JsonElement CitySchema = JsonElement.Parse(
        """{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1}},"required":["city","days"]}""");

    [Fact]
    public async Task It_answers_with_the_rules_and_the_tools_that_it_requires()
    {
        await OfferAsync("weather", Tool.Create("forecast", (string city) => $"sun over {city}", new() { Rules = "Say the city." }));
        using var model = new ScriptedChatClient(
            ScriptedTurn.Calls("weather_forecast", """{"city":"Oslo"}""")
                .Expecting("umbrella").ExpectingInstructions("Be brief.").ExpectingInstructions("Rules for the tools of weather:").ExpectingInstructions("- weather_forecast: Say the city."),
            ScriptedTurn.Says("No."));
        await using var agent = new LlmTaskRunner("guide", model) { Rules = ["Be brief."], Requires = [Requirement.Toolkit("weather")] };
        await agent.StartAsync(Bot).InTime();

        Assert.Equal("No.", await Bob.Agents.AskAsync<string>("guide", new { prompt = "Do I need an umbrella?" }).InTime());

        model.AssertFinished();
        var (ask, call) = (Journal.ToList(new() { Tool = "agents/guide" })[0], Journal.ToList(new() { Tool = "weather/forecast" })[0]);
        Assert.Equal((ask.CallId, "bob", "bot"), (call.ParentId, call.OnBehalfOf, call.Caller));
    }

    [Theory]
    [InlineData("""{"city":"Oslo","days":3}""")]
    [InlineData("```json\n{\"city\":\"Oslo\",\"days\":3}\n```")]
    public async Task A_structured_result_is_read_from_the_answer(string answer)
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says(answer).Expecting(
            "a response format", request => request.Options.ResponseFormat is ChatResponseFormatJson { Schema: not null }));
        await StartAsync(new LlmTaskRunner("guide", model, outputSchema: CitySchema));

        Assert.Equal(new City("Oslo", 3), await Bob.Agents.AskAsync<City>("guide", new { prompt = "?" }).InTime());
    }

    [Fact]
    public async Task A_result_that_is_wrong_is_asked_for_once_more_with_what_is_wrong()
    {
        using var model = new ScriptedChatClient(
            ScriptedTurn.Says("""{"city":"Oslo","days":0}"""), ScriptedTurn.Says("""{"city":"Oslo","days":3}""").Expecting("/days"));
        await StartAsync(new LlmTaskRunner("guide", model, outputSchema: CitySchema));

        Assert.Equal(3, (await Bob.Agents.AskAsync<City>("guide", new { prompt = "?" }).InTime()).Days);
        model.AssertFinished();
    }

    [Theory]
    [InlineData("three days in Oslo")]
    [InlineData("")]
    [InlineData("""{"city":"Oslo"}""")]
    [InlineData("""{"city":"Oslo","city":"Rome","days":1}""")]
    public async Task A_result_that_stays_wrong_is_a_typed_error(string answer)
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says(answer), ScriptedTurn.Says(answer));
        await StartAsync(new LlmTaskRunner("guide", model, outputSchema: CitySchema));

        var outcome = await Bob.Agents.TryAskAsync("guide", new { prompt = "?" }).InTime();

        Assert.Equal(MeshErrorCode.InvalidOutput, outcome.Error?.Code);
        Assert.StartsWith("The model gave no valid result: ", outcome.Error?.Message, StringComparison.Ordinal);
        model.AssertFinished();
    }

    [Fact]
    public async Task What_goes_wrong_with_the_model_reaches_the_caller_with_a_code_and_without_secrets()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Fails(new IOException("key sk-123")));
        await StartAsync(new LlmTaskRunner("guide", model));

        var error = (await Bob.Agents.TryAskAsync("guide", new { prompt = "?" }).InTime()).Error!;

        Assert.Equal((MeshErrorCode.Unavailable, true), (error.Code, error.Retryable));
        Assert.DoesNotContain("sk-123", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_is_streamed_as_the_model_writes_it()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("It ", "is."));
        await StartAsync(model.AsAgent("guide"));

        var items = await Bob.Agents.StreamAsync<string>("guide", new { prompt = "?" }).ToListInTimeAsync();

        Assert.Equal(["It ", "is."], items);
    }

    [Fact]
    public async Task The_caller_of_a_dynamic_one_says_what_the_result_is_to_look_like()
    {
        using var model = new ScriptedChatClient(ScriptedTurn.Says("[1]"), ScriptedTurn.Says("""{"city":"Oslo","days":3}""").Expecting("not a valid result"));
        await StartAsync(new DynamicLlmTaskRunner("extract", model));

        Assert.Equal(new City("Oslo", 3), await Bob.Agents.AskAsync<City>("extract", new { prompt = "?", outputSchema = CitySchema }).InTime());
        model.AssertFinished();
    }

    [Fact]
    public async Task A_schema_that_cannot_be_compiled_is_refused_before_the_model_is_asked()
    {
        using var model = new ScriptedChatClient();
        await StartAsync(new DynamicLlmTaskRunner("extract", model));

        var error = (await Bob.Agents.TryAskAsync("extract", new { prompt = "?", outputSchema = new { type = 7 } }).InTime()).Error!;

        Assert.Equal((MeshErrorCode.InvalidSchema, 0), (error.Code, model.Requests.Count));
        Assert.StartsWith("Argument /outputSchema: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_worker_lets_the_model_deal_with_messages_and_gives_back_what_fails()
    {
        await OfferAsync("notes", Tool.Create("add", (string text) => text));
        var failed = new Signal();
        using var model = new ScriptedChatClient(
            ScriptedTurn.Fails(new IOException("down")).Expecting("the first", _ => failed.IsSet || Set(failed)),
            ScriptedTurn.Calls("notes_add", """{"text":"hi"}""").Expecting("note hi"),
            ScriptedTurn.Says("Done."));
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var worker = new NoteWorker(model, done) { Rules = ["Be brief."], Requires = [Requirement.Toolkit("notes")] };
        var client = await Host.JoinAsync("den", "worker", Grants.Full, new() { Role = ParticipantRole.Agent }).InTime();
        await worker.StartAsync(client).InTime();

        await client.Queues.SendAsync("jobs", "note hi").InTime();
        await failed.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(1));

        Assert.Equal("Done.", await done.Task.InTime());
        model.AssertFinished();
        await client.DisposeAsync().InTime();
    }

    private static bool Set(Signal signal)
    {
        signal.Set();
        return true;
    }

    private async Task StartAsync(LlmTaskRunner agent) => await agent.StartAsync(Bot).InTime();

    private sealed record City([property: System.Text.Json.Serialization.JsonPropertyName("city")] string Name, int Days);

    private sealed class NoteWorker(IChatClient model, TaskCompletionSource<string> done) : LlmQueueWorker("note-taker", "jobs", model)
    {
        protected override ValueTask OnAnswerAsync(AgentCallContext context, QueueMessage message, ChatResponse answer)
        {
            var chat = context.Features.Get<AgentChatContext>()!;
            Assert.Equal(("Be brief.", "note hi"), (Assert.Single(chat.Rules), chat.Messages[0].Text));
            Assert.Same(answer.Messages[^1], chat.Messages[^1]);
            done.TrySetResult(answer.Messages[^1].Text);
            return default;
        }
    }
}
