using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Toolkits;

public sealed class ToolHandleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_reach_a_tool_of_the_same_process_as_they_are()
    {
        Line? taken = null;
        await using var mesh = new MeshHost();
        await using var bob = await OfferAsync(mesh, Tool.Create("add", (Line line, ImmutableArray<int> amounts) => taken = line));
        var given = new Line("ink");
        var returned = await bob.Toolkits.GetTool<Addition, Line>("kit/add").InvokeAsync(new(given, [1, 2]), null, Stop);
        Assert.Same(given, taken);
        Assert.Same(given, returned);
    }

    [Fact]
    public async Task A_call_by_reference_is_journaled_without_sizes()
    {
        var journal = new MemoryJournal();
        await using var mesh = new MeshHost(new MeshHostOptions { Journal = journal });
        await using var bob = await OfferAsync(mesh, Tool.Create("twice", (Line line) => line));
        await bob.Toolkits.GetTool<OneLine, Line>("kit/twice").InvokeAsync(new(new("ink")), null, Stop);
        await bob.Toolkits.InvokeAsync<Line>("kit/twice", new { line = new Line("ink") }, null, Stop);
        var entries = journal.ToList().Where(entry => entry.Target.Path == "kit/twice").ToArray();
        Assert.Equal([0L, 23L], entries.Select(entry => entry.BytesIn));
        Assert.Equal([0L, 14L], entries.Select(entry => entry.BytesOut));
    }

    [Fact]
    public async Task A_journal_that_keeps_payloads_keeps_those_that_went_by_reference()
    {
        var journal = new MemoryJournal();
        await using var mesh = new MeshHost(new MeshHostOptions { Journal = journal, ConfigureRoom = _ => new() { JournalCapture = new(JournalCapture.Full) } });
        await using var bob = await OfferAsync(mesh, Tool.Create("twice", (Line line) => line));
        var tool = bob.Toolkits.GetTool<OneLine, Line>("kit/twice");
        Assert.Equal("reference", (await tool.ExplainAsync(new(new("ink")), Stop)).Passing);
        await tool.InvokeAsync(new(new("ink")), null, Stop);
        var payload = journal.ToList().Single(entry => entry.Target.Path == "kit/twice").Payload;
        Assert.Equal(("""{"line":{"text":"ink"}}""", """{"text":"ink"}"""), (payload.Arguments, payload.Result));
    }

    [Fact]
    public async Task Serializer_options_that_change_what_is_written_keep_values_from_passing()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver
            {
                Modifiers =
                {
                    type =>
                    {
                        foreach (var property in type.Properties.Where(property => property.Name == "text"))
                        {
                            property.Get = _ => "blotted";
                        }
                    },
                },
            },
        };
        await using var mesh = new MeshHost(new MeshHostOptions { SerializerOptions = json });
        await using var bob = await OfferAsync(mesh, Tool.Create("twice", (Line line) => line.Text));
        var tool = bob.Toolkits.GetTool<OneLine, string>("kit/twice");
        Assert.Equal("json", (await tool.ExplainAsync(new(new("ink")), Stop)).Passing);
        Assert.Equal("blotted", await tool.InvokeAsync(new(new("ink")), null, Stop));
    }

    [Fact]
    public async Task A_tool_with_serializer_options_of_its_own_gets_JSON()
    {
        var own = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        await using var mesh = new MeshHost();
        await using var bob = await OfferAsync(mesh, Tool.Create("twice", (Line line) => line, new() { SerializerOptions = own }));
        var tool = bob.Toolkits.GetTool<OneLine, Line>("kit/twice");
        var error = (await Assert.ThrowsAsync<MeshException>(async () => await tool.InvokeAsync(new(new("ink")), null, Stop))).Error;
        Assert.Equal(MeshErrorCode.InvalidArguments, error.Code);
        Assert.Contains("TEXT", error.Details?.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_registered_counts_and_not_what_the_code_behind_it_was_made_with()
    {
        await using var mesh = new MeshHost();
        await using var bob = await OfferAsync(mesh, Tool.Create("twice", (int amount) => amount * 2));
        await using var eve = await mesh.JoinAsync("den", "eve", Grants.Full, cancellationToken: Stop);
        var lease = await eve.Toolkits.RegisterAsync(Toolkit.Create("own", Tool.Create("twice", (int amount) => amount * 2)), cancellationToken: Stop);

        // The same lease again, with code that exists, under another name and a stricter schema.
        var definition = lease.Toolkit.Tools[0].Definition with { InputSchema = JsonElement.Parse("""{"type":"object","properties":{"amount":{"maximum":3}}}""") };
        await lease.DisposeAsync();
        var arguments = JsonSerializer.SerializeToElement(new { registration = lease.Id.ToString(), toolkit = new { name = "strict", tools = new[] { new { name = "twice", inputSchema = definition.InputSchema } } } });
        eve.LocalToolkits.Add(lease.Id, lease.Toolkit);
        await eve.Toolkits.InvokeAsync("room/registerToolkit", arguments, null, Stop);
        var strict = bob.Toolkits.GetTool<Amount, int>("strict/twice");
        Assert.Equal(6, await strict.InvokeAsync(new(3), null, Stop));
        Assert.Equal(MeshErrorCode.InvalidArguments, (await strict.TryInvokeAsync(new(4), null, Stop)).Error?.Code);
        Assert.Equal("json", (await strict.ExplainAsync(new(3), Stop)).Passing);
        Assert.Equal("reference", (await bob.Toolkits.GetTool<Amount, int>("kit/twice").ExplainAsync(new(4), Stop)).Passing);
    }

    [Fact]
    public async Task A_handle_of_given_metadata_calls_with_JSON()
    {
        await using var mesh = new MeshHost();
        await using var bob = await OfferAsync(mesh, Tool.Create("twice", (Line line) => line));
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        var tool = bob.Toolkits.GetTool("kit/twice", JsonTypeInfo<OneLine>(json), JsonTypeInfo<Line>(json));
        Assert.Equal("json", (await tool.ExplainAsync(new(new("ink")), Stop)).Passing);
        Assert.Equal(new Line("ink"), await tool.InvokeAsync(new(new("ink")), null, Stop));
    }

    [Fact]
    public async Task What_the_handler_of_a_first_attempt_answers_late_is_not_the_result_of_the_second()
    {
        await using var mesh = new MeshHost();
        await using var bob = await mesh.JoinAsync("den", "bob", Grants.Full, cancellationToken: Stop);
        var (adaEnters, adaEnds) = await OfferWaitingAsync("ada");
        var call = bob.Toolkits.GetTool<OneLine, Line>("kit/sign").InvokeAsync(new(new("ink")), null, Stop).AsTask();
        var ada = await adaEnters.Task.InTime();
        var (eveEnters, eveEnds) = await OfferWaitingAsync("eve");
        await ada.DisposeAsync();
        await eveEnters.Task.InTime();

        // Its continuation, all the way to its response, runs within this.
        adaEnds.SetResult();
        eveEnds.SetResult();
        Assert.Equal(new Line("eve"), await call.InTime());

        async Task<(TaskCompletionSource<RoomClient> Enters, TaskCompletionSource Ends)> OfferWaitingAsync(string name)
        {
            var client = await mesh.JoinAsync("den", name, Grants.AgentDefault, cancellationToken: Stop);
            var (enters, ends) = (new TaskCompletionSource<RoomClient>(), new TaskCompletionSource());
            var sign = Tool.Create(
                "sign",
                async (Line line) =>
                {
                    enters.SetResult(client);
                    await ends.Task;
                    return new Line(name);
                },
                new() { Annotations = new() { Idempotent = true } });
            await client.Toolkits.RegisterAsync(Toolkit.Create("kit", sign), cancellationToken: Stop);
            return (enters, ends);
        }
    }

    [Fact]
    public async Task A_handler_may_hand_its_arguments_on()
    {
        await using var mesh = new MeshHost();
        await using var bob = await OfferAsync(mesh, Tool.Create("inner", (Line line) => new Line(line.Text + "!")));
        var outer = Tool.Create("outer", async (Line line, CallContext call) =>
            (await call.Room.Toolkits.TryInvokeAsync("kit/inner", call.Request.Arguments, cancellationToken: Stop)).GetResult() is JsonResponse answer
                ? new Line(answer.ToString() + line.Text)
                : null);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("more", outer), new() { Private = true }, Stop).InTime();
        Assert.Equal(new("""{"text":"ink!"}ink"""), await bob.Toolkits.GetTool<OneLine, Line>("more/outer").InvokeAsync(new(new("ink")), null, Stop));
    }

    private static JsonTypeInfo<T> JsonTypeInfo<T>(JsonSerializerOptions json) => (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T));

    private static async Task<RoomClient> OfferAsync(MeshHost mesh, Tool tool)
    {
        var ada = await mesh.JoinAsync("den", "ada", Grants.AgentDefault, cancellationToken: Stop);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", tool)).InTime();
        return await mesh.JoinAsync("den", "bob", Grants.Full, cancellationToken: Stop);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_failed_later_does_not_look_like_one_that_succeeded(bool isCancelled)
    {
        var stop = TestContext.Current.CancellationToken;
        using var cancel = new CancellationTokenSource();

        // Whoever completes it runs what follows: the call is over when it returns.
        var answer = new TaskCompletionSource<Answer>();
        await using var mesh = new MeshHost();
        await using var ada = await mesh.JoinAsync("r", "ada", Grants.Full, cancellationToken: stop);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("t", Tool.Create("ask", async (string text) => await answer.Task.ConfigureAwait(false))), cancellationToken: stop);
        var handle = ada.Toolkits.GetTool<Question, Answer>("t/ask");
        var call = handle.InvokeAsync(new("?"), cancellationToken: cancel.Token);
        Assert.False(call.IsCompleted);
        if (isCancelled)
        {
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.AsTask());
            return;
        }

        answer.SetException(new ToolException("No answer."));
        Assert.Equal((true, false, true), (call.IsCompleted, call.IsCompletedSuccessfully, call.IsFaulted));
        Assert.Equal("No answer.", (await Assert.ThrowsAsync<MeshException>(() => call.AsTask())).Message);
    }

    internal sealed record Question(string Text);

    internal sealed record Answer(string Text);

    private sealed record Line(string Text);

    private sealed record OneLine(Line Line);

    private sealed record Addition(Line Line, ImmutableArray<int> Amounts);

    private sealed record Amount([property: JsonPropertyName("amount")] int Value);
}
