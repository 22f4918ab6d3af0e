using Mesh.Agents;
using Mesh.Contracts;
using Microsoft.Extensions.AI;

namespace Mesh.Testing.Tests.Recording;

public sealed class RecordingChatClientTests : IDisposable
{
    private static readonly ChatOptions Options = new()
    {
        Instructions = "Be brief.\nBe kind.",
        Temperature = 0.5f,
        Tools = [AIFunctionFactory.Create((string city) => city, "forecast", "How the weather will be.")],
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-tests-");

    private string File => Path.Combine(_folder.FullName, "deep", "cassette.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Whoever_asks_an_agent_that_has_drifted_reads_the_difference()
    {
        using (var recording = new RecordingChatClient(File, () => new ScriptedChatClient(ScriptedTurn.Says("No."))))
        {
            await recording.GetResponseAsync([new(ChatRole.User, "Do I need an umbrella?")]).InTime();
        }

        await using var room = new TestRoom();
        var bob = await room.JoinPersonAsync("bob").InTime();
        using var model = new RecordingChatClient(File);
        await using var guide = new LlmTaskRunner("guide", model);
        await guide.StartAsync(await room.JoinAgentAsync("guide").InTime()).InTime();

        var failure = await Assert.ThrowsAsync<MeshException>(() => bob.Agents.AskAsync<string>("guide", new { prompt = "Do I need a coat?" }).InTime());

        Assert.Equal("cassette_drift", failure.Code.Value);
        Assert.Contains("- user: Do I need an umbrella?\n+ user: Do I need a coat?", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_calls_reasoning_and_usage_are_replayed_piece_by_piece_without_the_model()
    {
        var recorded = await TalkAsync(new(File, () => new ScriptedChatClient(
            ScriptedTurn.Empty.ThenThinks("hm").ThenSays("Let ", "me \"look\".").ThenCalls("forecast", """{"city":"Tromsø","days":[1,2]}""").WithUsage(10, 5, 2, 1),
            ScriptedTurn.Says("It is ", "sunny."))));

        var replayed = await TalkAsync(new(File, () => throw new InvalidOperationException("asked")));

        Assert.Equal(recorded, replayed);
        Assert.Contains("calls forecast(city: Tromsø, days: [1,2]) [call-1]", replayed);
        Assert.Contains("10 + 5 (2, 1)", replayed);
    }

    [Fact]
    public async Task The_file_is_the_same_whenever_it_is_recorded_and_has_what_is_new_of_each_request()
    {
        static ScriptedChatClient Model() => new(ScriptedTurn.Calls("forecast", """{"city":"Oslo"}"""), ScriptedTurn.Says("Sunny."));
        await TalkAsync(new(File, Model));
        string first = await ReadAsync();

        await TalkAsync(new(File, Model, RecordingMode.Record));

        Assert.Equal(first, await ReadAsync());
        Assert.Single(first.Split("\"user: How is the weather?\"").Skip(1));
        Assert.Contains("\"linesAsBefore\": 5", first, StringComparison.Ordinal);
        Assert.Contains("\"tool: result of [call-1]: sun in Oslo\"", first, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists($"{File}.new"));
    }

    [Fact]
    public async Task Drift_is_refused_with_the_difference_and_again_at_the_end()
    {
        await AskAsync(new(File, () => new ScriptedChatClient(ScriptedTurn.Says("Hello."))), "Hello?");
        using var model = new RecordingChatClient(File);

        var drift = await Assert.ThrowsAsync<CassetteDriftException>(() => AskAsync(model, "Goodbye?"));

        Assert.Contains("\n- user: Hello?\n+ user: Goodbye?\n", drift.Message.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(drift.Message, Assert.Throws<CassetteDriftException>(model.AssertFinished).Message);
    }

    [Fact]
    public async Task Another_schema_of_a_tool_is_drift()
    {
        await AskAsync(new(File, () => new ScriptedChatClient(ScriptedTurn.Says("Hello."))), "Hello?", Options);
        using var model = new RecordingChatClient(File);
        var changed = Options.Clone();
        changed.Tools = [AIFunctionFactory.Create((string city, int days) => city, "forecast", "How the weather will be.")];

        var drift = await Assert.ThrowsAsync<CassetteDriftException>(() => AskAsync(model, "Hello?", changed));

        Assert.Contains("+ tool: forecast", drift.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("- user", drift.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_and_fewer_requests_than_recorded_are_drift()
    {
        await AskAsync(new(File, () => new ScriptedChatClient(ScriptedTurn.Says("Hello."))), "Hello?");
        using var model = new RecordingChatClient(File);
        Assert.Contains("- user: Hello?", Assert.Throws<CassetteDriftException>(model.AssertFinished).Message, StringComparison.Ordinal);
        Assert.Equal(1, model.Remaining);

        await AskAsync(model, "Hello?");
        model.AssertFinished();

        Assert.Contains("and now another", (await Assert.ThrowsAsync<CassetteDriftException>(() => AskAsync(model, "Hello?"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_may_come_in_another_order()
    {
        using (var recording = new RecordingChatClient(File, () => ScriptedChatClient.Answering(request => ScriptedTurn.Says(request.Messages[^1].Text))))
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AskAsync(recording, $"{i}")));
        }

        using var model = new RecordingChatClient(File);
        foreach (int i in Enumerable.Range(0, 20).Reverse())
        {
            Assert.Equal($"{i}", await AskAsync(model, $"{i}"));
        }

        model.AssertFinished();
    }

    [Theory]
    [InlineData("status", typeof(HttpRequestException))]
    [InlineData("vendor", typeof(HttpRequestException))]
    [InlineData("time", typeof(TimeoutException))]
    [InlineData("cut", typeof(IOException))]
    [InlineData("other", typeof(InvalidOperationException))]
    public async Task Failures_are_replayed_where_they_were_and_without_their_text(string how, Type type)
    {
        Exception failure = how switch
        {
            "status" => new HttpRequestException("sk-secret", null, System.Net.HttpStatusCode.TooManyRequests),
            "time" => new TimeoutException("sk-secret"),
            "cut" => new IOException("sk-secret"),
            "vendor" => new FormatException("sk-secret", new ArgumentException("429")),
            _ => new FormatException("sk-secret"),
        };
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(
            new(File, () => new ScriptedChatClient(ScriptedTurn.Says("Hel").ThenFails(failure)))
            {
                FailureOf = exception => exception is ArgumentException ? new(System.Net.HttpStatusCode.TooManyRequests) : null,
            },
            "Hello?"));
        using var model = new RecordingChatClient(File);
        List<string> said = [];

        var replayed = await Assert.ThrowsAsync(type, async () =>
        {
            await foreach (var update in model.GetStreamingResponseAsync([new(ChatRole.User, "Hello?")]))
            {
                said.Add(update.Text);
            }
        });

        Assert.Equal(["Hel"], said);
        Assert.Equal(how is "status" or "vendor" ? 429 : null, (int?)(replayed as HttpRequestException)?.StatusCode);
        Assert.DoesNotContain("sk-secret", await ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_fails_before_it_streams_is_recorded_too()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => AskAsync(new(File, () => new Refusing()), "Hello?"));

        await Assert.ThrowsAsync<TimeoutException>(() => AskAsync(new(File), "Hello?"));
    }

    [Fact]
    public async Task An_answer_that_was_left_is_kept_as_far_as_it_was_read()
    {
        using (var recording = new RecordingChatClient(File, () => new ScriptedChatClient(ScriptedTurn.Says("Hel", "lo."))))
        {
            await foreach (var update in recording.GetStreamingResponseAsync([new(ChatRole.User, "Hello?")]))
            {
                Assert.Equal("Hel", update.Text);
                break;
            }
        }

        using var model = new RecordingChatClient(File);
        var drift = await Assert.ThrowsAsync<CassetteDriftException>(() => AskAsync(model, "Hello?"));
        Assert.Contains("its reader left it there", drift.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_scrubbed_is_neither_written_nor_compared()
    {
        static string Scrub(string text) => System.Text.RegularExpressions.Regex.Replace(text, "sk-\\w+|20\\d\\d", "…");
        await AskAsync(new(File, () => new ScriptedChatClient(ScriptedTurn.Says("Your key is sk-abc."))) { Scrub = Scrub }, "In 2030: sk-abc?");

        using var model = new RecordingChatClient(File) { Scrub = Scrub };

        Assert.Equal("Your key is ….", await AskAsync(model, "In 2031: sk-xyz?"));
        Assert.DoesNotContain("sk-", await ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_model_says_of_itself_is_replayed_but_its_address()
    {
        await AskAsync(new(File, () => new ScriptedChatClient(ScriptedTurn.Says("Hello.")) { Metadata = new("acme", new("https://acme.example/secret"), "large") }), "Hello?");
        using var model = new RecordingChatClient(File);

        var metadata = (ChatClientMetadata)model.GetService(typeof(ChatClientMetadata))!;

        Assert.Equal(("acme", "large", null), (metadata.ProviderName, metadata.DefaultModelId, metadata.ProviderUri));
        Assert.DoesNotContain("acme.example", await ReadAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"format":"mesh-cassette/2","exchanges":[]}""")]
    [InlineData("""{"format":"mesh-cassette/1"}""")]
    [InlineData("""{"format":"mesh-cassette/1","exchanges":[{"linesAsBefore":3,"asked":[],"answer":[]}]}""")]
    [InlineData("""{"format":"mesh-cassette/1","exchanges":[{"asked":[],"answer":[{"contents":7}]}]}""")]
    public async Task A_file_that_is_no_cassette_is_refused_by_name(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(File, text, TestContext.Current.CancellationToken);

        Assert.Contains(File, Assert.Throws<InvalidDataException>(() => new RecordingChatClient(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_file_to_replay_or_a_model_to_record_there_is_none()
    {
        Assert.Throws<FileNotFoundException>(() => new RecordingChatClient(File));
        Assert.Throws<FileNotFoundException>(() => new RecordingChatClient(File, () => new ScriptedChatClient(), RecordingMode.Replay));
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task One_client_at_a_time_records_a_file()
    {
        var first = new RecordingChatClient(File, () => new ScriptedChatClient(ScriptedTurn.Says("One.")));
        using var unasked = new ScriptedChatClient();

        var error = Assert.Throws<InvalidOperationException>(() => new RecordingChatClient(File, () => unasked));
        await AskAsync(first, "Hello?");
        first.Dispose();

        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        using (var again = new RecordingChatClient(File, () => new ScriptedChatClient(ScriptedTurn.Says("Two.")), RecordingMode.Record))
        {
            first.Dispose();
            Assert.Throws<InvalidOperationException>(() => new RecordingChatClient(File, () => unasked, RecordingMode.Record));
            await AskAsync(again, "Hello?");
        }

        using var one = new RecordingChatClient(File);
        using var other = new RecordingChatClient(File);
        Assert.Equal(("Two.", "Two."), (await AskAsync(one, "Hello?"), await AskAsync(other, "Hello?")));
    }

    private static async Task<string> AskAsync(RecordingChatClient model, string text, ChatOptions? options = null)
    {
        var response = await model.GetResponseAsync([new(ChatRole.User, text)], options).InTime();
        return response.Text;
    }

    /// <summary>A question, a call, its result, and an answer.</summary>
    private static async Task<IReadOnlyList<string>> TalkAsync(RecordingChatClient model)
    {
        using var _ = model;
        List<ChatMessage> messages = [new(ChatRole.User, "How is the weather?")];
        var first = await model.GetStreamingResponseAsync(messages, Options).ToListInTimeAsync();
        messages.AddMessages([.. first]);
        messages.Add(new(ChatRole.Tool, [new FunctionResultContent("call-1", "sun in Oslo")]));
        var second = await model.GetStreamingResponseAsync(messages, Options).ToListInTimeAsync();
        model.AssertFinished();
        return
        [
            .. first.Concat(second).Select(update => $"{update.Role} {update.MessageId} {update.ModelId} {update.FinishReason}"),
            .. first.Concat(second).SelectMany(update => update.Contents).Select(content => content is UsageContent { Details: var usage }
                ? $"{usage.InputTokenCount} + {usage.OutputTokenCount} ({usage.CachedInputTokenCount}, {usage.ReasoningTokenCount})"
                : ScriptedRequest.Describe(content)),
        ];
    }

    private sealed class Refusing() : DelegatingChatClient(new ScriptedChatClient())
    {
        public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new TimeoutException("late");
    }

    private Task<string> ReadAsync() => System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
}
