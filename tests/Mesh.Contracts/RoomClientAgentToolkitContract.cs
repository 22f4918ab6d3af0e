using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>
/// The toolkits that an agent may use in a call: its own, those that it requires, those that its caller gives, and other
/// agents. Whosever they are, a call of their tools is a call like every other.
/// </summary>
public abstract class RoomClientAgentToolkitContract : RoomClientContract
{
    [Fact]
    public async Task The_first_of_one_name_stands_in_the_order_local_required_given()
    {
        await OfferToolkitsAsync(await JoinAgentAsync("ada"), isPrivate: false, "weather", "maps");
        var runner = await StartAsync(new TestRunner("job", ReportAsync)
        {
            SupportsTools = true,
            Toolkits = [Kit("desk", "local"), Kit("maps", "local")],
            Requires = [Requirement.Toolkit("weather"), Requirement.Toolkit("maps")],
        });
        var bob = await JoinAsync("bob");
        await OfferToolkitsAsync(bob, isPrivate: true, "phone", "weather", "desk", "secret");
        Assert.True((await bob.Agents.GetAsync("job").InTime()).Contract.SupportsTools);
        string[] report = await bob.Agents.AskAsync<string[]>("job", null, new() { Toolkits = ["phone", "weather", "desk"] }).InTime();
        Assert.Equal(["desk Local local", "maps Local local", "weather Required ada", "phone Caller bob"], report);
        Assert.Equal(["desk Local local", "maps Local local", "weather Required ada"], await bob.Agents.AskAsync<string[]>("job").InTime());
        await runner.DisposeAsync().InTime();
    }

    [Fact]
    public async Task Toolkits_are_not_given_to_what_does_not_support_it_and_only_ones_own()
    {
        await using var first = await StartAsync(new TestRunner("job", ReportAsync));
        await using var second = await StartAsync(new TestRunner("open", ReportAsync) { SupportsTools = true }, "eve");
        await OfferToolkitsAsync(await JoinAgentAsync("ada"), isPrivate: false, "weather");
        var bob = await JoinAsync("bob");
        await OfferToolkitsAsync(bob, isPrivate: true, "phone");
        AssertCode(MeshErrorCode.ToolsNotSupported, await FailureOf(bob.Agents.TryAskAsync("job", null, new() { Toolkits = ["phone"] })));
        AssertCode(MeshErrorCode.ToolsNotSupported, await FailureOf(bob.Toolkits.TryInvokeAsync("weather/do", null, new() { Toolkits = ["phone"] })));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("open", null, new() { Toolkits = ["weather"] })));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.TryAskAsync("open", null, new() { Toolkits = ["nothing"] })));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CallOptions { Toolkits = [.. Enumerable.Repeat("phone", 65)] });
        Assert.Empty(await bob.Agents.AskAsync<string[]>("open", null, new() { Toolkits = [] }).InTime());
    }

    [Fact]
    public async Task What_an_agent_gives_can_be_called_in_the_tree_of_that_call_alone()
    {
        var mid = await JoinAgentAsync("mid");
        await OfferToolkitsAsync(mid, isPrivate: true, "pad", "safe");
        var inner = await StartAsync(new TestRunner("inner", async (context, _) => await TestRunner.Text(string.Join(
            " ",
            await CallAsync(context.Room, "pad/do"),
            await CallAsync(context.Room, "pad/do@mid"),
            await CallAsync(context.Room, "safe/do"),
            await CallAsync(context.Room, "safe/do@mid"))))
        { SupportsTools = true });
        await using var outer = new TestRunner("outer", async (context, _) => await TestRunner.Text(
            await context.Room.Agents.AskAsync<string>("inner", null, new() { Toolkits = ["pad"] }) + "; " + await context.Room.Agents.AskAsync<string>("inner")));
        await outer.StartAsync(mid).InTime();
        var bob = await JoinAsync("bob");
        Assert.Equal("mid mid not_found not_found; not_found not_found not_found not_found", await bob.Agents.AskAsync<string>("outer").InTime());
        var root = Assert.Single(EntriesOf("agents/outer"));
        Assert.All(EntriesOf("pad/do"), entry => Assert.Equal((root.CallId, "bob"), (entry.RootId, entry.OnBehalfOf)));
        await inner.DisposeAsync().InTime();
    }

    [Fact]
    public async Task A_local_tool_takes_the_rights_of_the_person_who_asks()
    {
        await using var runner = await StartAsync(new TestRunner("job", async (context, _) => await TestRunner.Text(await CallAsync(context.Room, "desk/do"))) { Toolkits = [Kit("desk", "local")] });
        var (bob, eve) = (await JoinAsync("bob"), await JoinAsync("eve", Tools("weather/*") with { Agents = new() { UseAgents = true, UseTools = true, Tools = new AllowList(["weather/*"]) } }));
        Assert.Equal("local", await bob.Agents.AskAsync<string>("job").InTime());
        Assert.Equal("not_granted", await eve.Agents.AskAsync<string>("job").InTime());
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("desk/do@bot")));
    }

    [Fact]
    public async Task A_required_toolkit_that_has_gone_is_left_out()
    {
        var ada = await JoinAgentAsync("ada");
        var weather = await ada.Toolkits.RegisterAsync(Kit("weather", "ada")).InTime();
        await using var runner = await StartAsync(new TestRunner("job", ReportAsync) { Requires = [Requirement.Toolkit("weather", "do")] });
        Assert.Equal(["weather Required ada"], await ada.Agents.AskAsync<string[]>("job").InTime());
        await weather.DisposeAsync().InTime();
        Assert.Empty(await ada.Agents.AskAsync<string[]>("job").InTime());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_puts_nothing_into_a_toolkit_that_the_agent_requires(bool isGiven)
    {
        var eve = await JoinAsync("eve");
        await eve.Toolkits.RegisterAsync(
            Toolkit.Create("weather", Tool.Create("do", () => "eve", new() { Description = "Does what eve says." }), Tool.Create("steal", () => "eve")),
            new() { Private = true }).InTime();
        var weather = await (await JoinAgentAsync("ada")).Toolkits.RegisterAsync(Kit("weather", "ada")).InTime();
        await using var runner = await StartAsync(new TestRunner("job", async (context, _) =>
        {
            var found = Assert.Single(await context.GetToolkitsAsync());
            var tool = Assert.Single(found.Tools);
            Assert.Equal((AgentToolkitSource.Required, "do", null), (found.Source, tool.Name, tool.Description));
            string first = await CallAsync(context.Room, found.AddressOf("do"));
            await weather.DisposeAsync();
            return await TestRunner.Text($"{first} {await CallAsync(context.Room, found.AddressOf("do"))} {await CallAsync(context.Room, found.AddressOf("steal"))}");
        })
        { SupportsTools = true, Requires = [Requirement.Toolkit("weather")] });
        var options = isGiven ? new CallOptions { Toolkits = ["weather"] } : null;
        Assert.Equal("ada not_found not_found", await eve.Agents.AskAsync<string>("job", null, options).InTime());
    }

    [Fact]
    public async Task What_one_participant_has_is_asked_of_it_and_what_several_have_of_all_of_them()
    {
        await OfferToolkitsAsync(await JoinAgentAsync("ada"), isPrivate: false, "weather");
        var eve = await JoinAgentAsync("eve");
        await eve.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("more", () => "eve"))).InTime();
        var ivy = await JoinAgentAsync("ivy");
        await ivy.Toolkits.RegisterAsync(Toolkit.Create("weather", Tool.Create("more", () => "ivy"))).InTime();
        await using var runner = await StartAsync(new TestRunner("job", async (context, _) =>
        {
            var found = Assert.Single(await context.GetToolkitsAsync());
            return await TestRunner.Text($"{found.AddressOf("do")} {found.AddressOf("more")}");
        })
        { Requires = [Requirement.Toolkit("weather", "do"), Requirement.Toolkit("weather", "more")] });
        Assert.Equal("weather/do@ada weather/more", await (await JoinAsync("bob")).Agents.AskAsync<string>("job").InTime());
    }

    [Fact]
    public async Task Agents_are_tools_with_their_schemas_and_one_entry_for_each_call()
    {
        var deletion = new ApprovedDeletion();
        StartHostWithRoom(deletion.Room);
        var ada = await JoinAgentAsync("ada");
        await ada.Agents.RegisterAsync(Agent.Create("nlp.letters", Letters)).InTime();
        await ada.Agents.RegisterAsync(Agent.Create("files.delete", async (string path, CallContext call) =>
        {
            await call.ReportUsageAsync(new(3, 4, 0.5m));
            return $"deleted {path}";
        }, new() { RequiresApproval = true })).InTime();
        await ada.Agents.RegisterAsync(Agent.Create("ticks", (CancellationToken token) => Letters("x"))).InTime();
        await using var runner = await StartAsync(new TestRunner("job", async (context, _) =>
        {
            var agents = Assert.Single(await context.GetToolkitsAsync());
            Assert.Equal(["nlp.letters", "files.delete"], agents.Tools.Select(tool => tool.Name));
            Assert.True(agents.Tools[0].Streams);
            Assert.True(agents.Tools[1].RequiresApproval);
            var letters = await context.Room.Toolkits.InvokeAsync<string[]>(agents.AddressOf("nlp.letters"), new { value = "ab" });
            return await TestRunner.Text($"{string.Concat(letters)} {await context.Room.Toolkits.InvokeAsync<string>(agents.AddressOf("files.delete"), new { value = "a.txt" })}");
        })
        { Requires = [Requirement.Agent("nlp.letters"), Requirement.Agent("files.delete")] });
        var bob = await JoinAsync("bob");
        deletion.Answer.SetResult(ApprovalAnswer.Approved);
        Assert.Equal("ab deleted a.txt", await bob.Agents.AskAsync<string>("job").InTime());
        Assert.Equal("files.delete", Assert.Single(deletion.Requests).Tool.Name);
        var (job, delete) = (Assert.Single(EntriesOf("agents/job")), Assert.Single(EntriesOf("agents/files.delete")));
        Assert.Equal((job.CallId, "bot", "bob", 3L), (delete.ParentId, delete.Caller, delete.OnBehalfOf, delete.Usage?.InputTokens));
        Assert.Single(EntriesOf("agents/nlp.letters"));

        var view = await bob.Agents.AsToolkitAsync(new() { Name = "nlp.*" }).InTime();
        Assert.Equal(("agents", "nlp.letters"), (view.Name, Assert.Single(view.Tools).Name));
        Assert.DoesNotContain((await bob.Agents.AsToolkitAsync().InTime()).Tools, tool => tool.Name == "ticks");
    }

    private static async IAsyncEnumerable<string> Letters(string text)
    {
        await Task.Yield();
        foreach (char letter in text)
        {
            yield return letter.ToString();
        }
    }

    /// <summary>What the agent may use, and who answers to the tool <c>do</c> of each.</summary>
    private static async ValueTask<JsonElement?> ReportAsync(AgentCallContext context, JsonElement arguments)
    {
        var lines = new List<string>();
        foreach (var toolkit in await context.GetToolkitsAsync())
        {
            Assert.Equal("do", Assert.Single(toolkit.Tools).Name);
            lines.Add($"{toolkit.Name} {toolkit.Source} {await CallAsync(context.Room, toolkit.AddressOf("do"))}");
        }

        return JsonSerializer.SerializeToElement(lines);
    }

    private static async Task<string> CallAsync(RoomClient room, ToolAddress tool)
    {
        var outcome = await room.Toolkits.TryInvokeAsync(tool);
        return outcome.Error?.Code.Value ?? outcome.Response!.ToString()!;
    }

    private static Toolkit Kit(string name, string answer) => Toolkit.Create(name, Tool.Create("do", () => answer));

    private static async Task OfferToolkitsAsync(RoomClient room, bool isPrivate, params string[] names)
    {
        foreach (string name in names)
        {
            await room.Toolkits.RegisterAsync(Kit(name, room.Self.Name), new() { Private = isPrivate }).InTime();
        }
    }

    private async Task<TestRunner> StartAsync(TestRunner runner, string participant = "bot")
    {
        await runner.StartAsync(await JoinAgentAsync(participant)).InTime();
        return runner;
    }

    private Task<RoomClient> JoinAgentAsync(string name) => JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);
}
