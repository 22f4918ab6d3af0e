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

    private Task<RoomClient> JoinAgentAsync(string name) => JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);
}
