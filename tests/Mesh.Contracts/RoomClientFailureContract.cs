using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>Handlers that fail: what their caller learns, and what stays with the host.</summary>
public abstract class RoomClientFailureContract : RoomClientContract
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_text_of_an_exception_crosses(bool later)
    {
        await OfferAsync("ada", Tool.Create("fail", async Task<string> () =>
        {
            if (later)
            {
                await Task.Yield();
            }

            throw new InvalidOperationException("secret", new IOException("deeper secret"));
        }));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/fail"));
        AssertCode(MeshErrorCode.HandlerFailed, error);
        Assert.DoesNotContain("secret", $"{error} {error.Details}", StringComparison.Ordinal);
        var fault = Assert.Single(Faults);
        Assert.Equal((MeshFaultKind.Handler, "secret", EntriesOf("kit/fail")[0].CallId), (fault.Kind, fault.Exception?.Message, fault.CallId));
    }

    [Fact]
    public async Task A_method_that_throws_at_once_is_like_one_that_throws_later()
    {
        await OfferAsync("ada", Tool.Create("fail", string () => throw new InvalidOperationException("secret")), Tool.Create("say", string () => throw new ToolException("said")));
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.HandlerFailed, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/fail")));
        Assert.IsType<InvalidOperationException>(Assert.Single(Faults).Exception);
        Assert.Equal("said", (await FailureOf(bob.Toolkits.TryInvokeAsync("kit/say"))).Message);
    }

    [Fact]
    public async Task A_tool_exception_crosses_with_all_of_its_error()
    {
        var sent = new MeshError(new MeshErrorCode("sold_out"), "No tickets are left.")
        {
            Remedy = "Come back tomorrow.",
            Retryable = true,
            RetryAfter = TimeSpan.FromHours(3),
            Details = Json("""{"left":0}"""),
        };
        await OfferAsync("ada", Tool.Create("buy", string () => throw new ToolException(sent, new IOException("secret"))));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/buy"));
        Assert.Equal((sent.Code, sent.Message, sent.Remedy, true, sent.RetryAfter), (error.Code, error.Message, error.Remedy, error.Retryable, error.RetryAfter));
        Assert.Equal("""{"left":0}""", error.Details?.GetRawText());
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Of_a_failure_within_only_the_code_crosses()
    {
        await OfferAsync("ada",
            Tool.Create("inner", string () => throw new ToolException(new MeshError(new MeshErrorCode("sold_out"), "inner secret") { Retryable = true })),
            Tool.Create("outer", async (CallContext call) => await call.Room.Toolkits.InvokeAsync<string>("kit/inner")));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Toolkits.TryInvokeAsync("kit/outer"));
        AssertCode(MeshErrorCode.HandlerFailed, error);
        Assert.Contains("sold_out", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("inner secret", error.ToString(), StringComparison.Ordinal);
        Assert.True(error.Retryable);
    }

    [Fact]
    public async Task A_handler_that_returns_no_response_has_failed()
    {
        await OfferAsync("ada", new NullTool());
        var bob = await JoinAsync("bob");
        AssertCode(MeshErrorCode.HandlerFailed, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/null")));
        Assert.Single(Faults);
    }

    [Fact]
    public async Task A_result_that_the_schema_refuses_is_told_without_its_value()
    {
        await OfferAsync("ada",
            Tool.Create("rate", Rated () => new(7, "secret")),
            new ShapeTool("""{"type":"object","required":["a"]}""", new JsonResponse(Json("""{"b":"secret"}"""))),
            new ShapeTool("""{"type":"object"}""", new TextResponse("secret"), "text"),
            new ShapeTool("""{"type":"object"}""", EmptyResponse.Instance, "empty"),
            new ShapeTool("""{"type":"object"}""", new JsonResponse(JsonPayload.FromUtf8("{\"a\":\"secret\""u8.ToArray())), "broken"));
        var bob = await JoinAsync("bob");
        foreach (string tool in new[] { "kit/rate", "kit/shape", "kit/text", "kit/empty", "kit/broken" })
        {
            var error = await FailureOf(bob.Toolkits.TryInvokeAsync(tool));
            AssertCode(MeshErrorCode.InvalidOutput, error);
            Assert.DoesNotContain("secret", $"{error} {error.Details}", StringComparison.Ordinal);
            Assert.NotEmpty(error.Details!.Value.GetProperty("violations").EnumerateArray());
        }

        Assert.Equal("/stars", (await FailureOf(bob.Toolkits.TryInvokeAsync("kit/rate"))).Details!.Value.GetProperty("violations")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task A_cancellation_of_the_handlers_own_is_its_failure()
    {
        await OfferAsync("ada", Tool.Create("fail", string () => throw new OperationCanceledException("secret")));
        var bob = await JoinAsync("bob");
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/fail").InTime();
        Assert.Equal((CallStatus.Error, MeshErrorCode.HandlerFailed), (outcome.Status, outcome.Error?.Code));
    }

    [Fact]
    public async Task A_journal_that_fails_changes_no_outcome()
    {
        StartHost(options => options with { Journal = new BrokenJournal() });
        await OfferAsync("ada", Tool.Create("leaf", () => "leaf"));
        var bob = await JoinAsync("bob");
        Assert.Equal("leaf", await bob.Toolkits.InvokeAsync<string>("kit/leaf").InTime());
        Assert.Contains(Faults, fault => fault.Kind == MeshFaultKind.Journal);
    }

    [Fact]
    public async Task A_client_disposed_twice_and_in_the_middle_of_calls_is_just_closed()
    {
        var started = new Signal();
        await OfferAsync("ada", Tool.Create("wait", async (CancellationToken stop) =>
        {
            started.Set();
            await TestEnds.WaitAsync(stop);
        }));
        var bob = await JoinAsync("bob");
        var calls = Enumerable.Range(0, 10).Select(_ => bob.Toolkits.TryInvokeAsync("kit/wait").AsTask()).ToArray();
        await started.InTime();
        await Task.WhenAll(Task.Run(async () => await bob.DisposeAsync()), Task.Run(async () => await bob.DisposeAsync())).InTime();
        await bob.DisposeAsync().InTime();
        Assert.All(await Task.WhenAll(calls).InTime(), outcome => Assert.False(outcome.IsResult));
        AssertCode(MeshErrorCode.Closed, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/wait")));
        AssertCode(MeshErrorCode.Closed, await FailureOf(bob.Toolkits.RegisterAsync(Toolkit.Create("x", Tool.Create("y", () => 1)))));
        AssertCode(MeshErrorCode.Closed, Assert.IsType<ErrorFrame>(Assert.Single(await bob.Toolkits.StreamAsync("kit/wait").ToListInTimeAsync())).Error);
        Assert.Equal(LeaveReason.Left, await bob.Completion.InTime());
    }

    [Fact]
    public async Task A_handler_may_dispose_its_own_client()
    {
        await OfferAsync("ada", Tool.Create("quit", async (CallContext call) =>
        {
            await call.Room.DisposeAsync();
            return "quit";
        }));
        var bob = await JoinAsync("bob");
        var outcome = await bob.Toolkits.TryInvokeAsync("kit/quit").InTime();
        Assert.True(outcome.IsResult || outcome.Status == CallStatus.Unknown, outcome.ToString());
        Assert.Equal(["bob"], (await bob.Participants.ListAsync().InTime()).Select(each => each.Name));
    }

    private sealed record Rated([property: Range(1, 5)] int Stars, string Text);

    private sealed class NullTool() : Tool(new ToolDefinition { Name = "null", InputSchema = Json("{}") })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new((ToolResponse)null!);
    }

    private sealed class ShapeTool(string schema, ToolResponse response, string name = "shape")
        : Tool(new ToolDefinition { Name = name, InputSchema = Json("{}"), OutputSchema = Json(schema) })
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) => new(response);
    }

    private sealed class BrokenJournal : IJournal
    {
        public ValueTask AppendAsync(JournalEntry entry) => throw new IOException("disk full");

        public IAsyncEnumerable<JournalEntry> ReadAsync(JournalQuery query, CancellationToken cancellationToken = default) => throw new IOException("disk full");

        public ValueTask<long> WaitAsync(long after, CancellationToken cancellationToken = default) => throw new IOException("disk full");
    }
}
