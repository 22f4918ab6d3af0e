using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.Contracts;

/// <summary>Asking agents: what goes in and comes out, whichever shape they have, and how it fails.</summary>
public abstract class RoomClientAgentContract : RoomClientContract
{
    private static readonly string[] AB = ["a", "b"];

    [Fact]
    public async Task An_agent_answers_with_what_its_function_returns()
    {
        await RegisterAsync("ada", Agent.Create("nlp.summarizer", (Text text, int most = 3) => new Summary(text.Body[..most])));
        await RegisterAsync("eve", Agent.Create("nlp.counter", (Text text) => new Summary($"{text.Body.Length} letters")));
        var bob = await JoinAsync("bob");
        Assert.Equal(new("6 letters"), await bob.Agents.AskAsync<Summary>("nlp.counter", new Text("mellow")).InTime());
        Assert.Equal(new("6 letters"), await bob.Agents.AskAsync<Summary>("nlp.counter@eve", new Text("mellow")).InTime());
        Assert.Equal(new("mel"), await bob.Agents.AskAsync<Summary>("nlp.summarizer", new { text = new Text("mellow") }).InTime());
        var response = await bob.Agents.AskAsync("nlp.counter", Json("""{"body":"x"}""")).InTime();
        Assert.Equal("""{"body":"1 letters"}""", Assert.IsType<JsonResponse>(response).Value.ToString());
        var entry = EntriesOf("agents/nlp.counter")[0];
        Assert.Equal((CallStatus.Result, "bob", "eve"), (entry.Status, entry.Caller, entry.Provider));
    }

    public static TheoryData<string, object, string> Inputs => new()
    {
        { "text", "Zoë", "\"Zoë\"" },
        { "flag", true, "true" },
        { "number", 3.5, "3.5" },
        { "exact", 79228162514264337593543950335m, "79228162514264337593543950335" },
        { "enum", Mood.Glad, "\"glad\"" },
        { "time", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), "\"2026-01-02T03:04:05+02:00\"" },
        { "id", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), "\"00112233-4455-6677-8899-aabbccddeeff\"" },
        { "uri", new Uri("https://example.org/a"), "\"https://example.org/a\"" },
        { "list", AB, """["a","b"]""" },
        { "tuple", (1, "a"), """[1,"a"]""" },
        { "dictionary", new Dictionary<string, int> { ["a"] = 1 }, """{"a":1}""" },
        { "record", new Text("x"), """{"body":"x"}""" },
        { "nullable", 4, "4" },
        { "nullText", "x", "\"x\"" },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task Every_describable_type_may_be_the_input_and_the_output(string name, object input, string json)
    {
        await RegisterEchoesAsync();
        var response = Assert.IsType<CallOutcome>(await (await JoinAsync("bob")).Agents.TryAskAsync($"echo.{name}", input).InTime());
        Assert.True(response.IsResult, response.ToString());
        Assert.Equal(json, response.Response is TextResponse text ? $"\"{text.Text}\"" : Assert.IsType<JsonResponse>(response.Response).Value.ToString());
    }

    [Fact]
    public async Task An_input_that_is_no_object_is_wrapped_for_who_sends_JSON()
    {
        await RegisterEchoesAsync();
        var bob = await JoinAsync("bob");
        Assert.Equal("x", Assert.IsType<TextResponse>(await bob.Agents.AskAsync("echo.text", Json("""{"value":"x"}""")).InTime()).Text);
        Assert.Equal("[1,{}]", Assert.IsType<JsonResponse>(await bob.Agents.AskAsync("echo.any", Json("""{"value":[1,{}]}""")).InTime()).Value.ToString());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("echo.text", JsonPayload.FromElement(Json("\"x\"")))));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("echo.text", JsonPayload.FromElement(Json("""{"value":"x","more":1}""")))));
    }

    [Fact]
    public async Task A_null_is_no_input()
    {
        await RegisterEchoesAsync();
        var bob = await JoinAsync("bob");
        Assert.Null(await bob.Agents.AskAsync<int?>("echo.nullable").InTime());
        Assert.Null(await bob.Agents.AskAsync<string?>("echo.nullText", null).InTime());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("echo.text")));
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("echo.record", null)));
    }

    [Fact]
    public async Task A_polymorphic_union_is_the_arguments_as_it_is()
    {
        await RegisterAsync("ada", Agent.Create("area", (Figure figure) => figure is Square square ? square.Side * square.Side : 0));
        var bob = await JoinAsync("bob");
        Assert.Equal(9, await bob.Agents.GetAgent<Figure, int>("area").InvokeAsync(new Square(3)).InTime());
        Assert.Equal("16", Assert.IsType<JsonResponse>(await bob.Agents.AskAsync("area", Json("""{"$type":"square","side":4}""")).InTime()).Value.ToString());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("area", JsonPayload.FromElement(Json("""{"$type":"cube"}""")))));
    }

    [Fact]
    public async Task Values_of_a_prepared_agent_end_as_their_JSON_does()
    {
        await RegisterAsync(
            "ada",
            Agent.Create("limit", (Range range) => new Summary($"{range.From}-{range.To}")),
            Agent.Create("twice", ([Range(1, 5)] int number) => number * 2),
            Agent.Create("words", (ImmutableArray<string> words) => string.Join(' ', words)),
            Agent.Create("perhaps", (int? number) => number is null),
            Agent.Create("look", (int number, CallContext call) => call.Request.Arguments.ToString()));
        var bob = await JoinAsync("bob");
        var limit = bob.Agents.GetAgent<Range, Summary>("limit");
        Assert.Equal(new("1-2"), await limit.InvokeAsync(new(1, 2)).InTime());
        Assert.Equal(Connection == ConnectionKind.Direct ? "reference" : "json", (await limit.ExplainAsync(new(1, 2)).InTime()).Passing);
        var twice = bob.Agents.GetAgent<int, int>("twice");
        Assert.Equal(10, await twice.InvokeAsync(5).InTime());
        Assert.Equal("words in a row", await bob.Agents.GetAgent<ImmutableArray<string>, string>("words").InvokeAsync(["words", "in", "a", "row"]).InTime());
        Assert.True(await bob.Agents.GetAgent<int?, bool>("perhaps").InvokeAsync(null).InTime());
        Assert.False(await bob.Agents.GetAgent<int?, bool>("perhaps").InvokeAsync(1).InTime());
        Assert.Equal("""{"value":4}""", await bob.Agents.GetAgent<int, string>("look").InvokeAsync(4).InTime());
        foreach (var (typed, json) in new[]
        {
            (await twice.TryInvokeAsync(6).InTime(), await bob.Agents.TryAskAsync("twice", 6).InTime()),
            (await limit.TryInvokeAsync(new(1, 9)).InTime(), await bob.Agents.TryAskAsync("limit", new Range(1, 9)).InTime()),
        })
        {
            AssertCode(MeshErrorCode.InvalidArguments, typed.Error);
            Assert.Equal((json.Error!.Message, json.Error.Details?.GetRawText()), (typed.Error!.Message, typed.Error.Details?.GetRawText()));
        }
    }

    [Theory]
    [InlineData("""{"name":"a","count":2,"mood":"sad","inner":{"body":"x"},"words":["y"]}""", "a 2 Sad x y 7 -")]
    [InlineData("""{"words":[],"name":"a","inner":{"body":"x"},"mood":"glad","count":2.0,"most":9,"note":"n"}""", "a 2 Glad x  9 n")]
    [InlineData("""{"name":"a","count":2,"mood":"sad","inner":{"body":"x"},"words":["y"],"note":null}""", "a 2 Sad x y 7 -")]
    public async Task A_record_is_read_from_all_of_its_properties(string json, string answer)
    {
        await RegisterAsync(
            "ada",
            Agent.Create("large", (Large input) => input.ToText()),
            Agent.Create("small", (Small input) => $"{input.Name} {input.Mood} {input.Count} {input.Note ?? "-"}"));
        var bob = await JoinAsync("bob");
        Assert.Equal(answer, Assert.IsType<TextResponse>(await bob.Agents.AskAsync("large", Json(json)).InTime()).Text);
        Assert.Equal("n Sad 3 -", await bob.Agents.AskAsync<string>("small", new { mood = Mood.Sad, called = "n" }).InTime());
        Assert.Equal("n Glad 4 x", await bob.Agents.AskAsync<string>("small", new Small("n", Mood.Glad, 4, "x")).InTime());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("small", new { mood = Mood.Sad, called = "" })));
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Serializer_metadata_serves_every_shape()
    {
        var text = RoomClientAgentJson.Default.Text;
        var summary = RoomClientAgentJson.Default.Summary;
        await RegisterAsync(
            "ada",
            Agent.Create("typed.responder", (Text input, CallContext call) => new ValueTask<Summary>(new Summary(input.Body + call.Caller.Name)), text, summary),
            Agent.Create("typed.scalar", (string input, CallContext call) => new ValueTask<int>(input.Length), RoomClientAgentJson.Default.String, RoomClientAgentJson.Default.Int32),
            Agent.Create("typed.streamer", (Text input, CallContext call) => Letters(input, call.CancellationToken), text, RoomClientAgentJson.Default.String),
            Agent.Create("typed.publisher", (RoomClient room, CancellationToken token) => Names(room, token), RoomClientAgentJson.Default.String),
            Agent.Create("typed.trigger", (CallContext call) => new ValueTask<Summary>(new Summary(call.Caller.Name)), summary));
        var bob = await JoinAsync("bob");
        Assert.Equal(new("xbob"), await bob.Agents.AskAsync("typed.responder", new Text("x"), text, summary).InTime());
        Assert.Equal(3, await bob.Agents.AskAsync("typed.scalar", "abc", RoomClientAgentJson.Default.String, RoomClientAgentJson.Default.Int32).InTime());
        Assert.Equal(3, await bob.Agents.GetAgent("typed.scalar", RoomClientAgentJson.Default.String, RoomClientAgentJson.Default.Int32).InvokeAsync("abc").InTime());
        Assert.Equal(["a", "b"], await bob.Agents.StreamAsync("typed.streamer", JsonPayload.From(new Text("ab"), text), RoomClientAgentJson.Default.String).ToListInTimeAsync());
        Assert.Equal(new("bob"), await bob.Agents.AskAsync("typed.trigger", default(JsonPayload), summary).InTime());
        Assert.Equal(
            [AgentShape.Responder, AgentShape.Responder, AgentShape.Streamer, AgentShape.Publisher, AgentShape.Trigger],
            (await bob.Agents.ListAsync().InTime()).Select(agent => agent.Contract.Shape));
        await foreach (string name in bob.Agents.SubscribeAsync("typed.publisher", RoomClientAgentJson.Default.String))
        {
            Assert.Equal("ada", name);
            break;
        }
    }

    [Fact]
    public async Task A_responder_without_output_and_a_trigger_without_input_are_asked_like_others()
    {
        string? heard = null;
        await RegisterAsync("ada", Agent.Create("ops.note", (string note) => { heard = note; }), Agent.Create("ops.refresh", () => Task.FromResult(new Summary("fresh"))));
        var bob = await JoinAsync("bob");
        Assert.IsType<EmptyResponse>((await bob.Agents.TryAskAsync("ops.note", "hello").InTime()).Response);
        Assert.Equal("hello", heard);
        Assert.Equal(new("fresh"), await bob.Agents.AskAsync<Summary>("ops.refresh").InTime());
        AssertCode(MeshErrorCode.InvalidArguments, await FailureOf(bob.Agents.TryAskAsync("ops.refresh", new { now = true })));
    }

    [Fact]
    public async Task A_streamer_streams_and_its_answer_as_a_whole_is_an_array()
    {
        await RegisterAsync("ada", Agent.Create("letters", Letters));
        var bob = await JoinAsync("bob");
        Assert.Equal(["a", "b", "c"], await bob.Agents.StreamAsync<string>("letters", new Text("abc")).ToListInTimeAsync());
        Assert.Equal(["a", "b", "c"], await bob.Agents.AskAsync<string[]>("letters", new Text("abc")).InTime());
        var letters = bob.Agents.GetAgent<Text, string>("letters").StreamAsync(new("abc"));
        Assert.Equal(["a", "b", "c"], await letters.ToListInTimeAsync());
        Assert.Equal(["a", "b", "c"], await letters.ToListInTimeAsync());
        var frames = await bob.Agents.StreamAsync("letters", JsonPayload.FromElement(Json("""{"body":"ab"}"""))).ToListInTimeAsync();
        Assert.Equal(3, frames.Count);
        Assert.IsType<ResultFrame>(frames[2]);
    }

    [Fact]
    public async Task The_items_of_a_prepared_streamer_are_held_to_its_schema()
    {
        await RegisterAsync("ada", Agent.Create("numbers", Numbers));
        var bob = await JoinAsync("bob");
        var numbers = bob.Agents.GetAgent<Range, Limited>("numbers");
        Assert.Equal([new(3), new(4)], await numbers.StreamAsync(new(3, 4)).ToListInTimeAsync());
        var heard = new List<Limited>();
        var failure = await Assert.ThrowsAsync<MeshException>(async () =>
        {
            await foreach (var each in numbers.StreamAsync(new(4, 5) { Beyond = 1 }))
            {
                heard.Add(each);
            }
        }).InTime();
        Assert.Equal([new(4), new(5)], heard);
        AssertCode(MeshErrorCode.InvalidOutput, failure.Error);
        var outcome = await numbers.TryInvokeAsync(new(3, 4)).InTime();
        Assert.Equal("""[{"value":3},{"value":4}]""", Assert.IsType<JsonResponse>(outcome.Response).Value.ToString());
    }

    [Fact]
    public async Task What_a_streamer_has_sent_before_it_fails_is_kept()
    {
        await RegisterAsync("ada", Agent.Create("fails", FailMidway));
        var bob = await JoinAsync("bob");
        var heard = new List<int>();
        var failure = await Assert.ThrowsAsync<MeshException>(async () =>
        {
            await foreach (int each in bob.Agents.StreamAsync<int>("fails", 2))
            {
                heard.Add(each);
            }
        }).InTime();
        Assert.Equal([0, 1], heard);
        Assert.Equal((MeshErrorCode.HandlerFailed, "No more."), (failure.Code, failure.Error.Message));
        var outcome = await bob.Agents.TryAskAsync("fails", 2).InTime();
        Assert.Equal("[0,1]", Assert.IsType<JsonResponse>(outcome.Response).Value.ToString());
        AssertCode(MeshErrorCode.HandlerFailed, outcome.Error);
    }

    [Fact]
    public async Task Who_stops_reading_cancels_the_streamer_at_once()
    {
        var cancelled = new Signal();
        await RegisterAsync("ada", Agent.Create("endless", (string word, CancellationToken token) => Endless(word, cancelled, token)));
        var bob = await JoinAsync("bob");
        await foreach (string word in bob.Agents.StreamAsync<string>("endless", "on"))
        {
            Assert.Equal("on", word);
            break;
        }

        await cancelled.InTime();
    }

    [Fact]
    public async Task Failures_say_what_is_wrong()
    {
        await RegisterAsync(
            "ada",
            Agent.Create("polite", string (Text text) => throw new ToolException($"'{text.Body}' is no city.")),
            Agent.Create("rude", string (Text text) => throw new InvalidOperationException("secret")),
            Agent.Create("bad", (Text text) => new Limited(9)));
        var bob = await JoinAsync("bob");
        Assert.Equal("'Ys' is no city.", (await FailureOf(bob.Agents.AskAsync<string>("polite", new Text("Ys")))).Message);
        var rude = await FailureOf(bob.Agents.AskAsync<string>("rude", new Text("Ys")));
        AssertCode(MeshErrorCode.HandlerFailed, rude);
        Assert.DoesNotContain("secret", rude.ToString(), StringComparison.Ordinal);
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.Agents.AskAsync<Limited>("bad", new Text("x"))));
        var nobody = await FailureOf(bob.Agents.TryAskAsync("nobody", new Text("x")));
        AssertCode(MeshErrorCode.NotFound, nobody);
        Assert.Contains("Agent 'nobody'", nobody.Message, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("polite@zoe", new Text("x"))));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("", new Text("x"))));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("a/b", new Text("x"))));
    }

    [Theory]
    [InlineData(AgentShape.Responder)]
    [InlineData(AgentShape.Streamer)]
    [InlineData(AgentShape.Trigger)]
    [InlineData(AgentShape.Publisher)]
    [InlineData(AgentShape.Watcher)]
    public async Task A_failure_of_any_shape_says_what_may_be_said(AgentShape shape)
    {
        Agent Failing(string name, Exception failure) => shape switch
        {
            AgentShape.Responder => Agent.Create(name, string (Text text) => throw failure),
            AgentShape.Streamer => Agent.Create(name, (Text text) => FailWith(failure)),
            AgentShape.Trigger => Agent.Create(name, string () => throw failure),
            AgentShape.Publisher => Agent.Create(name, (CancellationToken token) => FailWith(failure)),
            _ => Agent.Create(name, Task (CancellationToken token) => throw failure),
        };

        await RegisterAsync("ada", Failing("polite", new ToolException("No city.")), Failing("rude", new InvalidOperationException("secret")));
        var bob = await JoinAsync("bob");
        Assert.All(await bob.Agents.ListAsync().InTime(), agent => Assert.Equal(shape, agent.Contract.Shape));
        object? input = shape is AgentShape.Responder or AgentShape.Streamer ? new Text("x") : null;
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("nobody", input)));
        var (polite, rude) = (await FailureOf(bob.Agents.TryAskAsync("polite", input)), await FailureOf(bob.Agents.TryAskAsync("rude", input)));
        if (shape is AgentShape.Publisher or AgentShape.Watcher)
        {
            AssertCode(MeshErrorCode.NotInvocable, polite);
            AssertCode(MeshErrorCode.NotInvocable, rude);
            var changes = await bob.Agents.WatchAsync(new() { Name = "rude" }, EventPosition.At(1)).TakeUntilAsync(change => change.Kind == RoomEventKinds.AgentFailed);
            Assert.Equal((shape, 1), (changes[^1].Shape, changes[^1].Failures));
            Assert.DoesNotContain("secret", changes[^1].ToString(), StringComparison.Ordinal);
            Assert.Contains(Faults, fault => fault is { Kind: MeshFaultKind.Agent, Exception.Message: "secret" });
        }
        else
        {
            Assert.Equal("No city.", polite.Message);
            AssertCode(MeshErrorCode.HandlerFailed, rude);
            Assert.DoesNotContain("secret", rude.ToString(), StringComparison.Ordinal);
            Assert.Equal("secret", Assert.Single(Faults, fault => fault.Kind == MeshFaultKind.Handler).Exception?.Message);
        }
    }

    [Fact]
    public async Task Agents_that_ask_each_other_without_end_are_stopped_by_the_depth_of_the_tree()
    {
        StartHost(options => options with { MaxTreeDepth = 8 });
        int asked = 0;
        await RegisterAsync("ada", Agent.Create("ping", async (Text text, CallContext call) =>
        {
            Interlocked.Increment(ref asked);
            return await call.Room.Agents.AskAsync<string>("pong", text);
        }));
        await RegisterAsync("eve", Agent.Create("pong", async (Text text, CallContext call) =>
        {
            Interlocked.Increment(ref asked);
            return await call.Room.Agents.AskAsync<string>("ping", text);
        }));
        AssertCode(MeshErrorCode.BudgetExceeded, await FailureOf((await JoinAsync("bob")).Agents.AskAsync<string>("ping", new Text("x"))));
        Assert.Equal(8, asked);
    }

    [Fact]
    public async Task Asking_needs_the_right_to_use_agents_and_no_other()
    {
        await RegisterAsync("ada", Agent.Create("hello", () => "hello"));
        var poor = await JoinAsync("poor", new Grants { Agents = new() { UseTools = true, Tools = AllowList.All } });
        var error = await FailureOf(poor.Agents.TryAskAsync("hello"));
        AssertCode(MeshErrorCode.NotGranted, error);
        Assert.Contains("agents.useAgents", error.Remedy, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(poor.Toolkits.TryInvokeAsync("agents/hello")));
        var rich = await JoinAsync("rich", new Grants { Agents = new() { UseAgents = true } });
        Assert.Equal("hello", await rich.Agents.AskAsync<string>("hello").InTime());
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(rich.Agents.RegisterAsync(Agent.Create("mine", () => 1))));
    }

    [Fact]
    public async Task Instances_share_the_calls_to_their_name()
    {
        var (ada, eve) = (new Signal(), new Signal());
        await RegisterAsync("ada", Agent.Create("who", async (CallContext call) => { ada.Set(); await eve.WaitAsync(call.CancellationToken); return call.Room.Self.Name; }));
        await RegisterAsync("eve", Agent.Create("who", async (CallContext call) => { eve.Set(); await ada.WaitAsync(call.CancellationToken); return call.Room.Self.Name; }));
        var bob = await JoinAsync("bob");
        var answers = await Task.WhenAll(bob.Agents.AskAsync<string>("who").InTime(), bob.Agents.AskAsync<string>("who").InTime());
        Assert.Equal(["ada", "eve"], answers.Order());
        Assert.Equal(2, (await bob.Agents.ExplainAsync("who").InTime()).Instances);
    }

    protected async Task<RoomClient> RegisterAsync(string name, params Agent[] agents)
    {
        var provider = await JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);
        foreach (var agent in agents)
        {
            await provider.Agents.RegisterAsync(agent).InTime();
        }

        return provider;
    }

    private Task<RoomClient> RegisterEchoesAsync() => RegisterAsync(
        "ada",
        Agent.Create("echo.text", (string value) => value),
        Agent.Create("echo.flag", (bool value) => value),
        Agent.Create("echo.number", (double value) => value),
        Agent.Create("echo.exact", (decimal value) => value),
        Agent.Create("echo.enum", (Mood value) => value),
        Agent.Create("echo.time", (DateTimeOffset value) => value),
        Agent.Create("echo.id", (Guid value) => value),
        Agent.Create("echo.uri", (Uri value) => value),
        Agent.Create("echo.list", (IReadOnlyList<string> value) => value),
        Agent.Create("echo.tuple", ((int, string) value) => value),
        Agent.Create("echo.dictionary", (Dictionary<string, int> value) => value),
        Agent.Create("echo.record", (Text value) => value),
        Agent.Create("echo.nullable", (int? value) => value),
        Agent.Create("echo.nullText", string? (string? value) => value),
        Agent.Create("echo.any", (JsonElement value) => value));

    private static async IAsyncEnumerable<string> Letters(Text text, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (char letter in text.Body)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return letter.ToString();
        }
    }

    private static async IAsyncEnumerable<string> Names(RoomClient room, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return room.Self.Name;
        }
    }

    private static async IAsyncEnumerable<Limited> Numbers(Range range)
    {
        for (int i = range.From; i <= range.To + range.Beyond; i++)
        {
            await Task.Yield();
            yield return new(i);
        }
    }

    private static async IAsyncEnumerable<int> FailMidway(int most)
    {
        for (int i = 0; i < most; i++)
        {
            await Task.Yield();
            yield return i;
        }

        throw new ToolException("No more.");
    }

    private static async IAsyncEnumerable<string> FailWith(Exception failure)
    {
        await Task.Yield();
        if (failure is not null)
        {
            throw failure;
        }

        yield break;
    }

    private static async IAsyncEnumerable<string> Endless(string word, Signal cancelled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Yield();
                yield return word;
            }
        }
        finally
        {
            // Here, and not in a callback on the token: that would be taken back with the iterator before its turn comes.
            if (cancellationToken.IsCancellationRequested)
            {
                cancelled.Set();
            }
        }
    }

    protected internal sealed record Text(string Body);

    protected internal sealed record Summary(string Body);

    protected sealed record Large(string Name, int Count, Mood Mood, Text Inner, IReadOnlyList<string> Words, int Most = 7, string? Note = null)
    {
        public string ToText() => $"{Name} {Count} {Mood} {Inner.Body} {string.Join(',', Words)} {Most} {Note ?? "-"}";
    }

    protected sealed record Small(string Name, Mood Mood, int Count = 3, string? Note = null)
    {
        [JsonPropertyName("called")]
        public string Name { get; } = Name.Length > 0 ? Name : throw new ArgumentException("A name must not be empty.");
    }

    protected sealed record Range(int From, [property: Range(0, 5)] int To)
    {
        public int Beyond { get; init; }
    }

    protected sealed record Limited([property: Range(0, 5)] int Value);

    protected enum Mood
    {
        Glad,
        Sad,
    }

    [JsonDerivedType(typeof(Square), "square")]
    [JsonDerivedType(typeof(Circle), "circle")]
    protected abstract record Figure;

    protected sealed record Square(int Side) : Figure;

    protected sealed record Circle(int Radius) : Figure;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RoomClientAgentContract.Text))]
[JsonSerializable(typeof(RoomClientAgentContract.Summary))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
internal sealed partial class RoomClientAgentJson : JsonSerializerContext;
