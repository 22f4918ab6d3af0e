using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>The catalogue of agents: what is in it for whom, how it changes, and what cannot get in.</summary>
public abstract class RoomClientAgentCatalogueContract : RoomClientContract
{
    private static readonly AgentOptions Fast = new()
    {
        Version = "1.2.3-rc.1+7",
        Title = "Summarizer",
        Description = "Shortens texts.",
        Tags = ["fast", "text"],
        Capabilities = ["summarize"],
    };

    [Fact]
    public async Task The_catalogue_shows_the_whole_contract()
    {
        var ada = await JoinAgentAsync("ada");
        var agent = Agent.Create("nlp.summarizer", (string text) => text.Length, Fast);
        var registration = await ada.Agents.RegisterAsync(agent).InTime();
        var info = await (await JoinAsync("bob")).Agents.GetAsync("nlp.summarizer").InTime();
        Assert.Equal(agent.Contract, info.Contract);
        Assert.Equal(("ada", registration.Id, false, false), (info.Participant, info.Registration, info.IsPrivate, info.AddressedOnly));
        Assert.Equal(("1.2.3-rc.1+7", "Summarizer", "Shortens texts.", AgentShape.Responder), (info.Contract.Version, info.Contract.Title, info.Contract.Description, info.Contract.Shape));
        Assert.Equal(["fast", "text"], info.Contract.Tags);
        Assert.Equal(["summarize"], info.Contract.Capabilities);
        Assert.Equal("""{"type":"object","properties":{"value":{"type":"string"}},"required":["value"],"additionalProperties":false}""", info.Contract.InputSchema.GetRawText());
        Assert.Equal("integer", info.Contract.OutputSchema?.GetProperty("type").GetString());
        Assert.Null(info.Contract.ChunkSchema);
        Assert.Equal(agent.Contract.ContractHash, info.Contract.ContractHash);
        Assert.Equal("nlp.summarizer@ada", info.Address.ToString());
    }

    [Fact]
    public async Task Agents_are_found_by_all_that_a_filter_says()
    {
        var ada = await JoinAgentAsync("ada");
        await ada.Agents.RegisterAsync(Agent.Create("nlp.summarizer", (string text) => text, Fast)).InTime();
        await ada.Agents.RegisterAsync(Agent.Create("nlp.stream", Stream, new() { Tags = ["text"] })).InTime();
        await ada.Agents.RegisterAsync(Agent.Create("finance.prices", Prices)).InTime();
        var eve = await JoinAgentAsync("eve");
        await eve.Agents.RegisterAsync(Agent.CreateWatcher("ops.watch", (_, token) => Task.Delay(Timeout.Infinite, token))).InTime();
        await eve.Agents.RegisterAsync(Agent.Create("ops.refresh", () => 1)).InTime();
        var bob = await JoinAsync("bob");
        async Task<string> Find(AgentFilter? filter) => string.Join(' ', (await bob.Agents.ListAsync(filter).InTime()).Select(agent => agent.Name));
        Assert.Equal("nlp.summarizer nlp.stream finance.prices ops.watch ops.refresh", await Find(null));
        Assert.Equal("nlp.summarizer nlp.stream", await Find(new() { Name = "nlp.*" }));
        Assert.Equal("nlp.stream", await Find(new() { Name = "nlp.stream" }));
        Assert.Equal("nlp.summarizer nlp.stream", await Find(new() { Tag = "text" }));
        Assert.Equal("nlp.summarizer", await Find(new() { Tag = "text", Capability = "summarize" }));
        Assert.Equal("", await Find(new() { Tag = "text", Capability = "translate" }));
        Assert.Equal("nlp.stream finance.prices", await Find(new() { Streaming = true }));
        Assert.Equal("nlp.summarizer nlp.stream ops.refresh", await Find(new() { Invocable = true }));
        Assert.Equal("finance.prices ops.watch", await Find(new() { Invocable = false }));
        Assert.Equal("ops.refresh", await Find(new() { Shape = AgentShape.Trigger }));
        Assert.Equal("ops.watch ops.refresh", await Find(new() { Participant = "eve" }));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.GetAsync("nlp.*")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.GetAsync("ops.refresh@ada")));
    }

    [Fact]
    public async Task Agents_are_no_toolkits()
    {
        var ada = await JoinAgentAsync("ada");
        await ada.Agents.RegisterAsync(Agent.Create("hello", () => 1)).InTime();
        Assert.Empty(await (await JoinAsync("bob", Grants.Full)).Toolkits.ListAsync().InTime());
        var error = Assert.Throws<MeshException>(() => Toolkit.Create("agents", Tool.Create("hello", () => 1)));
        AssertCode(MeshErrorCode.InvalidDefinition, error.Error);
    }

    [Fact]
    public async Task Who_may_not_use_agents_sees_none()
    {
        var ada = await JoinAgentAsync("ada");
        await ada.Agents.RegisterAsync(Agent.Create("hello", () => 1)).InTime();
        Assert.Empty(await (await JoinAsync("poor", Tools("*"))).Agents.ListAsync().InTime());
    }

    [Fact]
    public async Task A_private_agent_is_for_those_that_it_is_offered_to()
    {
        var ada = await JoinAgentAsync("ada");
        await ada.Agents.RegisterAsync(Agent.Create("hello", (CallContext call) => call.Room.Self.Name), new() { Private = true, VisibleTo = ["bob"] }).InTime();
        var (bob, eve) = (await JoinAsync("bob"), await JoinAsync("eve"));
        Assert.True(Assert.Single(await bob.Agents.ListAsync().InTime()).IsPrivate);
        Assert.Equal("ada", await bob.Agents.AskAsync<string>("hello").InTime());
        Assert.Empty(await eve.Agents.ListAsync().InTime());
        AssertCode(MeshErrorCode.NotFound, await FailureOf(eve.Agents.TryAskAsync("hello@ada")));
    }

    [Fact]
    public async Task Whoever_watches_sees_agents_come_and_go_with_the_reason()
    {
        var bob = await JoinAsync("bob");
        var ada = await JoinAgentAsync("ada");
        var first = await ada.Agents.RegisterAsync(Agent.Create("nlp.a", (string text) => text, Fast)).InTime();
        await ada.Agents.RegisterAsync(Agent.Create("ops.b", () => 1)).InTime();
        await ada.Agents.RegisterAsync(Agent.Create("nlp.c", () => 1)).InTime();
        await first.DisposeAsync().InTime();
        await first.DisposeAsync().InTime();
        await ada.DisposeAsync().InTime();
        var changes = await bob.Agents.WatchAsync(new() { Name = "nlp.*" }).TakeUntilAsync(change => change.Reason is not null);
        Assert.Equal(
            [
                (RoomEventKinds.AgentRegistered, "nlp.a", "ada", null), (RoomEventKinds.AgentRegistered, "nlp.c", "ada", null),
                (RoomEventKinds.AgentUnregistered, "nlp.a", "ada", null), (RoomEventKinds.AgentUnregistered, "nlp.c", "ada", LeaveReason.Left),
            ],
            changes.Select(change => (change.Kind, change.Agent, change.Participant, change.Reason)));
        Assert.Equal(("1.2.3-rc.1+7", AgentShape.Responder), (changes[0].Version, changes[0].Shape));
        Assert.Equal(["fast", "text"], changes[0].Tags);
        Assert.Empty(await bob.Agents.ListAsync().InTime());
    }

    [Fact]
    public async Task A_contract_that_breaks_a_live_one_is_refused_and_a_compatible_one_announced()
    {
        var (ada, eve) = (await JoinAgentAsync("ada"), await JoinAgentAsync("eve"));
        await ada.Agents.RegisterAsync(Agent.Create("count", (string text) => text.Length)).InTime();
        var error = await FailureOf(eve.Agents.RegisterAsync(Agent.Create("count", (int number) => number)));
        AssertCode(MeshErrorCode.ContractConflict, error);
        var registration = await eve.Agents.RegisterAsync(Agent.Create("count", (string? text) => text?.Length ?? 0, new() { Version = "1.1.0" })).InTime();
        Assert.NotEmpty(registration.Changes);
        AssertCode(MeshErrorCode.NameTaken, await FailureOf(eve.Agents.RegisterAsync(Agent.Create("count", (string text) => text.Length))));
        AssertCode(MeshErrorCode.ContractConflict, await FailureOf((await JoinAgentAsync("zoe")).Agents.RegisterAsync(Agent.CreateWatcher("count", (_, _) => Task.CompletedTask))));
        var apart = await (await JoinAgentAsync("kim")).Agents.RegisterAsync(Agent.Create("count", () => 0), new() { AddressedOnly = true }).InTime();
        Assert.Empty(apart.Changes);
        Assert.Equal(0, await (await JoinAsync("bob")).Agents.AskAsync<int>("count@kim").InTime());
    }

    [Fact]
    public async Task A_watcher_cannot_clash_with_a_trigger_unnoticed()
    {
        var (ada, eve) = (await JoinAgentAsync("ada"), await JoinAgentAsync("eve"));
        await ada.Agents.RegisterAsync(Agent.Create("bytes", () => new byte[1])).InTime();
        AssertCode(MeshErrorCode.ContractConflict, await FailureOf(eve.Agents.RegisterAsync(Agent.CreateWatcher("bytes", (_, _) => Task.CompletedTask))));
    }

    [Fact]
    public async Task A_contract_that_was_not_made_by_the_library_is_held_to_the_same_rules()
    {
        var ada = await JoinAgentAsync("ada");
        async Task<MeshError> Refused(string change)
        {
            string contract = """{"name":"a","version":"1.0.0","shape":"responder","inputSchema":{"type":"object"}}""".Replace("\"a\"", "\"a\"" + change, StringComparison.Ordinal);
            var json = Json($$"""{"registration":"{{Host.GetRoom(Den).Session}}","agent":{{contract}}}""");
            return await FailureOf(ada.Toolkits.TryInvokeAsync("room/registerAgent", JsonPayload.FromElement(json)));
        }

        AssertCode(MeshErrorCode.InvalidDefinition, await Refused(""","tags":[""]"""));
        AssertCode(MeshErrorCode.InvalidDefinition, await Refused(""","capabilities":[" "]"""));
        AssertCode(MeshErrorCode.InvalidDefinition, await Refused(""","chunkSchema":{}"""));
        AssertCode(MeshErrorCode.InvalidSchema, await Refused(""","outputSchema":{"type":"nothing"}"""));
        AssertCode(MeshErrorCode.InvalidArguments, await Refused(""","shape2":1"""));
        Assert.Empty(await ada.Agents.ListAsync().InTime());
    }

    private Task<RoomClient> JoinAgentAsync(string name) => JoinAsync(name, Grants.AgentDefault, ParticipantRole.Agent);

    private static async IAsyncEnumerable<string> Stream(string text)
    {
        await Task.Yield();
        yield return text;
    }

    private static async IAsyncEnumerable<int> Prices([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield return 1;
    }
}
