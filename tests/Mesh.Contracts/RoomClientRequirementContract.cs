using System.Threading.Channels;

namespace Mesh.Contracts;

/// <summary>An agent starts when all that it requires is there, or says what is not.</summary>
public abstract class RoomClientRequirementContract : RoomClientContract
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static Tool Forecast => Tool.Create("forecast", () => "sun");

    [Fact]
    public async Task It_waits_for_a_toolkit_with_its_tools_and_for_an_agent()
    {
        var (bot, ada) = (await JoinAgentAsync("bot"), await JoinAgentAsync("ada"));
        await using var runner = new TestRunner("job") { Requires = [Requirement.Toolkit("weather", "forecast"), Requirement.Agent("nlp.shorten"), Requirement.Toolkit("room")] };
        var starting = runner.StartAsync(bot).InTime();
        await Clock.TimerWithinAsync(Limit).InTime();
        var without = await ada.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("now", () => "rain"))).InTime();
        await without.DisposeAsync().InTime();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("weather", Forecast)).InTime();
        Assert.Empty(await ada.Agents.ListAsync().InTime());
        await ada.Agents.RegisterAsync(Agent.Create("nlp.shorten", (string text) => text[..1])).InTime();
        await starting;
        Assert.Equal("done", await ada.Agents.AskAsync<string>("job").InTime());
    }

    [Fact]
    public async Task What_does_not_come_is_named_with_the_service_that_could_offer_it()
    {
        StartHost(options => options with { RoomServices = [new RoomService(Toolkit.Create("weather", Forecast)) { RoomPattern = "attic" }] });
        var bot = await JoinAgentAsync("bot");
        var runner = new TestRunner("job") { Requires = [Requirement.Toolkit("weather", "forecast"), Requirement.Toolkit("room")] };
        var starting = runner.StartAsync(bot).InTime();
        await Clock.AdvancePastTimerAsync(Limit).InTime();
        var error = (await Assert.ThrowsAsync<MeshException>(() => starting)).Error;
        Assert.Equal(
            (MeshErrorCode.Unavailable, true, "Agent 'job' cannot start in room 'den': within 30 s nobody offered 'bot' toolkit 'weather' with the tools forecast. "
                + "The host's service 'weather' is for other rooms ('attic')."),
            (error.Code, error.Retryable, error.Message));
        Assert.Empty(await bot.Agents.ListAsync().InTime());
    }

    [Fact]
    public async Task A_toolkit_that_is_there_without_the_tools_that_matter_is_named_with_what_it_lacks()
    {
        StartHost(options => options with { RoomServices = [new RoomService(Toolkit.Create("weather", Forecast))] });
        var (bot, ada) = (await JoinAgentAsync("bot"), await JoinAgentAsync("ada"));
        await ada.Toolkits.RegisterAsync(Toolkit.Create("maps", Tool.Create("draw", () => "map")), new() { VisibleTo = ["bot"] }).InTime();
        var runner = new TestRunner("job")
        {
            Requires = [Requirement.Toolkit("weather", "forecast", "warn"), Requirement.Toolkit("maps", "route"), Requirement.Toolkit("mail")],
            RequirementTimeout = TimeSpan.Zero,
        };
        var error = (await Assert.ThrowsAsync<MeshException>(() => runner.StartAsync(bot).InTime())).Error;
        Assert.Equal(
            "Agent 'job' cannot start in room 'den': within 0 s nobody offered 'bot' toolkit 'weather' with the tools forecast, warn; "
                + "toolkit 'maps' with the tools route; toolkit 'mail'. Toolkit 'weather' is offered by 'weather', without warn. Toolkit 'maps' is offered by 'ada', without route.",
            error.Message);
    }

    [Fact]
    public async Task What_leaves_again_while_it_waits_is_missing()
    {
        var (bot, ada) = (await JoinAgentAsync("bot"), await JoinAgentAsync("ada"));
        var weather = await ada.Toolkits.RegisterAsync(Toolkit.Create("weather", Forecast)).InTime();
        var runner = new TestRunner("job") { Requires = [Requirement.Toolkit("weather"), Requirement.Toolkit("maps")], RequirementTimeout = TimeSpan.FromSeconds(5) };
        var starting = runner.StartAsync(bot).InTime();
        await Clock.TimerWithinAsync(TimeSpan.FromSeconds(5)).InTime();
        await weather.DisposeAsync().InTime();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("maps", Forecast)).InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(5)).InTime();
        Assert.Contains("toolkit 'weather'", (await Assert.ThrowsAsync<MeshException>(() => starting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_granted_meanwhile_is_found_when_the_time_is_over()
    {
        var ada = await JoinAgentAsync("ada");
        var bot = await JoinAsync("bot", Grants.AgentDefault with { Agents = new() { RegisterAgent = true } }, ParticipantRole.Agent);
        await ada.Toolkits.RegisterAsync(Toolkit.Create("weather", Forecast)).InTime();
        await using var runner = new TestRunner("job") { Requires = [Requirement.Toolkit("weather")] };
        var starting = runner.StartAsync(bot).InTime();
        await Clock.TimerWithinAsync(Limit).InTime();
        Host.SetGrants(Den, "bot", Grants.AgentDefault);
        await Clock.AdvancePastTimerAsync(Limit).InTime();
        await starting;
    }

    [Fact]
    public async Task The_wait_ends_with_its_participant_and_with_its_token()
    {
        var (bot, eve) = (await JoinAgentAsync("bot"), await JoinAgentAsync("eve"));
        var waiting = new TestRunner("job") { Requires = [Requirement.Agent("nobody")] }.StartAsync(bot).InTime();
        using var cancel = new CancellationTokenSource();
        var cancelled = new TestRunner("job") { Requires = [Requirement.Agent("nobody")] }.StartAsync(eve, cancel.Token).InTime();
        await Clock.TimerWithinAsync(Limit).InTime();
        await bot.DisposeAsync().InTime();
        Assert.Equal(MeshErrorCode.Closed, (await Assert.ThrowsAsync<MeshException>(() => waiting)).Code);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }

    [Fact]
    public async Task Without_a_time_limit_it_looks_once()
    {
        var runner = new TestRunner("job") { Requires = [Requirement.Toolkit("weather")], RequirementTimeout = TimeSpan.Zero };
        var bot = await JoinAgentAsync("bot");
        Assert.Equal(MeshErrorCode.Unavailable, (await Assert.ThrowsAsync<MeshException>(() => runner.StartAsync(bot).InTime())).Code);
    }

    [Fact]
    public async Task It_waits_for_a_key_of_the_state_that_others_write()
    {
        var (bot, ada) = (await JoinAgentAsync("bot"), await JoinAsync("ada", Grants.Full));
        await using var runner = new TestRunner("job") { Requires = [Requirement.StateKey("schemas.invoice"), Requirement.Toolkit("weather")] };
        var starting = runner.StartAsync(bot).InTime();
        await Clock.TimerWithinAsync(Limit).InTime();
        await ada.State.PutAsync("schemas.order", 1).InTime();
        await ada.State.PutAsync("schemas.invoice", 1).InTime();
        await ada.State.DeleteAsync("schemas.invoice").InTime();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("weather", Forecast)).InTime();
        Assert.Empty(await ada.Agents.ListAsync().InTime());
        Assert.False(starting.IsCompleted);
        await ada.State.PutAsync("schemas.invoice", 2).InTime();
        await starting;
        await ada.State.DeleteAsync("schemas.invoice").InTime();
        Assert.Equal("done", await ada.Agents.AskAsync<string>("job").InTime());
    }

    [Fact]
    public async Task It_waits_for_what_a_toolkit_of_the_room_keeps()
    {
        var (bot, ada) = (await JoinAgentAsync("bot"), await JoinAgentAsync("ada"));
        var tables = new List<string>();
        var changes = Channel.CreateUnbounded<string>();
        await ada.Toolkits.RegisterAsync(Toolkit.Create("db", Tool.Create("listTables", () => tables.ToArray()), Tool.Create("watchTables", () => changes.Reader.ReadAllAsync()))).InTime();
        var table = Requirement.Of(
            "table 'orders'",
            async (room, stop) => (await room.Toolkits.InvokeAsync<string[]>("db/listTables", cancellationToken: stop)).Contains("orders"),
            (room, stop) => room.Toolkits.StreamAsync<string>("db/watchTables", cancellationToken: stop));
        await using var runner = new TestRunner("job") { Requires = [table] };
        var starting = runner.StartAsync(bot).InTime();
        changes.Writer.TryWrite("ready");
        changes.Writer.TryWrite("customers");
        Assert.Empty(await ada.Agents.ListAsync().InTime());
        tables.Add("orders");
        changes.Writer.TryWrite("orders");
        await starting;
        Assert.Equal("table 'orders'", table.ToString());
        Assert.Equal("done", await ada.Agents.AskAsync<string>("job").InTime());
    }

    [Fact]
    public async Task What_is_no_toolkit_is_named_too_when_it_does_not_come()
    {
        var bot = await JoinAgentAsync("bot");
        var runner = new TestRunner("job") { Requires = [Requirement.StateKey("schemas.invoice"), Requirement.Toolkit("weather")] };
        var starting = runner.StartAsync(bot).InTime();
        await Clock.AdvancePastTimerAsync(Limit).InTime();
        var error = (await Assert.ThrowsAsync<MeshException>(() => starting)).Error;
        Assert.Equal(
            (MeshErrorCode.Unavailable, "Agent 'job' cannot start in room 'den': within 30 s nobody offered 'bot' toolkit 'weather'; there was no state key 'schemas.invoice'."),
            (error.Code, error.Message));
    }

    [Fact]
    public async Task What_fails_while_it_is_looked_for_ends_the_start_at_once()
    {
        var bot = await JoinAsync("bot", Grants.AgentDefault with { State = null }, ParticipantRole.Agent);
        var notGranted = new TestRunner("job") { Requires = [Requirement.StateKey("schemas.invoice")] };
        Assert.Equal(MeshErrorCode.NotGranted, (await Assert.ThrowsAsync<MeshException>(() => notGranted.StartAsync(bot).InTime())).Code);
        var broken = new TestRunner("job") { Requires = [Requirement.Of("table 'orders'", (_, _) => new(false), (_, _) => throw new InvalidOperationException("no database"))] };
        Assert.Equal("no database", (await Assert.ThrowsAsync<InvalidOperationException>(() => broken.StartAsync(bot).InTime())).Message);
        var endless = new TestRunner("job") { Requires = [Requirement.Of("table 'orders'", (_, _) => new(false), (_, _) => AsyncEnumerable.Empty<object>())] };
        Assert.Equal(MeshErrorCode.Unavailable, (await Assert.ThrowsAsync<MeshException>(() => endless.StartAsync(bot).InTime())).Code);
        Assert.Throws<MeshException>(() => Requirement.StateKey("a..b"));
        Assert.Throws<ArgumentException>(() => Requirement.Of("", (_, _) => new(false), (_, _) => AsyncEnumerable.Empty<object>()));
    }

    [Fact]
    public async Task A_stream_of_changes_that_does_not_end_holds_up_no_start_for_ever()
    {
        var bot = await JoinAgentAsync("bot");
        int looks = 0;
        var changes = Channel.CreateUnbounded<object>();
        await using var runner = new TestRunner("job")
        {
            // It takes no token, and so hears of no cancellation.
            Requires = [Requirement.Of("table 'orders'", (_, _) => new(looks++ > 0), (_, _) => Endless(changes.Reader))],
            RequirementTimeout = TimeSpan.FromDays(1),
        };
        var starting = runner.StartAsync(bot).InTime();
        changes.Writer.TryWrite("orders");
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(30)).InTime();
        await starting;
        Assert.Equal(MeshFaultKind.Agent, Assert.Single(Faults).Kind);
        changes.Writer.Complete();
    }

    private static async IAsyncEnumerable<object> Endless(ChannelReader<object> changes)
    {
        while (await changes.WaitToReadAsync(CancellationToken.None))
        {
            while (changes.TryRead(out object? change))
            {
                yield return change;
            }
        }
    }

    private Task<RoomClient> JoinAgentAsync(string name) => JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);
}
