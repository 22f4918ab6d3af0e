using Mesh.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests;

/// <summary>Rooms inside an application: made of its services, started and stopped with it.</summary>
public sealed class MeshHostingTests : IAsyncDisposable
{
    private readonly HostApplicationBuilder _builder = Host.CreateEmptyApplicationBuilder(null);
    private readonly LogCollector _log = new();
    private IHost? _app;

    public MeshHostingTests()
    {
        _builder.Services.AddSingleton<TimeProvider>(Clock);
        _builder.Logging.AddProvider(_log).SetMinimumLevel(LogLevel.Debug);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ManualTimeProvider Clock { get; } = new();

    private MeshHost Mesh => _app!.Services.GetRequiredService<MeshHost>();

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await ((IAsyncDisposable)_app).DisposeAsync().InTime();
        }
    }

    [Fact]
    public async Task The_host_is_made_of_the_applications_services()
    {
        var journal = new MemoryJournal();
        _builder.Services.AddSingleton<IJournal>(journal);
        _builder.Services.AddSingleton(new Greeting("Hello"));
        _builder.Services.AddMesh(options => options with { CallTimeout = TimeSpan.FromSeconds(5) })
            .AddToolkit(Toolkit.Create("greeter", Tool.Create("greet", ([FromHost] Greeting greeting, string name) => $"{greeting.Text}, {name}!")))
            .Configure((options, services) =>
            {
                Assert.Equal(TimeSpan.FromSeconds(5), options.CallTimeout);
                Assert.NotNull(services.GetService<Greeting>());
                return options;
            });
        await StartAsync();

        await using var bob = await Mesh.JoinAsync("den", "bob", cancellationToken: Stop).InTime();
        Assert.Equal("Hello, Bob!", await bob.Toolkits.InvokeAsync<string>("greeter/greet", new { name = "Bob" }, cancellationToken: Stop).InTime());
        Assert.Same(journal, Mesh.Journal);
        Assert.Same(Clock, Mesh.TimeProvider);
    }

    [Fact]
    public async Task Adding_it_twice_is_one_host_with_all_that_was_said()
    {
        _builder.Services.AddMesh().AddRoom("one");
        _builder.Services.AddMesh().AddRoom("two").AddRoom("one");
        await StartAsync();

        Assert.Equal(["one", "two"], Mesh.Rooms.Select(room => room.Name).Order(StringComparer.Ordinal));
        Assert.Single(_app!.Services.GetServices<MeshHost>());
    }

    [Fact]
    public async Task A_kept_room_stays_open_when_its_last_visitor_leaves_and_when_its_keeper_is_removed()
    {
        _builder.Services.AddMesh().AddRoom("den");
        await StartAsync();
        var session = Mesh.GetRoom("den").Session;
        await (await Mesh.JoinAsync("den", "bob", cancellationToken: Stop).InTime()).DisposeAsync().InTime();
        Assert.Equal(session, Mesh.GetRoom("den").Session);

        await using var bob = await Mesh.JoinAsync("den", "bob", cancellationToken: Stop).InTime();
        await Mesh.RemoveParticipantAsync("den", "host").InTime();
        await bob.Events.ReadAsync(EventPosition.SinceJoin, Stop).TakeUntilAsync(e => e.Kind == RoomEventKinds.ParticipantJoined && e.Participant?.Name == "host");
    }

    [Fact]
    public async Task A_kept_room_that_is_retired_opens_again()
    {
        _builder.Services.AddMesh().AddRoom("den");
        await StartAsync();
        var before = Mesh.GetRoom("den").Session;
        var entries = Mesh.WatchJournalAsync(new() { Kind = JournalEntryKind.Event, After = 0 }, Stop);
        await Mesh.RetireRoomAsync("den").InTime();
        await entries.TakeUntilAsync(entry => entry.Session != before && entry.Event!.Kind == RoomEventKinds.ParticipantJoined);

        Assert.NotEqual(before, Mesh.GetRoom("den").Session);
    }

    [Fact]
    public async Task An_agent_is_made_with_services_of_its_own_scope_for_each_room()
    {
        _builder.Services.AddScoped<Scoped>();
        var made = new List<Scoped>();
        _builder.Services.AddSingleton(made);
        _builder.Services.AddMesh().AddAgent<Gardener>("gardener", rooms: "garden-*");
        await StartAsync();
        await using (var bob = await Mesh.JoinAsync("garden-1", "bob", cancellationToken: Stop).InTime())
        {
            Assert.Contains("garden.keeper", (await bob.Agents.ListAsync(cancellationToken: Stop).InTime()).Select(agent => agent.Name));
            await using var eve = await Mesh.JoinAsync("garden-2", "eve", cancellationToken: Stop).InTime();
            await using var off = await Mesh.JoinAsync("yard", "off", cancellationToken: Stop).InTime();
            Assert.Equal(2, made.Distinct().Count());
            Assert.All(made, each => Assert.False(each.IsDisposed));
        }

        await Mesh.RetireRoomAsync("garden-1").InTime();
        await Mesh.RetireRoomAsync("garden-2").InTime();
        Assert.All(made, each => Assert.True(each.IsDisposed));
    }

    [Fact]
    public async Task Stopping_waits_for_the_calls_that_run()
    {
        var (started, release) = (new Signal(), new Signal());
        _builder.Services.AddMesh().AddRoom("den").AddToolkit(Toolkit.Create("kit", Tool.Create("wait", async (CallContext call) =>
        {
            started.Set();
            await release.WaitAsync(call.CancellationToken);
            return "done";
        })));
        await StartAsync();
        var bob = await Mesh.JoinAsync("den", "bob", cancellationToken: Stop).InTime();
        var running = bob.Toolkits.InvokeAsync<string>("kit/wait", new { }, cancellationToken: Stop).AsTask();
        await started.InTime();
        var stopping = _app!.StopAsync(Stop);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(10)).InTime();
        Assert.False(stopping.IsCompleted);

        release.Set();
        Assert.Equal("done", await running.InTime());
        await stopping.InTime();
        Assert.True(Mesh.IsClosed);
        Assert.Empty(Mesh.Rooms);
    }

    [Fact]
    public async Task Calls_that_run_when_the_time_to_shut_down_is_over_are_ended()
    {
        var started = new Signal();
        _builder.Services.AddMesh().AddRoom("den").AddToolkit(Toolkit.Create("kit", Tool.Create("wait", async (CallContext call) =>
        {
            started.Set();
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
        })));
        await StartAsync();
        var bob = await Mesh.JoinAsync("den", "bob", cancellationToken: Stop).InTime();
        var running = bob.Toolkits.TryInvokeAsync("kit/wait", new { }, cancellationToken: Stop).AsTask();
        await started.InTime();
        using var time = new CancellationTokenSource();
        var stopping = _app!.StopAsync(time.Token);
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(10)).InTime();
        await time.CancelAsync();

        Assert.False((await running.InTime()).IsResult);
        await Task.WhenAny(stopping).InTime();
        Assert.Empty(Mesh.Rooms);
        Assert.Contains(_log.Entries, entry => entry.Text.StartsWith("The time to shut down was over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_fails_in_a_handler_is_logged_with_its_exception_and_told_to_the_application_too()
    {
        var told = new List<MeshFault>();
        _builder.Services.AddMesh(options => options with { OnFault = told.Add })
            .AddToolkit(Toolkit.Create("kit", Tool.Create("fail", () => { throw new InvalidOperationException("secret"); })));
        await StartAsync();
        await using var bob = await Mesh.JoinAsync("den", "bob", cancellationToken: Stop).InTime();
        await bob.Toolkits.TryInvokeAsync("kit/fail", new { }, cancellationToken: Stop).InTime();

        var entry = Assert.Single(_log.Entries, each => each.Category == "Mesh" && each.Exception is not null);
        Assert.Equal((LogLevel.Warning, "secret"), (entry.Level, entry.Exception!.Message));
        Assert.Equal(MeshFaultKind.Handler, entry.Values["FaultKind"]);
        Assert.Single(told);
    }

    [Fact]
    public async Task The_journal_is_logged_where_the_application_wants_it_up_to_the_last_entry()
    {
        _builder.Services.AddMesh().LogJournal().AddRoom("den").AddToolkit(Toolkit.Create("kit", Tool.Create("echo", (string text) => text)));
        await StartAsync();
        await using (var bob = await Mesh.JoinAsync("den", "bob", cancellationToken: Stop).InTime())
        {
            await bob.Toolkits.InvokeAsync<string>("kit/echo", new { text = "private words" }, cancellationToken: Stop).InTime();
        }

        await _app!.StopAsync(Stop).InTime();
        var entries = _log.Entries.Where(entry => entry.Category == "Mesh.Journal").ToArray();
        var call = Assert.Single(entries, entry => Equals(entry.Values.GetValueOrDefault("Tool"), "kit/echo"));
        Assert.Equal((LogLevel.Debug, "bob", "den"), (call.Level, call.Values["Caller"], call.Values["Room"]));
        Assert.Contains(entries, entry => Equals(entry.Values.GetValueOrDefault("EventKind"), RoomEventKinds.RoomRetiring));
        Assert.DoesNotContain(entries, entry => entry.Text.Contains("private words", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_journal_is_not_logged_unless_the_application_wants_it()
    {
        _builder.Services.AddMesh().AddRoom("den");
        await StartAsync();
        await _app!.StopAsync(Stop).InTime();

        Assert.DoesNotContain(_log.Entries, entry => entry.Category == "Mesh.Journal");
    }

    [Fact]
    public async Task The_health_check_tells_of_failures_of_the_host_for_a_minute_and_of_its_end()
    {
        bool fails = true;
        _builder.Services.AddMesh().AddService(new RoomService("shaky", (_, _) => fails ? throw new InvalidOperationException() : default) { RoomPattern = "shaky" }).AddRoom("den");
        await StartAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);

        await using var bob = await Mesh.JoinAsync("shaky", "bob", cancellationToken: Stop).InTime();
        var degraded = await CheckAsync();
        Assert.Equal((HealthStatus.Degraded, 1L, 2), (degraded.Status, degraded.Data["faults.service"], degraded.Data["rooms"]));

        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);

        await _app!.StopAsync(Stop).InTime();
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync()).Status);
    }

    [Fact]
    public void Options_that_are_not_valid_stop_the_application_from_starting()
    {
        _builder.Services.AddMesh(options => options with { CallTimeout = TimeSpan.Zero });
        _app = _builder.Build();

        var exception = Assert.ThrowsAny<Exception>(() => _app.Start());
        Assert.Contains("CallTimeout", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_are_closed_before_the_rooms_the_latest_first()
    {
        var closed = new List<string>();
        _builder.Services.AddMesh().AddRoom("den");
        await StartAsync();
        var endpoints = _app!.Services.GetRequiredService<MeshEndpoints>();
        endpoints.Add(new Endpoint(() => closed.Add($"first {Mesh.Rooms.Count}")));
        endpoints.Add(new Endpoint(() => closed.Add($"second {Mesh.Rooms.Count}")));
        await _app.StopAsync(Stop).InTime();

        Assert.Equal(["second 1", "first 1"], closed);
        Assert.Throws<ObjectDisposedException>(() => endpoints.Add(new Endpoint(() => { })));
    }

    [Fact]
    public async Task An_endpoint_that_fails_keeps_neither_the_others_nor_the_rooms_open()
    {
        bool isClosed = false;
        _builder.Services.AddMesh().AddRoom("den");
        await StartAsync();
        var endpoints = _app!.Services.GetRequiredService<MeshEndpoints>();
        endpoints.Add(new Endpoint(() => isClosed = true));
        endpoints.Add(new Endpoint(() => throw new InvalidOperationException("no")));
        await _app.StopAsync(Stop).InTime();

        Assert.True(isClosed);
        Assert.True(Mesh.IsClosed);
        Assert.Equal("no", Assert.Single(_log.Entries, entry => entry.Exception is not null).Exception!.Message);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_end_is_waited_for_only_as_long_as_the_application_has_time()
    {
        _builder.Services.AddMesh().AddRoom("den");
        await StartAsync();
        _app!.Services.GetRequiredService<MeshEndpoints>().Add(new EndlessEndpoint());
        await _app.StopAsync(new CancellationToken(canceled: true)).InTime();

        Assert.True(Mesh.IsClosed);
    }

    private async Task StartAsync()
    {
        _app = _builder.Build();
        await _app.StartAsync(Stop).InTime();
    }

    private Task<HealthCheckResult> CheckAsync() => new MeshHealthCheck(_app!.Services).CheckHealthAsync(new(), Stop).InTime();

    private sealed record Greeting(string Text);

    private sealed class Endpoint(Action close) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            close();
            return default;
        }
    }

    private sealed class EndlessEndpoint : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(new TaskCompletionSource().Task);
    }

    private sealed class Scoped(List<Scoped> made) : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Note() => made.Add(this);

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Gardener : SingleRoomAgent
    {
        public Gardener(Scoped scoped)
            : base("garden.keeper") => scoped.Note();
    }
}
