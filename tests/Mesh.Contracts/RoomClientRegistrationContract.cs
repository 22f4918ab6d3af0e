namespace Mesh.Contracts;

/// <summary>Offering toolkits: who sees them, who may call them, and how they go away.</summary>
public abstract class RoomClientRegistrationContract : RoomClientContract
{
    private static readonly Tool Who = Tool.Create("who", (CallContext call) => call.Room.Self.Name);

    private static readonly Toolkit Kit = Toolkit.Create("kit", Who);

    [Fact]
    public async Task A_public_toolkit_is_for_all_who_have_the_grant()
    {
        await OfferAsync("ada", Who);
        Assert.Equal("ada", await (await JoinAsync("bob")).Toolkits.InvokeAsync<string>("kit/who").InTime());
        var poor = await JoinAsync("poor", Tools("other"));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(poor.Toolkits.TryInvokeAsync("kit/who")));
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(poor.Toolkits.TryInvokeAsync("kit/who@ada")));
        Assert.Empty(await poor.Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task What_is_exclusive_stays_so_when_it_is_replaced()
    {
        var (ada, bob) = (await JoinAsync("ada", Grants.Full, ParticipantRole.Agent), await JoinAsync("bob", Grants.Full, ParticipantRole.Agent));
        var only = await ada.Toolkits.RegisterAsync(Kit, new() { Exclusive = true }).InTime();
        await using (await only.ReplaceAsync(Kit).InTime())
        {
            AssertCode(MeshErrorCode.NameTaken, await FailureOf(bob.Toolkits.RegisterAsync(Kit)));
        }

        await using var after = await bob.Toolkits.RegisterAsync(Kit, new() { Exclusive = true }).InTime();
    }

    [Fact]
    public async Task What_is_exclusive_has_its_name_to_itself_until_it_is_withdrawn()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        var bob = await JoinAsync("bob", Grants.Full);
        var only = await ada.Toolkits.RegisterAsync(Kit, new() { Exclusive = true }).InTime();

        Assert.Contains("'ada'", (await RefusedAsync(bob, new())).Message, StringComparison.Ordinal);
        await RefusedAsync(bob, new() { Exclusive = true });
        await RefusedAsync(bob, new() { AddressedOnly = true });
        await using (await bob.Toolkits.RegisterAsync(Kit, new() { Private = true, Exclusive = true }).InTime())
        {
            Assert.Equal("ada", await ada.Toolkits.InvokeAsync<string>("kit/who").InTime());
        }

        await only.DisposeAsync().InTime();
        await bob.Toolkits.RegisterAsync(Kit).InTime();
        await RefusedAsync(ada, new() { Exclusive = true });
        await ada.Toolkits.RegisterAsync(Kit).InTime();
    }

    [Fact]
    public async Task Of_many_who_want_a_name_to_themselves_at_the_same_instant_one_has_it()
    {
        var clients = new List<RoomClient>();
        for (int i = 0; i < 16; i++)
        {
            clients.Add(await JoinAsync($"p{i}", Grants.Full));
        }

        var outcomes = await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            try
            {
                await client.Toolkits.RegisterAsync(Kit, new() { Exclusive = true });
                return true;
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.NameTaken)
            {
                return false;
            }
        }))).InTime();

        Assert.Single(outcomes, hasIt => hasIt);
    }

    [Fact]
    public async Task A_private_toolkit_is_for_its_provider_alone()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        await ada.Toolkits.RegisterAsync(Kit, new() { Private = true }).InTime();
        var bob = await JoinAsync("bob", Grants.Full);
        Assert.Equal("ada", await ada.Toolkits.InvokeAsync<string>("kit/who").InTime());
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/who")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("kit/who@ada")));
        Assert.Empty(await bob.Toolkits.ListAsync().InTime());
        Assert.True(Assert.Single(await ada.Toolkits.ListAsync().InTime()).IsPrivate);
    }

    [Fact]
    public async Task A_private_toolkit_may_be_offered_by_name()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        await ada.Toolkits.RegisterAsync(Kit, new() { Private = true, VisibleTo = ["bob", "poor"] }).InTime();
        var bob = await JoinAsync("bob");
        Assert.Equal("ada", await bob.Toolkits.InvokeAsync<string>("kit/who").InTime());
        Assert.Equal("ada", await bob.Toolkits.InvokeAsync<string>("kit/who@ada").InTime());
        Assert.Single(await bob.Toolkits.ListAsync("ada").InTime());
        AssertCode(MeshErrorCode.NotGranted, await FailureOf((await JoinAsync("poor", Tools("other"))).Toolkits.TryInvokeAsync("kit/who")));
        AssertCode(MeshErrorCode.NotFound, await FailureOf((await JoinAsync("eve", Grants.Full)).Toolkits.TryInvokeAsync("kit/who")));
    }

    [Fact]
    public async Task An_agent_sees_the_private_toolkit_of_the_person_that_called_it()
    {
        var user = await JoinAsync("user");
        await user.Toolkits.RegisterAsync(Kit, new() { Private = true }).InTime();
        var agent = await JoinAsync("agent", Grants.AgentDefault, ParticipantRole.Agent);
        await agent.Toolkits.RegisterAsync(Toolkit.Create("agent", Tool.Create("work", async (CallContext call) =>
        {
            var listed = await call.Room.Toolkits.ListAsync();
            return $"{await call.Room.Toolkits.InvokeAsync<string>("kit/who")} {listed.Count(each => each.Name == "kit")}";
        }))).InTime();
        Assert.Equal("user 1", await user.Toolkits.InvokeAsync<string>("agent/work").InTime());
        AssertCode(MeshErrorCode.NotFound, await FailureOf(agent.Toolkits.TryInvokeAsync("kit/who")));
        var other = await JoinAsync("other");
        AssertCode(MeshErrorCode.HandlerFailed, await FailureOf(other.Toolkits.TryInvokeAsync("agent/work")));
    }

    [Fact]
    public async Task The_callers_own_private_tool_comes_first_then_the_public_one_then_the_root_callers()
    {
        var (root, agent, friend) = (await JoinAsync("root", Grants.Full), await JoinAsync("agent", Grants.Full, ParticipantRole.Agent), await JoinAsync("friend", Grants.Full));
        await agent.Toolkits.RegisterAsync(Toolkit.Create("agent", Tool.Create("ask", async (CallContext call) =>
            (await call.Room.Toolkits.TryInvokeAsync("kit/who")).Response?.ToString() ?? "none"))).InTime();
        Task<string> Ask() => root.Toolkits.InvokeAsync<string>("agent/ask").InTime();
        Assert.Equal("none", await Ask());
        await friend.Toolkits.RegisterAsync(Kit, new() { Private = true, VisibleTo = ["agent"] }).InTime();
        Assert.Equal("friend", await Ask());
        await root.Toolkits.RegisterAsync(Kit, new() { Private = true }).InTime();
        Assert.Equal("root", await Ask());
        await OfferAsync("public", Who);
        Assert.Equal("public", await Ask());
        await agent.Toolkits.RegisterAsync(Kit, new() { Private = true }).InTime();
        Assert.Equal("agent", await Ask());
    }

    [Fact]
    public async Task One_that_is_only_addressed_shares_no_name()
    {
        await OfferAsync("ada", Who);
        var eve = await JoinAsync("eve", Grants.Full);
        var other = Toolkit.Create("kit", Tool.Create("who", (int n) => n));
        var registration = await eve.Toolkits.RegisterAsync(other, new() { AddressedOnly = true }).InTime();
        Assert.Empty(registration.Changes);
        var bob = await JoinAsync("bob");
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("ada", await bob.Toolkits.InvokeAsync<string>("kit/who").InTime());
        }

        Assert.Equal(7, await bob.Toolkits.InvokeAsync<int>("kit/who@eve", new { n = 7 }).InTime());
        Assert.True(Assert.Single(await bob.Toolkits.ListAsync("eve").InTime()).AddressedOnly);
    }

    [Fact]
    public async Task Registering_takes_the_grant_for_it()
    {
        var user = await JoinAsync("user");
        var error = await FailureOf(user.Toolkits.RegisterAsync(Kit));
        AssertCode(MeshErrorCode.NotGranted, error);
        Assert.Contains("agents.registerPublicToolkit", error.Remedy, StringComparison.Ordinal);
        await user.Toolkits.RegisterAsync(Kit, new() { Private = true }).InTime();
        AssertCode(MeshErrorCode.NotGranted, await FailureOf((await JoinAsync("poor", Tools("*"))).Toolkits.RegisterAsync(Kit, new() { Private = true })));
        Assert.Empty(await (await JoinAsync("bob")).Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task The_same_name_twice_by_one_participant_is_refused()
    {
        var ada = await OfferAsync("ada", Who);
        AssertCode(MeshErrorCode.NameTaken, await FailureOf(ada.Toolkits.RegisterAsync(Kit)));
        AssertCode(MeshErrorCode.NameTaken, await FailureOf(ada.Toolkits.RegisterAsync(Kit, new() { Private = true })));
        Assert.Single(await ada.Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task Disposing_a_registration_withdraws_it_once()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        var registration = await ada.Toolkits.RegisterAsync(Kit).InTime();
        await registration.DisposeAsync().InTime();
        await registration.DisposeAsync().InTime();
        AssertCode(MeshErrorCode.NotFound, await FailureOf(ada.Toolkits.TryInvokeAsync("kit/who")));
        var again = await ada.Toolkits.RegisterAsync(Kit).InTime();
        await ada.DisposeAsync().InTime();
        await again.DisposeAsync().InTime();
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Calls_that_run_go_on_when_their_toolkit_is_withdrawn()
    {
        var (started, release) = (new Signal(), new Signal());
        var ada = await JoinAsync("ada", Grants.Full);
        var registration = await ada.Toolkits.RegisterAsync(Toolkit.Create("kit", Tool.Create("hold", async () =>
        {
            started.Set();
            await release.WaitStubbornlyAsync();
            return "held";
        }))).InTime();
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.InvokeAsync<string>("kit/hold");
        await started.InTime();
        await registration.DisposeAsync().InTime();
        release.Set();
        Assert.Equal("held", await call.InTime());
    }

    [Fact]
    public async Task A_toolkit_takes_the_place_of_another_without_a_gap()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        var bob = await JoinAsync("bob");
        var registration = await ada.Toolkits.RegisterAsync(Kit).InTime();
        using var stop = new CancellationTokenSource();
        var calls = Task.Run(async () =>
        {
            int made = 0;
            for (; !stop.IsCancellationRequested || made == 0; made++)
            {
                Assert.Equal("ada", await bob.Toolkits.InvokeAsync<string>("kit/who"));
            }

            return made;
        });
        for (int i = 0; i < 8; i++)
        {
            registration = await registration.ReplaceAsync(Toolkit.Create("kit", Who, Tool.Create($"tool{i}", () => i))).InTime();
            Assert.Equal(i, await ada.Toolkits.InvokeAsync<int>($"kit/tool{i}").InTime());
        }

        await stop.CancelAsync();
        Assert.True(await calls.InTime() > 0);
        Assert.Equal(["who", "tool7"], Assert.Single(await bob.Toolkits.ListAsync().InTime()).Tools.Select(tool => tool.Name));
        await registration.DisposeAsync().InTime();
        Assert.Empty(await bob.Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task What_replaces_a_toolkit_may_break_its_own_contract_and_says_how_but_not_anothers()
    {
        var broken = Toolkit.Create("kit", Tool.Create("who", (int n) => n));
        var ada = await JoinAsync("ada", Grants.Full);
        var registration = await ada.Toolkits.RegisterAsync(Kit).InTime();
        registration = await registration.ReplaceAsync(broken).InTime();
        Assert.Contains("kit/who", registration.Changes[0], StringComparison.Ordinal);
        Assert.Equal(7, await ada.Toolkits.InvokeAsync<int>("kit/who", new { n = 7 }).InTime());
        await (await JoinAsync("eve", Grants.Full)).Toolkits.RegisterAsync(broken).InTime();
        AssertCode(MeshErrorCode.ContractConflict, await FailureOf(registration.ReplaceAsync(Kit)));
        Assert.Equal(7, await ada.Toolkits.InvokeAsync<int>("kit/who@ada", new { n = 7 }).InTime());
        await Assert.ThrowsAsync<ArgumentException>(async () => await registration.ReplaceAsync(Toolkit.Create("other", Who)));
    }

    [Fact]
    public async Task What_has_ended_is_not_replaced()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        var registration = await ada.Toolkits.RegisterAsync(Kit).InTime();
        await registration.ReplaceAsync(Kit).InTime();
        AssertCode(MeshErrorCode.NotFound, await FailureOf(registration.ReplaceAsync(Kit)));
        Assert.Single(await ada.Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task A_toolkit_is_listed_as_it_was_described()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        await ada.Toolkits.RegisterAsync(new Toolkit("kit", Who, Tool.Create("other", (string x) => x, new ToolOptions
        {
            Title = "Other",
            Description = "Does.",
            Rules = "Never.",
            ThumbnailUrl = new Uri("https://example.org/o.png"),
            Annotations = new() { ReadOnly = true, OpenWorld = false },
        }))
        {
            Title = "Kit",
            Description = "All of it.",
            Rules = "Be kind.",
        }).InTime();
        var info = Assert.Single(await (await JoinAsync("bob", Tools("kit/other"))).Toolkits.ListAsync().InTime());
        Assert.Equal(("kit", "Kit", "All of it.", "Be kind.", "ada"), (info.Name, info.Title, info.Description, info.Rules, info.Participant));
        var tool = Assert.Single(info.Tools);
        Assert.Equal(("other", "Other", "Does.", "Never.", "https://example.org/o.png"), (tool.Name, tool.Title, tool.Description, tool.Rules, tool.ThumbnailUrl?.OriginalString));
        Assert.Equal(new ToolAnnotations { ReadOnly = true, OpenWorld = false }, tool.Annotations);
        Assert.Equal("string", tool.InputSchema.GetProperty("properties").GetProperty("x").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Lists_may_be_of_one_participant()
    {
        await OfferAsync("ada", Who);
        await OfferAsync("eve", Who);
        var bob = await JoinAsync("bob");
        Assert.Equal(["ada", "eve"], (await bob.Toolkits.ListAsync().InTime()).Select(each => each.Participant));
        Assert.Equal(["eve"], (await bob.Toolkits.ListAsync("eve").InTime()).Select(each => each.Participant));
        Assert.Empty(await bob.Toolkits.ListAsync("nobody").InTime());
    }

    private static async Task<MeshError> RefusedAsync(RoomClient client, RegistrationOptions options)
    {
        var error = (await Assert.ThrowsAsync<MeshException>(() => client.Toolkits.RegisterAsync(Kit, options).InTime())).Error;
        AssertCode(MeshErrorCode.NameTaken, error);
        return error;
    }
}
