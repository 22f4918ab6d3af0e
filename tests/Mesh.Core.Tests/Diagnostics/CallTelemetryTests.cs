using System.Diagnostics;
using System.Text.Json;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Diagnostics;

[Collection(TelemetryTestGroup.Name)]
public sealed class CallTelemetryTests : IAsyncDisposable
{
    private const int Calls = 200;
    private readonly MeshHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_call_allocates_the_same_before_and_after_somebody_listened()
    {
        await using var host = new MeshHost(new() { Journal = new NoJournal() });
        var bob = await host.JoinAsync("den", "bob", Grants.Full, cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("one", () => 1)), cancellationToken: TestContext.Current.CancellationToken);
        await CallAsync(bob);
        await CallAsync(bob);
        long before = await CallAsync(bob);
        long during;
        using (new SpanCollector())
        using (new MeasurementCollector("gen_ai.execute_tool.duration"))
        {
            await CallAsync(bob);
            during = await CallAsync(bob);
        }

        // Less than one small object for each call.
        Assert.InRange(await CallAsync(bob), before - 16 * Calls, before + 16 * Calls);
        Assert.True(during > before + 16 * Calls, $"{during} bytes with listeners, {before} without: the measurement does not see what listening costs.");

        static async Task<long> CallAsync(RoomClient bob)
        {
            int thread = Environment.CurrentManagedThreadId;
            long start = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                await bob.Toolkits.TryInvokeAsync("kit/one", default(JsonPayload), cancellationToken: TestContext.Current.CancellationToken);
            }

            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            return GC.GetAllocatedBytesForCurrentThread() - start;
        }
    }

    [Theory]
    [InlineData(ConnectionKind.Direct)]
    [InlineData(ConnectionKind.Serialised)]
    public async Task A_malformed_trace_is_as_none(ConnectionKind connection)
    {
        using var spans = new SpanCollector();
        var bob = await OfferAsync(connection, Tool.Create("one", () => 1));
        foreach (string malformed in new[] { "", "garbage", "00-00000000000000000000000000000000-0000000000000000-01", new string('0', 10_000) })
        {
            var request = bob.NewRequest("kit/one", default, null) with { TraceParent = malformed, TraceState = "\u0001=;", TraceLink = malformed };
            Assert.True((await bob.Connection.Call(request, null, null, TestContext.Current.CancellationToken).AsValueTask().InTime()).IsResult);
        }

        var calls = spans.Ended.Where(span => span.DisplayName == "execute_tool kit/one").ToArray();
        Assert.Equal(4, calls.Select(span => span.TraceId).Distinct().Count());
        Assert.All(calls, span => Assert.Equal((default, 0), (span.ParentSpanId, span.Links.Count())));
    }

    [Fact]
    public async Task A_trace_from_elsewhere_is_the_parent_and_what_is_around_the_call_is_linked()
    {
        const string Elsewhere = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        using var spans = new SpanCollector();
        var bob = await OfferAsync(ConnectionKind.Direct, Tool.Create("one", () => 1));
        using var here = SpanCollector.Source.StartActivity("here")!;
        var request = bob.NewRequest("kit/one", default, null) with { TraceParent = Elsewhere, TraceState = "vendor=1" };
        await bob.Connection.Call(request, null, null, TestContext.Current.CancellationToken).AsValueTask().InTime();
        var call = spans.Find("execute_tool kit/one");
        Assert.Equal((Elsewhere, "vendor=1"), ($"00-{call.TraceId}-{call.ParentSpanId}-01", call.TraceStateString));
        Assert.Equal(here.SpanId, Assert.Single(call.Links).Context.SpanId);
    }

    [Fact]
    public async Task The_hop_to_the_far_end_of_a_connection_is_a_span_of_its_own()
    {
        using var spans = new SpanCollector();
        var bob = await OfferAsync(
            ConnectionKind.Serialised,
            Tool.Create("one", () => 1),
            Tool.Create("throws", new Func<int>(() => throw new InvalidOperationException())));
        await bob.Toolkits.TryInvokeAsync("kit/one", cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.TryInvokeAsync("kit/throws", cancellationToken: TestContext.Current.CancellationToken);
        var (call, hop) = (spans.Find("execute_tool kit/one"), spans.Find("handle_tool kit/one"));
        Assert.Equal((call.TraceId, call.SpanId, ActivityKind.Server), (hop.TraceId, hop.ParentSpanId, hop.Kind));
        Assert.True(hop.HasRemoteParent);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["mesh.operation.name"] = "handle_tool",
                ["gen_ai.tool.name"] = "kit/one",
                ["gen_ai.tool.call.id"] = call.GetTagItem("gen_ai.tool.call.id"),
                ["mesh.room.name"] = "den",
            },
            new Dictionary<string, object?>(hop.TagObjects));
        Assert.Equal(("handler_failed", ActivityStatusCode.Error), (spans.Find("handle_tool kit/throws").GetTagItem("error.type"), spans.Find("handle_tool kit/throws").Status));
    }

    [Theory]
    [InlineData(ConnectionKind.Direct)]
    [InlineData(ConnectionKind.Serialised)]
    public async Task A_trace_goes_through_a_host_that_nobody_listens_to(ConnectionKind connection)
    {
        using var spans = new SpanCollector("Somebody.Else");
        var bob = await OfferAsync(connection, Tool.Create("work", () =>
        {
            using var work = SpanCollector.Source.StartActivity("work");
        }));
        using var test = SpanCollector.Source.StartActivity("test")!;
        await bob.Toolkits.InvokeAsync("kit/work", JsonElement.Parse("{}"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(test.TraceId, spans.Find("work").TraceId);
        Assert.Equal(connection == ConnectionKind.Direct, spans.Find("work").ParentSpanId == test.SpanId);
        Assert.DoesNotContain(spans.Ended, span => span.Source.Name == MeshDiagnostics.ActivitySourceName);
    }

    [Fact]
    public async Task A_trace_that_is_not_recorded_has_no_spans()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MeshDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
            {
                Assert.NotNull(options.Tags);
                return options.Name.StartsWith("execute_tool", StringComparison.Ordinal) ? ActivitySamplingResult.None : ActivitySamplingResult.PropagationData;
            },
            ActivityStarted = span => Assert.DoesNotContain(span.TagObjects, tag => tag.Key != "mesh.operation.name"),
        };
        ActivitySource.AddActivityListener(listener);
        var bob = await OfferAsync(ConnectionKind.Direct, Tool.Create("traced", () => Activity.Current is not null));
        Assert.False(await bob.Toolkits.InvokeAsync<bool>("kit/traced", cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(ConnectionKind.Direct)]
    [InlineData(ConnectionKind.Serialised)]
    public async Task A_listener_that_throws_harms_neither_calls_nor_rooms(ConnectionKind connection)
    {
        int faults = 0;
        await using var host = new MeshHost(new()
        {
            OnFault = fault =>
            {
                Assert.Equal(MeshFaultKind.Host, fault.Kind);
                Interlocked.Increment(ref faults);
            },
        });
        using (var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MeshDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Name.EndsWith("unlucky", StringComparison.Ordinal)
                ? throw new InvalidOperationException()
                : ActivitySamplingResult.AllData,
            ActivityStopped = _ => throw new InvalidOperationException(),
        })
        {
            ActivitySource.AddActivityListener(listener);
            var bob = await host.JoinAsync("den", "bob", Grants.Full, new() { Connection = connection }, TestContext.Current.CancellationToken);
            await bob.Toolkits.RegisterAsync(
                Toolkit.Create("kit", Tool.Create("lucky", () => 1), Tool.Create("unlucky", () => 2), Tool.Create("stream", Items)),
                cancellationToken: TestContext.Current.CancellationToken).InTime();
            Assert.Equal(1, await bob.Toolkits.InvokeAsync<int>("kit/lucky", cancellationToken: TestContext.Current.CancellationToken).InTime());
            Assert.Equal(2, await bob.Toolkits.InvokeAsync<int>("kit/unlucky", cancellationToken: TestContext.Current.CancellationToken).InTime());
            Assert.Equal([3], await bob.Toolkits.StreamAsync<int>("kit/stream", cancellationToken: TestContext.Current.CancellationToken).ToListInTimeAsync());
            await bob.DisposeAsync().InTime();
        }

        Assert.Empty(host.Rooms);
        Assert.InRange(faults, 7, 12);

        static async IAsyncEnumerable<int> Items()
        {
            await Task.Yield();
            yield return 3;
        }
    }

    [Fact]
    public async Task What_a_caller_asks_for_does_not_name_a_span_unless_it_is_there()
    {
        using var spans = new SpanCollector();
        var bob = await OfferAsync(ConnectionKind.Direct, Tool.Create("one", () => 1));
        await bob.Toolkits.TryInvokeAsync($"kit/{new string('x', 10_000)}", cancellationToken: TestContext.Current.CancellationToken);
        var span = spans.Find("execute_tool");
        Assert.Equal(257, Assert.IsType<string>(span.GetTagItem("gen_ai.tool.name")).Length);
        Assert.Equal("not_found", span.GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_room_that_is_retired_after_its_grace_has_a_trace_of_its_own_linked_to_who_left_last()
    {
        var clock = new ManualTimeProvider();
        await using var host = new MeshHost(new() { TimeProvider = clock, ConfigureRoom = _ => new() { IdleGrace = TimeSpan.FromMinutes(1) } });
        using var spans = new SpanCollector();
        var bob = await host.JoinAsync("den", "bob", cancellationToken: TestContext.Current.CancellationToken);
        var leaving = SpanCollector.Source.StartActivity("leaving")!;
        await bob.DisposeAsync();
        var flow = ExecutionContext.Capture()!;
        leaving.Stop();

        // A timer of the system runs in the context that it was made in.
        ExecutionContext.Run(flow, _ => clock.Advance(TimeSpan.FromMinutes(2)), null);
        await spans.EndOf("room.retire").InTime();
        var end = spans.Find("room.retire");
        Assert.NotEqual(leaving.TraceId, end.TraceId);
        Assert.Equal(leaving.SpanId, Assert.Single(end.Links).Context.SpanId);
    }

    private sealed class NoJournal : IJournal
    {
        public ValueTask AppendAsync(JournalEntry entry) => default;

        public IAsyncEnumerable<JournalEntry> ReadAsync(JournalQuery query, CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<JournalEntry>();

        public ValueTask<long> WaitAsync(long after, CancellationToken cancellationToken = default) => new(0);
    }

    private async Task<RoomClient> OfferAsync(ConnectionKind connection, params Tool[] tools)
    {
        var bob = await _host.JoinAsync("den", "bob", Grants.Full, new() { Connection = connection }, TestContext.Current.CancellationToken);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("kit", tools), cancellationToken: TestContext.Current.CancellationToken);
        return bob;
    }
}
