using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Asking an agent that is a class: its schemas hold both ways, and its calls are those of every agent.</summary>
public abstract class RoomClientTaskRunnerContract : RoomClientContract
{
    private const string Words = """{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}""";

    [Fact]
    public async Task Arguments_and_results_are_held_against_its_schemas()
    {
        int asked = 0;
        var bob = await StartAsync(new TestRunner(
            "count",
            (_, arguments) =>
            {
                Interlocked.Increment(ref asked);
                return arguments.GetProperty("text").GetString() is { Length: > 0 } text ? new(Json($"{text.Length}")) : TestRunner.Text("none");
            },
            Words,
            """{"type":"integer"}"""));
        Assert.Equal(AgentShape.Responder, (await bob.Agents.GetAsync("count").InTime()).Contract.Shape);
        Assert.Equal(4, await bob.Agents.AskAsync<int>("count", new { text = "four" }).InTime());
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.Agents.TryAskAsync("count", new { text = "" })));
        Assert.Equal(2, asked);
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("count", new { text = 4 })));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("count")));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Without_a_schema_it_takes_no_arguments()
    {
        var bob = await StartAsync(new TestRunner("job"));
        Assert.Equal("done", await bob.Agents.AskAsync<string>("job").InTime());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("job", new { text = "x" })));
    }

    [Theory]
    [InlineData("""{"type":"string"}""", false)]
    [InlineData("""{"type":["array","null"]}""", false)]
    [InlineData("""{"type":["object","null"]}""", true)]
    [InlineData("{}", true)]
    public void Its_arguments_are_an_object(string input, bool isOne)
    {
        var failure = Record.Exception(() => new TestRunner("count", input: input));

        Assert.Equal(isOne ? null : MeshErrorCode.InvalidDefinition, ((MeshException?)failure)?.Code);
    }

    [Fact]
    public async Task A_result_of_nothing_is_refused_where_a_schema_asks_for_one()
    {
        var bob = await StartAsync(new TestRunner("free", (_, _) => new((JsonElement?)null)), new TestRunner("bound", (_, _) => new((JsonElement?)null), output: """{"type":"integer"}"""));
        Assert.IsType<EmptyResponse>((await bob.Agents.TryAskAsync("free").InTime()).Response);
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.Agents.TryAskAsync("bound")));
    }

    [Fact]
    public async Task What_it_throws_stays_with_its_host_but_for_what_the_caller_shall_read()
    {
        var bob = await StartAsync(
            new TestRunner("broken", (_, _) => throw new InvalidOperationException("secret")),
            new TestRunner("frank", (_, _) => throw new ToolException("no such page")));
        var error = await FailureOf(bob.Agents.TryAskAsync("broken"));
        AssertCode(MeshErrorCode.HandlerFailed, error);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Contains("no such page", (await FailureOf(bob.Agents.TryAskAsync("frank"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_streams_through_its_call()
    {
        var bob = await StartAsync(new TestRunner("letters", async (context, arguments) =>
        {
            await context.Call.ReportProgressAsync(0.5);
            foreach (char letter in arguments.GetProperty("text").GetString()!)
            {
                await context.Call.WriteChunkAsync(new JsonPart(JsonPayload.FromElement(JsonSerializer.SerializeToElement(letter.ToString()))));
            }

            return null;
        }, Words)
        { ChunkSchema = Json("""{"type":"string","pattern":"[a-z]"}""") });
        Assert.Equal(AgentShape.Streamer, (await bob.Agents.GetAsync("letters").InTime()).Contract.Shape);
        Assert.Equal(["a", "b"], await bob.Agents.StreamAsync<string>("letters", new { text = "ab" }).ToListInTimeAsync());
        Assert.Equal(["a", "b"], await bob.Agents.AskAsync<string[]>("letters", new { text = "ab" }).InTime());
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.Agents.TryAskAsync("letters", new { text = "aB" })));
    }

    [Fact]
    public async Task The_context_says_who_asks_and_for_whom_and_keeps_features()
    {
        var bob = await StartAsync(
            new TestRunner("inner", (context, _) =>
            {
                Assert.Null(context.Features.Get<TestRunner>());
                var (first, second) = (new TestRunner("x"), new TestRunner("y"));
                context.Features.Set(first);
                context.Features.Set(second);
                Assert.Same(second, context.Features.Get<TestRunner>());
                context.Features.Set<TestRunner>(null);
                Assert.Null(context.Features.Get<TestRunner>());
                return TestRunner.Text($"{context.Caller.Name} {context.OnBehalfOf?.Name} {context.Room.Self.Name} {context.Call.Request.Target}");
            }),
            new TestRunner("outer", async (context, _) => await TestRunner.Text(await context.Room.Agents.AskAsync<string>("inner"))));
        Assert.Equal("bot bob bot agents/inner", await bob.Agents.AskAsync<string>("outer").InTime());
    }

    [Fact]
    public async Task A_typed_runner_has_the_schemas_of_its_types()
    {
        var bob = await StartAsync(new Shortener(), new Adder());
        Assert.Equal(new Short("abc", 6), await bob.Agents.AskAsync<Short>("shorten", new Long("abcdef", 3)).InTime());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("shorten", new { text = "x", most = 0 })));
        Assert.Equal(6, await bob.Agents.AskAsync<int>("add", Enumerable.Range(1, 3).ToArray()).InTime());
        Assert.Equal(AgentShape.Responder, (await bob.Agents.GetAsync("add").InTime()).Contract.Shape);
    }

    [Fact]
    public async Task A_typed_runner_takes_the_serializer_options_of_its_host()
    {
        StartHost(options => options with { SerializerOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper, TypeInfoResolver = JsonSerializerOptions.Default.TypeInfoResolver } });
        var bob = await StartAsync(new Shortener());
        var outcome = await bob.Agents.TryAskAsync("shorten", Json("""{"TEXT":"abcdef","MOST":3}""")).InTime();
        Assert.Equal("""{"TEXT":"abc","LENGTH":6}""", outcome.Response?.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_limits_of_its_options_hold(bool isTyped)
    {
        StartHost(options => options with { SerializerOptions = new() { TypeInfoResolver = System.Text.Json.JsonSerializerOptions.Default.TypeInfoResolver } });
        var options = new AgentOptions { MaxConcurrency = 1, MaxWaiting = 0 };
        var (begun, go) = (new Signal(), new Signal());
        async ValueTask<string> WaitAsync(AgentCallContext context)
        {
            begun.Set();
            await go.WaitAsync(context.CancellationToken);
            return "done";
        }

        SingleRoomAgent runner = isTyped
            ? new Waiter(WaitAsync, options)
            : new TestRunner("wait", async (context, _) => await TestRunner.Text(await WaitAsync(context)), """{"type":"object"}""", options: options);
        var bob = await StartAsync(runner);
        var first = bob.Agents.AskAsync<string>("wait", "x").InTime();
        await begun.InTime();
        AssertCode(MeshErrorCode.Overloaded, await FailureOf(bob.Agents.TryAskAsync("wait", "x")));
        go.Set();
        Assert.Equal("done", await first);
    }

    [Fact]
    public async Task It_serves_as_many_at_once_as_its_options_say()
    {
        var (begun, goOn) = (new Signal(), new Signal());
        var bob = await StartAsync(new TestRunner(
            "slow",
            async (_, _) =>
            {
                begun.Set();
                await goOn.WaitStubbornlyAsync();
                return await TestRunner.Text("done");
            },
            options: new() { MaxConcurrency = 1, MaxWaiting = 0 }));
        var first = bob.Agents.AskAsync<string>("slow");
        await begun.InTime();
        AssertCode(MeshErrorCode.Overloaded, await FailureOf(bob.Agents.TryAskAsync("slow")));
        goOn.Set();
        Assert.Equal("done", await first.InTime());
    }

    [Fact]
    public async Task Runners_that_ask_each_other_in_a_circle_come_to_an_end()
    {
        var bob = await StartAsync(
            new TestRunner("ping", async (context, _) => await TestRunner.Text(await context.Room.Agents.AskAsync<string>("pong"))),
            new TestRunner("pong", async (context, _) => await TestRunner.Text(await context.Room.Agents.AskAsync<string>("ping"))));
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf(bob.Agents.TryAskAsync("ping")));
    }

    private async Task<RoomClient> StartAsync(params SingleRoomAgent[] agents)
    {
        var bot = await JoinAsync("bot", Grants.AgentDefault, ParticipantRole.Agent);
        foreach (var agent in agents)
        {
            await agent.StartAsync(bot).InTime();
        }

        return await JoinAsync("bob");
    }

    private sealed record Long(string Text, [property: Range(1, 80)] int Most);

    private sealed record Short(string Text, int Length);

    private sealed class Shortener() : TaskRunner<Long, Short>("shorten")
    {
        protected override ValueTask<Short> AskAsync(AgentCallContext context, Long input) => new(new Short(input.Text[..input.Most], input.Text.Length));
    }

    private sealed class Waiter(Func<AgentCallContext, ValueTask<string>> wait, AgentOptions options) : TaskRunner<string, string>("wait", options)
    {
        protected override ValueTask<string> AskAsync(AgentCallContext context, string input) => wait(context);
    }

    private sealed class Adder() : TaskRunner<int[], int>("add", AddedJson.Default.Int32Array, AddedJson.Default.Int32)
    {
        protected override ValueTask<int> AskAsync(AgentCallContext context, int[] input) => new(input.Sum());
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(int[]))]
internal sealed partial class AddedJson : System.Text.Json.Serialization.JsonSerializerContext;
