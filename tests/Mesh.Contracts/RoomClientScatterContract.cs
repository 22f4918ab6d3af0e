using System.Collections.Concurrent;

namespace Mesh.Contracts;

/// <summary>Asking several agents at once: all of them, the first that answers, as many as are needed, or each as it comes.</summary>
public abstract class RoomClientScatterContract : RoomClientContract
{
    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _cancelled = new(0);
    private readonly ConcurrentDictionary<string, Signal> _goOn = new();

    [Fact]
    public async Task All_who_offer_a_name_are_asked_and_each_error_is_that_of_one()
    {
        await OfferAgentAsync("ada", "echo", (string text) => $"ada:{text}");
        await OfferAgentAsync("eve", "echo", string (string text) => throw new ToolException("not today"));
        await OfferAgentAsync("ivy", "echo", (string text) => $"ivy:{text}");
        await OfferAgentAsync("ivy2", "other", (string text) => text);
        var bob = await JoinAsync("bob");
        var gathered = await bob.Agents.AskAllAsync<string>("echo", "hi").InTime();
        Assert.Equal(["ada", "eve", "ivy"], gathered.Answers.Select(answer => answer.Agent.Participant));
        Assert.Equal(["ada:hi", "ivy:hi"], gathered.Values);
        Assert.Equal((3, false), (gathered.Required, gathered.IsReached));
        Assert.Contains("not today", gathered.Answers[1].Error!.Message, StringComparison.Ordinal);
        Assert.Contains("not today", Assert.Throws<MeshException>(gathered.EnsureReached).Message, StringComparison.Ordinal);
        Assert.Equal(3, EntriesOf("agents/echo").Count);
        var json = await bob.Agents.AskAllAsync("echo@ada", JsonPayload.FromElement(Json("""{"value":"x"}"""))).InTime();
        Assert.Equal("ada:x", json.EnsureReached().Values.Single().ToString());
    }

    [Fact]
    public async Task Input_and_output_go_with_given_metadata_too()
    {
        await OfferAgentAsync("ada", "echo", (string text) => $"ada:{text}");
        await OfferAgentAsync("eve", "echo", (string text) => $"eve:{text}");
        var (bob, text) = (await JoinAsync("bob"), ScatterJson.Default.String);
        Assert.Equal(["ada:x", "eve:x"], (await bob.Agents.AskAllAsync("echo", "x", text, text).InTime()).Values);
        Assert.EndsWith(":x", (await bob.Agents.AskAnyAsync("echo", "x", text, text).InTime()).Value, StringComparison.Ordinal);
        Assert.True((await bob.Agents.AskQuorumAsync("echo", 2, "x", text, text).InTime()).IsReached);
        Assert.Equal(2, (await bob.Agents.AskEachAsync("echo", "x", text, text).ToListInTimeAsync()).Count);
    }

    [Fact]
    public async Task A_tag_or_a_channel_finds_agents_of_several_names()
    {
        await OfferAgentAsync("ada", "nlp.short", (string text) => text[..1], "fast");
        await OfferAgentAsync("eve", "nlp.long", (string text) => text + text);
        await OfferAgentAsync("ivy", "img.crop", (string text) => text.Trim(), "fast");
        var bob = await JoinAsync("bob");
        Assert.Equal(["a", "ab"], (await bob.Agents.AskAllAsync<string>(new AgentFilter { Tag = "fast" }, "ab").InTime()).Values);
        Assert.Equal(["a", "abab"], (await bob.Agents.AskAllAsync<string>("nlp.*", "ab").InTime()).Values);
    }

    [Fact]
    public async Task The_first_result_wins_and_the_others_are_cancelled_at_once()
    {
        await OfferAgentAsync("ada", "race", WaitAsync);
        await OfferAgentAsync("eve", "race", WaitAsync);
        await OfferAgentAsync("ivy", "race", async Task<string> (string text, CallContext call) =>
        {
            await WaitAsync(text, call);
            throw new ToolException("lame");
        });
        var bob = await JoinAsync("bob");
        var asking = bob.Agents.AskAnyAsync<string>("race", "go").AsTask();
        await StartedAsync(3);
        GoOn("ivy").Set();
        GoOn("eve").Set();
        var winner = await asking.InTime();
        Assert.Equal(("eve", "eve"), (winner.Agent.Participant, winner.Value));
        Assert.True(await _cancelled.WaitAsync(Bounded.TestTimeout));
    }

    [Fact]
    public async Task Where_none_answers_the_error_says_why_for_each()
    {
        await OfferAgentAsync("ada", "race", string (string text) => throw new ToolException("lame"));
        await OfferAgentAsync("eve", "race", string (string text) => throw new ToolException("lost"));
        var bob = await JoinAsync("bob");
        var error = await FailureOf(bob.Agents.AskAnyAsync<string>("race", "go"));
        Assert.EndsWith(" Agent 'race@ada': lame; Agent 'race@eve': lost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quorum_is_done_when_enough_have_answered()
    {
        foreach (string name in (string[])["ada", "eve", "ivy"])
        {
            await OfferAgentAsync(name, "vote", WaitAsync);
        }

        var bob = await JoinAsync("bob");
        var asking = bob.Agents.AskQuorumAsync<string>("vote", 2, "go").AsTask();
        await StartedAsync(3);
        GoOn("ivy").Set();
        GoOn("ada").Set();
        var gathered = await asking.InTime();
        Assert.True(gathered.IsReached);
        Assert.Equal(["ada", "ivy"], gathered.Values);
        AssertCode(MeshErrorCode.Cancelled, gathered.Answers[1].Error);
        Assert.True(await _cancelled.WaitAsync(Bounded.TestTimeout));
    }

    [Fact]
    public async Task A_quorum_is_done_as_soon_as_it_cannot_be_reached_any_more()
    {
        await OfferAgentAsync("ada", "vote", WaitAsync);
        await OfferAgentAsync("eve", "vote", string (string text) => throw new ToolException("abstains"));
        var bob = await JoinAsync("bob");
        var gathered = await bob.Agents.AskQuorumAsync<string>("vote", 2, "go").InTime();
        Assert.False(gathered.IsReached);
        Assert.Empty(gathered.Values);
        Assert.Contains("abstains", Assert.Throws<MeshException>(gathered.EnsureReached).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quorum_that_cannot_be_is_refused_and_nobody_asked()
    {
        await OfferAgentAsync("ada", "vote", (string text) => text);
        var bob = await JoinAsync("bob");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await bob.Agents.AskQuorumAsync<string>("vote", 0, "go"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await bob.Agents.AskQuorumAsync<string>("vote", -1, "go"));
        var error = await FailureOf(bob.Agents.AskQuorumAsync<string>("vote", 2, "go"));
        AssertCode(MeshErrorCode.Unavailable, error);
        Assert.Contains("'vote'", error.Message, StringComparison.Ordinal);
        Assert.Empty(EntriesOf("agents/vote"));
    }

    [Fact]
    public async Task Where_nobody_offers_it_that_is_said_at_once()
    {
        var bob = await JoinAsync("bob");
        await OfferAgentAsync("ada", "news", () => Streams.Of("a"));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.AskAllAsync<string>("nobody", "go")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.AskAnyAsync<string>(new AgentFilter { Tag = "none" }, "go")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Agents.AskAnyAsync<string>("news")));
        var error = await Assert.ThrowsAsync<MeshException>(async () => await bob.Agents.AskEachAsync<string>("nobody", "go").ToListInTimeAsync());
        AssertCode(MeshErrorCode.NotFound, error.Error);
        Assert.Contains("'nobody'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_time_for_all_is_over_there_is_what_has_come()
    {
        await OfferAgentAsync("ada", "slow", (string text) => text);
        await OfferAgentAsync("eve", "slow", WaitAsync);
        var bob = await JoinAsync("bob");
        var seen = new Signal();
        var reading = Task.Run(async () =>
        {
            var answers = new List<AgentAnswer<string>>();
            await foreach (var answer in bob.Agents.AskEachAsync<string>("slow", "go", new() { TimeLimit = TimeSpan.FromSeconds(5) }))
            {
                answers.Add(answer);
                seen.Set();
            }

            return answers;
        });
        await StartedAsync(1);
        await seen.InTime();
        Clock.Advance(TimeSpan.FromSeconds(6));
        var all = await reading.InTime();
        Assert.Equal(["ada", "eve"], all.Select(answer => answer.Agent.Participant));
        Assert.True(all[0].IsResult);
        AssertCode(MeshErrorCode.DeadlineExceeded, all[1].Error);
        Assert.True(await _cancelled.WaitAsync(Bounded.TestTimeout));
    }

    [Fact]
    public async Task Each_is_told_of_once_also_when_it_answers_at_the_limit()
    {
        string[] names = ["a1", "a2", "a3", "a4", "a5", "a6"];
        foreach (string name in names)
        {
            await OfferAgentAsync(name, "slow", WaitAsync);
        }

        var bob = await JoinAsync("bob");
        await using var reader = bob.Agents.AskEachAsync<string>("slow", "go", new() { TimeLimit = TimeSpan.FromSeconds(5) }).GetAsyncEnumerator();
        var first = reader.MoveNextAsync().AsTask();
        await StartedAsync(names.Length);
        Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.True(await first.InTime());
        var seen = new List<string> { reader.Current.Agent.Participant };
        for (int i = 0; i < names.Length; i++)
        {
            Assert.True(await _cancelled.WaitAsync(Bounded.TestTimeout));
        }

        while (await reader.MoveNextAsync().InTime())
        {
            seen.Add(reader.Current.Agent.Participant);
            AssertCode(MeshErrorCode.DeadlineExceeded, reader.Current.Error);
        }

        Assert.Equal(names, seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Answers_are_read_in_the_order_in_which_they_come_and_who_stops_reading_cancels_the_rest()
    {
        foreach (string name in (string[])["ada", "eve", "ivy"])
        {
            await OfferAgentAsync(name, "each", WaitAsync);
        }

        var bob = await JoinAsync("bob");
        GoOn("eve").Set();
        var reader = bob.Agents.AskEachAsync<string>("each", "go").GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().InTime());
        Assert.Equal("eve", reader.Current.Value);
        GoOn("ada").Set();
        Assert.True(await reader.MoveNextAsync().InTime());
        Assert.Equal("ada", reader.Current.Value);
        await StartedAsync(3);
        await reader.DisposeAsync().InTime();
        Assert.True(await _cancelled.WaitAsync(Bounded.TestTimeout));
    }

    [Fact]
    public async Task The_callers_token_cancels_all_of_them()
    {
        await OfferAgentAsync("ada", "slow", WaitAsync);
        await OfferAgentAsync("eve", "slow", WaitAsync);
        var bob = await JoinAsync("bob");
        using var stop = new CancellationTokenSource();
        var asking = bob.Agents.AskAllAsync<string>("slow", "go", null, stop.Token).AsTask();
        await StartedAsync(2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.InTime());
        Assert.True(await _cancelled.WaitAsync(Bounded.TestTimeout) && await _cancelled.WaitAsync(Bounded.TestTimeout));
    }

    [Fact]
    public async Task The_calls_belong_to_the_tree_of_the_call_that_asks_and_to_its_budget()
    {
        await OfferAgentAsync("ada", "leaf", (string text) => text);
        await OfferAgentAsync("eve", "leaf", (string text) => text);
        await OfferAgentAsync("ivy", "root", async (string text, CallContext call) =>
        {
            var gathered = await call.Room.Agents.AskAllAsync<string>("leaf", text);
            return string.Join(",", gathered.Answers.Select(answer => answer.Error?.Code.ToString() ?? answer.Value));
        });
        var bob = await JoinAsync("bob");
        Assert.Equal("go,go", await bob.Agents.AskAsync<string>("root", "go").InTime());
        var root = EntriesOf("agents/root").Single();
        Assert.All(EntriesOf("agents/leaf"), entry => Assert.Equal((root.CallId, root.CallId), (entry.ParentId, entry.RootId)));

        // Itself, the look into the catalogue, and one of the two.
        string some = await bob.Agents.AskAsync<string>("root", "go", new() { Budget = new() { Calls = 3 } }).InTime();
        Assert.Equal(["budget_exceeded", "go"], some.Split(',').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_output_that_is_not_what_was_asked_for_is_the_error_of_its_agent()
    {
        await OfferAgentAsync("ada", "calc.a", (string text) => text);
        await OfferAgentAsync("eve", "calc.b", (string text) => text.Length);
        var bob = await JoinAsync("bob");
        var gathered = await bob.Agents.AskAllAsync<int>("calc.*", "four").InTime();
        AssertCode(MeshErrorCode.InvalidOutput, gathered.Answers[0].Error);
        Assert.Equal([4], gathered.Values);
    }

    [Fact]
    public async Task What_the_type_of_an_output_throws_while_it_is_read_is_the_error_of_its_agent()
    {
        await OfferAgentAsync("ada", "calc.a", (string text) => new { text });
        await OfferAgentAsync("eve", "calc.b", (string text) => new { text = "" });
        var bob = await JoinAsync("bob");
        var gathered = await bob.Agents.AskAllAsync<Picky>("calc.*", "four").InTime();
        AssertCode(MeshErrorCode.InvalidOutput, gathered.Answers[0].Error);
        Assert.Equal([""], gathered.Values.Select(value => value.Text));
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.Agents.AskAsync<Picky>("calc.a", "four")));
        AssertCode(MeshErrorCode.InvalidOutput, await FailureOf(bob.Agents.GetAgent<string, Picky>("calc.a").InvokeAsync("four")));
    }

    private sealed record Picky
    {
        public string Text { get; init => field = value.Length == 0 ? value : throw new InvalidOperationException("Nothing suits it."); } = "";
    }

    private async Task OfferAgentAsync(string provider, string agent, Delegate handler, params string[] tags)
    {
        var client = await JoinAsync(provider, Grants.Full, ParticipantRole.Agent);
        await client.Agents.RegisterAsync(Agent.Create(agent, handler, new() { Tags = tags })).InTime();
    }

    /// <summary>Waits until its participant is let go on, and answers with its name.</summary>
    private async Task<string> WaitAsync(string text, CallContext call)
    {
        _started.Release();
        try
        {
            await GoOn(call.Room.Self.Name).WaitAsync(call.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled.Release();
            throw;
        }

        return call.Room.Self.Name;
    }

    private Signal GoOn(string name) => _goOn.GetOrAdd(name, _ => new());

    private async Task StartedAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(await _started.WaitAsync(Bounded.TestTimeout));
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class ScatterJson : System.Text.Json.Serialization.JsonSerializerContext;
