namespace Mesh.Contracts;

/// <summary>Joining and leaving: when a room exists, and who may come in.</summary>
public abstract class RoomClientLifeContract : RoomClientContract
{
    [Theory]
    [InlineData("")]
    [InlineData("Den")]
    [InlineData("the den")]
    [InlineData("den_1")]
    [InlineData("dén")]
    public async Task A_malformed_name_of_a_room_is_refused(string room) =>
        AssertCode(MeshErrorCode.InvalidDefinition, await FailureOf(Host.JoinAsync(room, "bob", null, new() { Connection = Connection })));

    [Fact]
    public async Task Calls_and_readings_that_begin_while_their_participant_leaves_all_end()
    {
        await JoinAsync("keeper");
        for (int round = 0; round < 40; round++)
        {
            var bob = await JoinAsync("bob");
            var calling = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while ((await bob.Toolkits.TryInvokeAsync("room/listToolkits")).IsResult)
                {
                }
            })).ToArray();
            var reading = Task.Run(async () =>
            {
                while (!bob.Completion.IsCompleted)
                {
                    await bob.Events.ReadAsync().AnyAsync(CancellationToken.None);
                }
            });
            await Task.Yield();
            await bob.DisposeAsync().InTime();
            await Task.WhenAll([.. calling, reading]).InTime();
        }
    }

    [Fact]
    public async Task Names_have_their_lengths()
    {
        await JoinAsync("b", room: new string('a', 63));
        await JoinAsync(new string('b', 128), room: "a");
        AssertCode(MeshErrorCode.InvalidDefinition, await FailureOf(Host.JoinAsync(new string('a', 64), "bob")));
        AssertCode(MeshErrorCode.InvalidDefinition, await FailureOf(Host.JoinAsync(Den, new string('b', 129))));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Host.JoinAsync(null!, "bob"));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await Host.JoinAsync(Den, null!));
        Assert.Equal(2, Host.Rooms.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" bob")]
    [InlineData("bob\t")]
    [InlineData("b\u0000b")]
    public async Task A_malformed_name_of_a_participant_is_refused(string name)
    {
        var error = await FailureOf(Host.JoinAsync(Den, name, null, new() { Connection = Connection }));
        AssertCode(MeshErrorCode.InvalidDefinition, error);
        Assert.NotNull(error.Remedy);
        Assert.Empty(Host.Rooms);
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_refused() =>
        AssertCode(MeshErrorCode.InvalidDefinition, await FailureOf(Host.JoinAsync(Den, "b\ud800b", null, new() { Connection = Connection })));

    [Fact]
    public async Task A_name_is_taken_while_its_participant_is_there()
    {
        var first = await JoinAsync("bob");
        var error = await FailureOf(Host.JoinAsync(Den, "bob", null, new() { Connection = Connection }));
        AssertCode(MeshErrorCode.NameTaken, error);
        Assert.Contains("'bob'", error.Message, StringComparison.Ordinal);
        await JoinAsync("Bob");
        await first.DisposeAsync().InTime();
        var second = await JoinAsync("bob");
        Assert.NotEqual(first.Self.Id, second.Self.Id);
        Assert.True(second.Self.Incarnation > first.Self.Incarnation);
    }

    [Fact]
    public async Task Who_may_not_open_rooms_joins_only_those_that_are_open()
    {
        var visitor = new JoinOptions { Connection = Connection, OpenRoom = false };
        AssertCode(MeshErrorCode.NotFound, await FailureOf(Host.JoinAsync(Den, "bob", null, visitor)));
        Assert.Empty(Host.Rooms);

        var ada = await JoinAsync("ada");
        await using (await Host.JoinAsync(Den, "bob", null, visitor).InTime())
        {
            await ada.DisposeAsync().InTime();
            Assert.Equal(1, Host.GetRoom(Den).ParticipantCount);
        }

        AssertCode(MeshErrorCode.NotFound, await FailureOf(Host.JoinAsync(Den, "bob", null, visitor)));
        Host.DisableRoom(Den);
        AssertCode(MeshErrorCode.RoomDisabled, await FailureOf(Host.JoinAsync(Den, "bob", null, visitor)));
    }

    [Fact]
    public async Task A_full_room_takes_nobody_until_somebody_leaves()
    {
        StartHostWithRoom(new RoomOptions { Capacity = 2 });
        var ada = await JoinAsync("ada");
        await JoinAsync("bob");
        AssertCode(MeshErrorCode.RoomFull, await FailureOf(Host.JoinAsync(Den, "eve", null, new() { Connection = Connection })));
        await ada.DisposeAsync().InTime();
        await JoinAsync("eve");
        Assert.Equal(2, Host.GetRoom(Den).ParticipantCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoomOptions { Capacity = 0 });
    }

    [Fact]
    public async Task A_disabled_room_takes_nobody_and_keeps_those_in_it()
    {
        var bob = await JoinAsync("bob");
        Host.DisableRoom(Den);
        AssertCode(MeshErrorCode.RoomDisabled, await FailureOf(Host.JoinAsync(Den, "eve", null, new() { Connection = Connection })));
        Assert.Single(await bob.Participants.ListAsync().InTime());
        Host.EnableRoom(Den);
        await JoinAsync("eve");
    }

    [Fact]
    public async Task A_room_disabled_by_its_options_is_not_opened()
    {
        StartHost(options => options with { ConfigureRoom = name => new RoomOptions { Enabled = name != Den } });
        AssertCode(MeshErrorCode.RoomDisabled, await FailureOf(Host.JoinAsync(Den, "eve", null, new() { Connection = Connection })));
        await JoinAsync("eve", room: "other");
        Assert.Equal("other", Assert.Single(Host.Rooms).Name);
    }

    [Fact]
    public async Task Looking_a_room_up_does_not_open_it()
    {
        Assert.Equal(MeshErrorCode.NotFound, Assert.Throws<MeshException>(() => Host.GetRoom(Den)).Code);
        Assert.Empty(Host.Rooms);
        var bob = await JoinAsync("bob");
        Assert.Equal(new RoomInfo(Den, bob.Session, 1, true), Host.GetRoom(Den));
        Assert.Equal(MeshErrorCode.NotFound, Assert.Throws<MeshException>(() => Host.SetGrants(Den, "eve", Grants.None)).Code);
        Assert.Equal(MeshErrorCode.NotFound, Assert.Throws<MeshException>(() => Host.SetGrants("other", "bob", Grants.None)).Code);
    }

    [Fact]
    public async Task Each_life_of_a_room_has_its_own_session()
    {
        var bob = await JoinAsync("bob");
        var eve = await JoinAsync("eve");
        Assert.Equal(bob.Session, eve.Session);
        await bob.DisposeAsync().InTime();
        Assert.Single(Host.Rooms);
        await eve.DisposeAsync().InTime();
        Assert.Empty(Host.Rooms);
        var again = await JoinAsync("bob");
        Assert.NotEqual(bob.Session, again.Session);
        Assert.Equal(1, (await again.Events.ReadAsync().TakeUntilAsync(_ => true))[0].Sequence);
    }

    [Fact]
    public async Task An_empty_room_waits_for_its_grace_time()
    {
        StartHostWithRoom(new RoomOptions { IdleGrace = TimeSpan.FromMinutes(1) });
        var bob = await JoinAsync("bob");
        await bob.DisposeAsync().InTime();
        Clock.Advance(TimeSpan.FromSeconds(59));
        var back = await JoinAsync("bob");
        Assert.Equal(bob.Session, back.Session);
        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(Host.Rooms);
        await back.DisposeAsync().InTime();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(Host.Rooms);
        Assert.Equal(0, Clock.TimerCount);
        Assert.NotEqual(bob.Session, (await JoinAsync("bob")).Session);
    }

    [Fact]
    public async Task A_host_that_is_disposed_takes_nobody_in_and_puts_everybody_out()
    {
        var bob = await JoinAsync("bob");
        await Task.WhenAll(Host.DisposeAsync().AsTask(), Host.DisposeAsync().AsTask()).InTime();
        await Host.DisposeAsync().InTime();
        Assert.Equal(LeaveReason.RoomRetired, await bob.Completion.InTime());
        AssertCode(MeshErrorCode.Closed, await FailureOf(Host.JoinAsync(Den, "eve", null, new() { Connection = Connection })));
        AssertCode(MeshErrorCode.Closed, await FailureOf(bob.Participants.ListAsync()));
        await bob.DisposeAsync().InTime();
    }

    [Fact]
    public async Task A_room_that_is_being_retired_takes_nobody()
    {
        StartHost(options => options with { DrainTimeout = TimeSpan.FromSeconds(10) });
        var started = new Signal();
        await OfferAsync("ada", Tool.Create("wait", async (CancellationToken stop) =>
        {
            started.Set();
            await TestEnds.WaitAsync(stop);
        }));
        var bob = await JoinAsync("bob");
        var call = bob.Toolkits.TryInvokeAsync("kit/wait");
        await started.InTime();
        var retiring = Host.RetireRoomAsync(Den);
        var error = await FailureOf(Host.JoinAsync(Den, "eve", null, new() { Connection = Connection }));
        AssertCode(MeshErrorCode.RoomRetiring, error);
        Assert.True(error.Retryable);
        Assert.False(Host.GetRoom(Den).IsOpen);
        TestEnds.Set();
        await retiring.InTime();
        await call.InTime();
        await JoinAsync("eve");
    }

    [Fact]
    public async Task Joining_and_leaving_at_once_from_many_sides_ends_with_an_empty_host()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                try
                {
                    await using var client = await Host.JoinAsync(Den, $"guest-{n}", null, new() { Connection = Connection });
                }
                catch (MeshException exception) when (exception.Code == MeshErrorCode.RoomRetiring)
                {
                    // Another one was the last to leave just now.
                }
            }
        }))).InTime();
        await Host.RetireRoomAsync(Den).InTime();
        Assert.Empty(Host.Rooms);
    }
}
