namespace Mesh.Contracts;

/// <summary>What a host adds to its rooms, as their participants see it.</summary>
public abstract class RoomClientServiceContract : RoomClientContract
{
    [Fact]
    public async Task The_room_lists_the_tools_of_its_own_that_a_participant_may_use()
    {
        var ada = await JoinAsync("ada", Grants.Full);
        var bob = await JoinAsync("bob", Grants.None with { State = new() { Keys = AllowList.All } });
        var toolkits = await ada.Toolkits.ListBuiltInAsync().InTime();
        Assert.Equal(["room", "state", "queues"], toolkits.Select(toolkit => toolkit.Name));
        Assert.Contains("setGrants", toolkits[0].Tools.Select(tool => tool.Name));
        toolkits = await bob.Toolkits.ListBuiltInAsync().InTime();
        Assert.Equal(["room", "state"], toolkits.Select(toolkit => toolkit.Name));
        Assert.DoesNotContain("setGrants", toolkits[0].Tools.Select(tool => tool.Name));
    }

    [Fact]
    public async Task A_service_offers_its_toolkit_and_does_not_keep_the_room_open()
    {
        StartHost(options => options with { RoomServices = [new RoomService(Toolkit.Create("clock", Tool.Create("now", () => "noon")))] });
        var bob = await JoinAsync("bob");
        Assert.Equal("noon", await bob.Toolkits.InvokeAsync<string>("clock/now").InTime());
        Assert.Equal([true, false], (await bob.Participants.ListAsync().InTime()).Select(each => each.IsService));
        Assert.Equal(1, Host.GetRoom(Den).ParticipantCount);
        await bob.DisposeAsync().InTime();
        Assert.Empty(Host.Rooms);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task Services_start_together_and_stop_with_the_room()
    {
        var (first, second, stopped) = (new Signal(), new Signal(), new Signal());
        StartHost(options => options with
        {
            RoomServices =
            [
                new RoomService("first", async (_, stop) =>
                {
                    first.Set();
                    await second.WaitAsync(stop);
                    return null;
                }),
                new RoomService("second", async (room, stop) =>
                {
                    second.Set();
                    await first.WaitAsync(stop);
                    return new Stop(() =>
                    {
                        Assert.False(room.Completion.IsCompleted);
                        stopped.Set();
                    });
                }),
            ],
        });
        var bob = await JoinAsync("bob");
        Assert.False(stopped.IsSet);
        await bob.DisposeAsync().InTime();
        Assert.True(stopped.IsSet);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task A_service_is_for_the_rooms_that_match()
    {
        var toolkit = Toolkit.Create("clock", Tool.Create("now", () => "noon"));
        StartHost(options => options with { RoomServices = [new RoomService(toolkit) { RoomPattern = "sales-*" }] });
        Assert.Single(await (await JoinAsync("bob", room: "sales-eu")).Toolkits.ListAsync().InTime());
        Assert.Empty(await (await JoinAsync("bob", room: "support")).Toolkits.ListAsync().InTime());
    }

    [Fact]
    public async Task One_that_fails_to_start_is_reported_and_the_room_opens()
    {
        StartHost(options => options with { RoomServices = [new RoomService("broken", (_, _) => throw new InvalidOperationException("secret"))] });
        var bob = await JoinAsync("bob");
        Assert.Equal((MeshFaultKind.Service, "secret"), (Assert.Single(Faults).Kind, Faults.First().Exception?.Message));
        var failed = (await bob.Events.ReadAsync(EventPosition.At(1)).TakeUntilAsync(e => e.Kind == RoomEventKinds.ServiceFailed))[^1];
        Assert.Equal("""{"service":"broken","required":false}""", failed.Payload.GetRawText());
        Assert.Equal(["bob"], (await bob.Participants.ListAsync().InTime()).Select(each => each.Name));
    }

    [Fact]
    public async Task A_required_one_that_fails_keeps_the_room_closed()
    {
        bool works = false;
        StartHost(options => options with
        {
            RoomServices = [new RoomService("needed", (_, _) => works ? default : throw new InvalidOperationException("secret")) { Required = true }],
        });
        var error = await FailureOf(Host.JoinAsync(Den, "bob", null, new() { Connection = Connection }));
        AssertCode(MeshErrorCode.Unavailable, error);
        Assert.Contains("'needed'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Host.Rooms);
        works = true;
        await JoinAsync("bob");
    }

    [Fact]
    public async Task One_that_takes_too_long_to_start_is_left_behind()
    {
        var starting = new Signal();
        StartHost(options => options with
        {
            RoomServices =
            [
                new RoomService("slow", async (_, _) =>
                {
                    starting.Set();
                    await TestEnds.WaitStubbornlyAsync();
                    return null;
                }),
            ],
        });
        var joining = JoinAsync("bob");
        await starting.InTime();
        await Clock.AdvancePastTimerAsync(TimeSpan.FromSeconds(30));
        await joining.InTime();
        Assert.Equal(MeshFaultKind.Service, Assert.Single(Faults).Kind);
    }

    [Fact]
    public async Task Waiting_for_services_may_be_cancelled_by_who_joins()
    {
        var starting = new Signal();
        StartHost(options => options with
        {
            RoomServices =
            [
                new RoomService("slow", async (_, stop) =>
                {
                    starting.Set();
                    await TestEnds.WaitAsync(stop);
                    return null;
                }),
            ],
        });
        using var cancel = new CancellationTokenSource();
        var joining = Host.JoinAsync(Den, "bob", null, new() { Connection = Connection }, cancel.Token).AsTask();
        await starting.InTime();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joining.InTime());
        TestEnds.Set();
    }

    [Fact]
    public async Task One_that_fails_to_stop_is_reported_and_the_room_is_retired()
    {
        StartHost(options => options with { RoomServices = [new RoomService("messy", (_, _) => new(new Stop(() => throw new InvalidOperationException("mess"))))] });
        var bob = await JoinAsync("bob");
        await bob.DisposeAsync().InTime();
        Assert.Empty(Host.Rooms);
        Assert.Equal((MeshFaultKind.Service, "mess"), (Assert.Single(Faults).Kind, Faults.First().Exception?.Message));
    }

    private sealed class Stop(Action stop) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            stop();
            return default;
        }
    }
}
