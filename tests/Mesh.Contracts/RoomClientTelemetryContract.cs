using System.Diagnostics;

namespace Mesh.Contracts;

/// <summary>The spans of calls and of what a room does, which make the same tree whatever lies between participants and their room.</summary>
public abstract class RoomClientTelemetryContract : RoomClientContract
{
    private readonly SpanCollector _spans;

    protected RoomClientTelemetryContract() => _spans = Own(new SpanCollector());

    [Fact]
    public async Task Nested_calls_make_a_tree_through_the_spans_of_their_handlers()
    {
        await JoinToolsAsync("cal", Tool.Create("leaf", () => 1));
        await OfferAsync("ada", Tool.Create("outer", async (CallContext call) =>
        {
            using var work = SpanCollector.Source.StartActivity("work");
            return await call.Room.Toolkits.InvokeAsync<int>("tools/leaf") + await call.Room.Toolkits.InvokeAsync<int>("tools/leaf");
        }));
        var bob = await JoinAsync("bob");
        using var test = SpanCollector.Source.StartActivity("test")!;
        await bob.Toolkits.InvokeAsync<int>("kit/outer").InTime();
        _spans.AssertTree(
            test,
            """
            test
              execute_tool kit/outer participant.name=bob tool.provider.name=ada
                work
                  execute_tool tools/leaf participant.name=ada on_behalf_of.name=bob tool.provider.name=cal agent.name=ada
                  execute_tool tools/leaf participant.name=ada on_behalf_of.name=bob tool.provider.name=cal agent.name=ada

            """,
            "mesh.participant.name",
            "mesh.on_behalf_of.name",
            "mesh.tool.provider.name",
            "gen_ai.agent.name");
    }

    [Fact]
    public async Task The_spans_of_an_agent_carry_what_the_conventions_name()
    {
        var ada = await JoinAsync("ada", Grants.AgentDefault, ParticipantRole.Agent);
        await ada.Agents.RegisterAsync(Agent.Create("math.add", (int a, int b) => a + b, new() { Description = "Adds.", Version = "1.2.3" })).InTime();
        var eve = await JoinAsync("eve", Grants.AgentDefault, ParticipantRole.Agent);
        using var test = SpanCollector.Source.StartActivity("test")!;
        await eve.Agents.AskAsync<int>("math.add", new { a = 1, b = 2 }).InTime();
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["gen_ai.operation.name"] = "invoke_agent",
                ["gen_ai.agent.name"] = "math.add",
                ["gen_ai.agent.version"] = "1.2.3",
                ["gen_ai.agent.description"] = "Adds.",
                ["gen_ai.conversation.id"] = eve.Session.ToString(),
                ["mesh.call.id"] = Assert.Single(EntriesOf("agents/math.add")).CallId.ToString(),
                ["mesh.room.name"] = Den,
                ["mesh.participant.name"] = "eve",
                ["mesh.tool.provider.name"] = "ada",
            },
            _spans.Find("invoke_agent math.add").TagObjects.ToDictionary());
        await eve.Agents.TryAskAsync("nobody").InTime();
        Assert.Equal("not_found", _spans.Find("invoke_agent").GetTagItem("error.type"));
    }

    [Fact]
    public async Task The_spans_of_a_call_carry_what_the_conventions_name()
    {
        await OfferAsync("ada", Tool.Create("add", (int a, int b) => a + b, new ToolOptions { Description = "Adds." }));
        var bob = await JoinAsync("bob");
        using var test = SpanCollector.Source.StartActivity("test")!;
        await bob.Toolkits.InvokeAsync<int>("kit/add", new { a = 1, b = 2 }).InTime();
        var span = _spans.Find("execute_tool kit/add");
        Assert.Equal("execute_tool kit/add", span.OperationName);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["gen_ai.operation.name"] = "execute_tool",
                ["gen_ai.tool.name"] = "kit/add",
                ["gen_ai.tool.type"] = "function",
                ["gen_ai.tool.description"] = "Adds.",
                ["gen_ai.tool.call.id"] = Assert.Single(EntriesOf("kit/add")).CallId.ToString(),
                ["gen_ai.conversation.id"] = bob.Session.ToString(),
                ["mesh.room.name"] = Den,
                ["mesh.participant.name"] = "bob",
                ["mesh.tool.provider.name"] = "ada",
            },
            new Dictionary<string, object?>(span.TagObjects));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task Refusals_and_failures_are_spans_with_a_type_of_error()
    {
        await OfferAsync(
            "ada",
            Tool.Create("add", (int a) => a),
            Tool.Create("hidden", () => 1),
            Tool.Create("throws", new Func<int>(() => throw new InvalidOperationException("A secret."))),
            Tool.Create("refuses", new Func<int>(() => throw new ToolException(new MeshError(new MeshErrorCode("sold_out"), "A secret.")))));
        var bob = await JoinAsync("bob", Tools("kit/add", "kit/throws", "kit/refuses", "no/such"));
        using var test = SpanCollector.Source.StartActivity("test")!;
        foreach (string tool in new[] { "no/such", "kit/hidden", "kit/add", "kit/throws", "kit/refuses" })
        {
            await bob.Toolkits.TryInvokeAsync(tool).InTime();
        }

        _spans.AssertTree(
            test,
            """
            test
              execute_tool tool.name=no/such error.type=not_found !
              execute_tool kit/hidden tool.name=kit/hidden error.type=not_granted !
              execute_tool kit/add tool.name=kit/add error.type=invalid_arguments !
              execute_tool kit/throws tool.name=kit/throws error.type=handler_failed !
              execute_tool kit/refuses tool.name=kit/refuses error.type=sold_out !

            """,
            "gen_ai.tool.name");
        Assert.DoesNotContain("secret", string.Join(' ', _spans.Ended.SelectMany(span => span.TagObjects.Select(tag => $"{tag.Value}").Append(span.StatusDescription))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_ends_its_span_and_those_of_the_calls_within()
    {
        var started = new Signal();
        await JoinToolsAsync("cal", Tool.Create("wait", async (CancellationToken stop) =>
        {
            started.Set();
            await TestEnds.WaitAsync(stop);
        }));
        await OfferAsync("ada", Tool.Create("outer", async (CallContext call) => await call.Room.Toolkits.TryInvokeAsync("tools/wait", cancellationToken: CancellationToken.None)));
        var bob = await JoinAsync("bob");
        using var cancellation = new CancellationTokenSource();
        using var test = SpanCollector.Source.StartActivity("test")!;
        var call = bob.Toolkits.TryInvokeAsync("kit/outer", cancellationToken: cancellation.Token);
        await started.InTime();
        await cancellation.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call.InTime()).Status);
        await _spans.EndOf("execute_tool tools/wait").InTime();
        _spans.AssertTree(
            test,
            """
            test
              execute_tool kit/outer error.type=cancelled !
                execute_tool tools/wait error.type=cancelled !

            """);
    }

    [Fact]
    public async Task A_second_attempt_is_part_of_the_same_span()
    {
        var started = new Signal();
        int served = 0;
        var tool = Tool.Create("slow", async (CancellationToken stop) =>
        {
            if (Interlocked.Increment(ref served) == 1)
            {
                started.Set();
                await TestEnds.WaitAsync(stop);
            }

            return 1;
        }, new ToolOptions { Annotations = new() { Idempotent = true } });
        var ada = await OfferAsync("ada", tool);
        var bob = await JoinAsync("bob");
        using var test = SpanCollector.Source.StartActivity("test")!;
        var call = bob.Toolkits.InvokeAsync<int>("kit/slow", null, new() { IdempotencyKey = "k" });
        await started.InTime();
        await UntracedAsync(async () =>
        {
            await OfferAsync("cal", tool);
            await ada.DisposeAsync().InTime();
        });
        Assert.Equal(1, await call.InTime());
        _spans.AssertTree(
            test,
            """
            test
              execute_tool kit/slow call.attempt=2 tool.provider.name=cal

            """,
            "mesh.call.attempt",
            "mesh.tool.provider.name");
    }

    [Fact]
    public async Task What_a_room_does_itself_are_operations_of_the_room()
    {
        StartHost(options => options with { RoomServices = [new RoomService("clock", StartAsync)] });
        using var test = SpanCollector.Source.StartActivity("test")!;
        var bob = await JoinAsync("bob", Grants.Full);
        await Assert.ThrowsAsync<MeshException>(async () => await JoinAsync("bob"));
        var registration = await bob.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("one", () => 1))).InTime();
        await bob.Toolkits.ListAsync().InTime();
        await bob.Toolkits.TryInvokeAsync("room/nothing").InTime();
        await registration.DisposeAsync().InTime();
        await bob.DisposeAsync().InTime();
        _spans.AssertTree(
            test,
            """
            test
              room.join room.name=den participant.name=bob
                room.open room.name=den
                  room.listToolkits room.name=den participant.name=clock
              room.join room.name=den participant.name=bob error.type=name_taken !
              room.registerToolkit room.name=den participant.name=bob
              room.listToolkits room.name=den participant.name=bob
              execute_tool room.name=den participant.name=bob error.type=not_found !
              room.unregisterToolkit room.name=den participant.name=bob
              room.leave room.name=den participant.name=bob leave.reason=Left
                room.retire room.name=den

            """,
            "mesh.room.name",
            "mesh.participant.name",
            "mesh.leave.reason");

        static async ValueTask<IAsyncDisposable?> StartAsync(RoomClient room, CancellationToken stop)
        {
            await room.Toolkits.ListAsync(cancellationToken: stop);
            return null;
        }
    }

    [Fact]
    public async Task The_state_of_a_trace_crosses_to_the_handler_and_the_caller_keeps_its_own_activity()
    {
        await OfferAsync("ada", Tool.Create("look", () => $"{Activity.Current?.TraceId} {Activity.Current?.TraceStateString}"));
        var bob = await JoinAsync("bob");
        using var test = SpanCollector.Source.StartActivity("test")!;
        test.TraceStateString = "vendor=1";
        Assert.Equal($"{test.TraceId} vendor=1", await bob.Toolkits.InvokeAsync<string>("kit/look").InTime());
        Assert.Same(test, Activity.Current);
    }

    private async Task JoinToolsAsync(string name, Tool tool)
    {
        var client = await JoinAsync(name, Grants.Full, ParticipantRole.Tool);
        await client.Toolkits.RegisterAsync(Toolkit.Create("tools", tool)).InTime();
    }

    private static async Task UntracedAsync(Func<Task> work)
    {
        Activity.Current = null;
        await work();
    }
}
