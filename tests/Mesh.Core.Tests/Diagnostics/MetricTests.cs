using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Mesh.Contracts;

namespace Mesh.Core.Tests.Diagnostics;

[Collection(TelemetryTestGroup.Name)]
public sealed class MetricTests : IAsyncDisposable
{
    private readonly MeshHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Every_call_is_timed_by_tool_and_type_of_error()
    {
        using var metrics = new MeasurementCollector("gen_ai.execute_tool.duration");
        var bob = await OfferAsync(
            Tool.Create("one", () => 1),
            Tool.Create("slow", async () => await Task.Yield()),
            Tool.Create("throws", new Func<int>(() => throw new InvalidOperationException())));
        foreach (string tool in new[] { "metered/one", "metered/slow", "metered/throws", "metered/one@nobody", "no/such" })
        {
            await bob.Toolkits.TryInvokeAsync(tool, cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            [
                "gen_ai.execute_tool.duration gen_ai.tool.name=metered/one gen_ai.tool.type=function",
                "gen_ai.execute_tool.duration gen_ai.tool.name=metered/slow gen_ai.tool.type=function",
                "gen_ai.execute_tool.duration gen_ai.tool.name=metered/throws gen_ai.tool.type=function error.type=handler_failed",
                "gen_ai.execute_tool.duration gen_ai.tool.name=metered/one gen_ai.tool.type=function error.type=not_found",
                "gen_ai.execute_tool.duration gen_ai.tool.name=_OTHER gen_ai.tool.type=function error.type=not_found",
            ],
            metrics.Take());
    }

    [Fact]
    public async Task What_a_room_does_is_timed_apart_from_tools()
    {
        using var metrics = new MeasurementCollector("gen_ai.execute_tool.duration", "mesh.room.operation.duration");
        var bob = await _host.JoinAsync("den", "bob", cancellationToken: TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<MeshException>(async () => await _host.JoinAsync("den", "bob", cancellationToken: TestContext.Current.CancellationToken));
        await bob.Toolkits.ListAsync(cancellationToken: TestContext.Current.CancellationToken);
        await bob.DisposeAsync();
        Assert.Equal(
            [
                "mesh.room.operation.duration mesh.operation.name=room.join",
                "mesh.room.operation.duration mesh.operation.name=room.join error.type=name_taken",
                "mesh.room.operation.duration mesh.operation.name=room.listToolkits",
                "mesh.room.operation.duration mesh.operation.name=room.retire",
                "mesh.room.operation.duration mesh.operation.name=room.leave",
            ],
            metrics.Take());
    }

    [Fact]
    public async Task The_histogram_of_a_tool_has_the_same_length_as_its_span_and_its_journal_entry()
    {
        var clock = new ManualTimeProvider();
        var journal = new MemoryJournal();
        await using var host = new MeshHost(new() { TimeProvider = clock, Journal = journal });
        using var spans = new SpanCollector();
        var measured = new List<double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddRange(instrument.Name == "gen_ai.execute_tool.duration" ? [value] : []));
        listener.Start();
        var bob = await host.JoinAsync("den", "bob", Grants.Full, cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("metered", Tool.Create("wait", () => clock.Advance(TimeSpan.FromSeconds(1.5)))), cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.TryInvokeAsync("metered/wait", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([1.5], measured);
        Assert.Equal(TimeSpan.FromSeconds(1.5), spans.Find("execute_tool metered/wait").Duration);
        Assert.Equal(TimeSpan.FromSeconds(1.5), journal.ToList()[^1].Duration);
    }

    [Fact]
    public async Task Rooms_participants_and_calls_of_all_hosts_are_counted_whenever_somebody_listens()
    {
        await using var other = new MeshHost();
        await using var eve = await other.JoinAsync("lair", "eve", cancellationToken: TestContext.Current.CancellationToken);
        var (started, go) = (new Signal(), new Signal());
        var bob = await OfferAsync(Tool.Create("wait", async () =>
        {
            started.Set();
            await go.WaitStubbornlyAsync();
        }));
        using var metrics = new MeasurementCollector("mesh.active_rooms", "mesh.active_participants", "mesh.active_calls");
        var before = Counts(metrics);
        var call = bob.Toolkits.TryInvokeAsync("metered/wait", cancellationToken: TestContext.Current.CancellationToken);
        await started.InTime();
        await using var cal = await _host.JoinAsync("nook", "cal", cancellationToken: TestContext.Current.CancellationToken);
        var during = Counts(metrics);
        go.Set();
        await call.InTime();
        await cal.DisposeAsync();
        await eve.DisposeAsync();
        var after = Counts(metrics);
        Assert.Equal((1, 1, 1), Difference(before, during));
        Assert.Equal((-1, -1, 0), Difference(before, after));

        static (long Rooms, long Participants, long Calls) Difference((long Rooms, long Participants, long Calls) one, (long Rooms, long Participants, long Calls) two) =>
            (two.Rooms - one.Rooms, two.Participants - one.Participants, two.Calls - one.Calls);
    }

    [Fact]
    public async Task Events_that_a_slow_reader_missed_are_counted()
    {
        using var metrics = new MeasurementCollector("mesh.event.dropped");
        var bob = await OfferAsync(Tool.Create("one", () => 1));
        await using var events = bob.Events.ReadAsync(EventPosition.At(1), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await events.MoveNextAsync());
        for (int i = 0; i < 5_000; i++)
        {
            await bob.Participants.SetAttributesAsync(new Dictionary<string, System.Text.Json.JsonElement?>(), TestContext.Current.CancellationToken);
        }

        long lagged = 0;
        while (lagged == 0 && await events.MoveNextAsync())
        {
            lagged = events.Current.Lagged;
        }

        Assert.Equal([$"mesh.event.dropped {lagged}"], metrics.Take());
    }

    [Fact]
    public async Task Faults_are_counted_by_kind()
    {
        using var metrics = new MeasurementCollector("mesh.fault.count");
        var bob = await OfferAsync(Tool.Create("throws", new Func<int>(() => throw new InvalidOperationException())));
        await bob.Toolkits.TryInvokeAsync("metered/throws", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["mesh.fault.count 1 mesh.fault.kind=handler"], metrics.Take());
    }

    [Fact]
    public async Task Neither_the_tools_nor_the_errors_that_callers_think_up_make_series_without_end()
    {
        using var metrics = new MeasurementCollector("gen_ai.execute_tool.duration");
        int code = 0;
        var bob = await OfferAsync(Tool.Create("moody", new Func<int>(() => throw new ToolException(new MeshError(new($"mood_{++code}"), "No.")))));
        for (int i = 0; i < 200; i++)
        {
            await bob.Toolkits.TryInvokeAsync("metered/moody", cancellationToken: TestContext.Current.CancellationToken);
            await bob.Toolkits.TryInvokeAsync($"no/such{i}", cancellationToken: TestContext.Current.CancellationToken);
        }

        var series = metrics.Take().Distinct().ToArray();
        Assert.InRange(series.Length, 10, 60);
        Assert.DoesNotContain(series, each => each.Contains("such", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_nobody_holds_is_not_kept_by_what_is_observed()
    {
        var weak = await AbandonAsync();
        for (int i = 0; i < 10 && weak.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(weak.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task<WeakReference> AbandonAsync()
        {
            var host = new MeshHost();
            await host.JoinAsync("den", "bob", cancellationToken: TestContext.Current.CancellationToken);
            return new WeakReference(host);
        }
    }

    private static (long Rooms, long Participants, long Calls) Counts(MeasurementCollector metrics)
    {
        var counts = metrics.Take().ToDictionary(text => text.Split(' ')[0], text => long.Parse(text.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        return (counts["mesh.active_rooms"], counts["mesh.active_participants"], counts["mesh.active_calls"]);
    }

    private async Task<RoomClient> OfferAsync(params Tool[] tools)
    {
        var bob = await _host.JoinAsync("den", "bob", Grants.Full, cancellationToken: TestContext.Current.CancellationToken);
        await bob.Toolkits.RegisterAsync(Toolkit.Create("metered", tools), cancellationToken: TestContext.Current.CancellationToken);
        return bob;
    }
}
