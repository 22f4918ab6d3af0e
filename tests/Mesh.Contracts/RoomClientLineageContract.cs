namespace Mesh.Contracts;

/// <summary>Every client that a handler uses continues the tree of calls that the handler runs in.</summary>
public abstract class RoomClientLineageContract : RoomClientContract
{
    private static readonly Tool Leaf = Tool.Create("leaf", (CallContext call) => call.OnBehalfOf?.Name ?? "nobody");

    [Fact]
    public async Task Calls_through_the_context_continue_the_tree()
    {
        await OfferAsync("ada", Leaf, Tool.Create("outer", async (CallContext call) => await call.Room.Toolkits.InvokeAsync<string>("kit/leaf")));
        var bob = await JoinAsync("bob");
        Assert.Equal("bob", await bob.Toolkits.InvokeAsync<string>("kit/outer").InTime());
        AssertOneTree("ada");
    }

    [Fact]
    public async Task Calls_through_a_captured_client_continue_the_tree()
    {
        var eve = await JoinAsync("eve", Grants.Full, ParticipantRole.Agent);
        await OfferAsync("ada", Leaf, Tool.Create("outer", async () =>
        {
            await Task.Yield();
            return await eve.Toolkits.InvokeAsync<string>("kit/leaf");
        }));
        var bob = await JoinAsync("bob");
        Assert.Equal("bob", await bob.Toolkits.InvokeAsync<string>("kit/outer").InTime());
        AssertOneTree("eve");
    }

    [Fact]
    public async Task Streams_within_a_call_continue_the_tree()
    {
        await OfferAsync("ada", Leaf, Tool.Create("outer", async (CallContext call) =>
        {
            var frames = await call.Room.Toolkits.StreamAsync("kit/leaf").ToListInTimeAsync();
            return ((ResultFrame)frames[0]).Response.ToString()!;
        }));
        var bob = await JoinAsync("bob");
        Assert.Equal("bob", await bob.Toolkits.InvokeAsync<string>("kit/outer").InTime());
        AssertOneTree("ada");
    }

    [Fact]
    public async Task A_new_tree_leaves_all_of_it_behind()
    {
        await OfferAsync("ada", Leaf, Tool.Create("outer", async (CallContext call) =>
            await call.Room.Toolkits.InvokeAsync<string>("kit/leaf", null, new() { NewTree = true })));
        var bob = await JoinAsync("bob");
        Assert.Equal("nobody", await bob.Toolkits.InvokeAsync<string>("kit/outer", null, new() { Budget = new() { Calls = 1 } }).InTime());
        var leaf = Assert.Single(EntriesOf("kit/leaf"));
        Assert.Equal((true, leaf.CallId, null), (leaf.ParentId.IsEmpty, leaf.RootId, leaf.OnBehalfOf));
    }

    [Fact]
    public async Task Calls_of_agents_alone_are_on_nobodys_behalf()
    {
        await OfferAsync("ada", Leaf);
        var agent = await JoinAsync("bot", Grants.AgentDefault, ParticipantRole.Agent);
        Assert.Equal("nobody", await agent.Toolkits.InvokeAsync<string>("kit/leaf").InTime());
        Assert.Null(EntriesOf("kit/leaf")[0].OnBehalfOf);
    }

    [Fact]
    public async Task What_a_person_may_not_an_agent_may_not_on_their_behalf()
    {
        await OfferAsync("ada", Leaf, Tool.Create("outer", async (CallContext call) => (await call.Room.Toolkits.TryInvokeAsync("kit/leaf")).Error?.Message ?? "none"));
        var bob = await JoinAsync("bob", Tools("kit/outer"));
        string message = await bob.Toolkits.InvokeAsync<string>("kit/outer").InTime();
        Assert.Contains("not granted to 'bob', on whose behalf", message, StringComparison.Ordinal);
        Assert.Equal(MeshErrorCode.NotGranted, EntriesOf("kit/leaf")[0].ErrorCode);
    }

    [Fact]
    public async Task What_an_agent_may_not_a_person_cannot_lend_it()
    {
        var weak = await JoinAsync("weak", Grants.ToolDefault, ParticipantRole.Agent);
        await weak.Toolkits.RegisterAsync(Toolkit.Create("weak", Tool.Create("outer", async (CallContext call) =>
            (await call.Room.Toolkits.TryInvokeAsync("kit/leaf")).Error?.Code.Value ?? "none"))).InTime();
        await OfferAsync("ada", Leaf);
        var bob = await JoinAsync("bob", Grants.Full);
        Assert.Equal("not_granted", await bob.Toolkits.InvokeAsync<string>("weak/outer").InTime());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_used_after_its_call_is_over_is_told_so(bool captured)
    {
        var (over, told) = (new Signal(), new TaskCompletionSource<MeshError?>());
        var eve = await JoinAsync("eve", Grants.Full, ParticipantRole.Agent);
        await OfferAsync("ada", Leaf, Tool.Create("forget", (CallContext call) =>
        {
            _ = Task.Run(async () =>
            {
                await over.InTime();
                told.SetResult((await (captured ? eve : call.Room).Toolkits.TryInvokeAsync("kit/leaf")).Error);
            });
            return "off";
        }));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.InvokeAsync<string>("kit/forget").InTime();
        over.Set();
        var error = await told.Task.InTime();
        AssertCode(MeshErrorCode.CallEnded, error);
        Assert.Contains("NewTree", error!.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_tree_may_be_started_after_the_call_is_over()
    {
        var (over, told) = (new Signal(), new TaskCompletionSource<string>());
        await OfferAsync("ada", Leaf, Tool.Create("forget", (CallContext call) =>
        {
            _ = Task.Run(async () =>
            {
                await over.InTime();
                told.SetResult(await call.Room.Toolkits.InvokeAsync<string>("kit/leaf", null, new() { NewTree = true }));
            });
        }));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.TryInvokeAsync("kit/forget").InTime();
        over.Set();
        Assert.Equal("nobody", await told.Task.InTime());
    }

    [Fact]
    public async Task Sending_through_a_context_whose_call_is_over_is_told_so()
    {
        CallContext? kept = null;
        await OfferAsync("ada", Tool.Create("keep", (CallContext call) => { kept = call; }));
        var bob = await JoinAsync("bob");
        await bob.Toolkits.TryInvokeAsync("kit/keep").InTime();
        await bob.Participants.ListAsync().InTime();
        Assert.True(kept!.HasEnded);
        foreach (var send in new Func<ValueTask>[]
        {
            () => kept.ReportProgressAsync(1), () => kept.WriteAsync(new TextPart("x")), () => kept.WriteChunkAsync(new TextPart("x")),
        })
        {
            Assert.Equal(MeshErrorCode.CallEnded, (await Assert.ThrowsAsync<MeshException>(async () => await send().InTime())).Code);
        }
    }

    [Fact]
    public async Task Calls_beside_each_other_in_one_handler_have_the_same_parent()
    {
        await OfferAsync("ada", Leaf, Tool.Create("outer", async (CallContext call) =>
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => call.Room.Toolkits.InvokeAsync<string>("kit/leaf").AsTask()))));
        var bob = await JoinAsync("bob");
        Assert.Equal(5, (await bob.Toolkits.InvokeAsync<string[]>("kit/outer").InTime()).Length);
        var outer = Assert.Single(EntriesOf("kit/outer"));
        Assert.Equal(5, EntriesOf("kit/leaf").Count(leaf => leaf.ParentId == outer.CallId && leaf.RootId == outer.CallId));
    }

    private void AssertOneTree(string innerCaller)
    {
        var (outer, leaf) = (Assert.Single(EntriesOf("kit/outer")), Assert.Single(EntriesOf("kit/leaf")));
        Assert.True(outer.ParentId.IsEmpty);
        Assert.Equal((outer.CallId, outer.CallId, outer.CallId), (outer.RootId, leaf.ParentId, leaf.RootId));
        Assert.Equal(("bob", innerCaller, "bob"), (outer.Caller, leaf.Caller, leaf.OnBehalfOf));
    }
}
