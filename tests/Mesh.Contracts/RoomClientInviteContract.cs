namespace Mesh.Contracts;

/// <summary>Services that the host keeps for its rooms until somebody invites them.</summary>
public abstract class RoomClientInviteContract : RoomClientContract
{
    private static readonly Grants Caller = Grants.UserDefault with { Agents = Grants.UserDefault.Agents! with { Call = true } };

    private int _starts;

    [Fact]
    public async Task A_service_on_demand_starts_when_it_is_invited_and_once()
    {
        StartHost(options => options with { RoomServices = [Clocks()] });
        var bob = await JoinAsync("bob", Caller);
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("clock/now")));
        Assert.True(await bob.Agents.InviteAsync("clock").InTime());
        Assert.Equal("noon", await bob.Toolkits.InvokeAsync<string>("clock/now").InTime());
        Assert.False(await bob.Agents.InviteAsync("clock").InTime());
        Assert.Equal(1, _starts);
        Assert.Equal(2, EntriesOf("room/inviteService").Count);
        await bob.DisposeAsync().InTime();
        Assert.Empty(Host.Rooms);
        Assert.Empty(Faults);
    }

    [Fact]
    public async Task All_who_invite_it_while_it_starts_wait_for_the_same_start()
    {
        var (begun, goOn) = (new Signal(), new Signal());
        StartHost(options => options with
        {
            RoomServices =
            [
                Clocks(async _ =>
                {
                    begun.Set();
                    await goOn.WaitStubbornlyAsync();
                }),
            ],
        });
        var bob = await JoinAsync("bob", Caller);
        using var stop = new CancellationTokenSource();
        var first = bob.Agents.InviteAsync("clock", stop.Token).AsTask();
        await begun.InTime();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.InTime());
        var others = Enumerable.Range(0, 4).Select(_ => bob.Agents.InviteAsync("clock").AsTask()).ToArray();
        goOn.Set();
        await Task.WhenAll(others).InTime();
        Assert.Equal(1, _starts);
        Assert.Equal("noon", await bob.Toolkits.InvokeAsync<string>("clock/now").InTime());
    }

    [Fact]
    public async Task One_that_was_made_to_leave_may_be_invited_again()
    {
        StartHost(options => options with { RoomServices = [Clocks()] });
        var bob = await JoinAsync("bob", Caller);
        Assert.True(await bob.Agents.InviteAsync("clock").InTime());
        await Host.RemoveParticipantAsync(Den, "clock").InTime();
        AssertCode(MeshErrorCode.NotFound, await FailureOf(bob.Toolkits.TryInvokeAsync("clock/now")));
        Assert.True(await bob.Agents.InviteAsync("clock").InTime());
        Assert.Equal("noon", await bob.Toolkits.InvokeAsync<string>("clock/now").InTime());
        Assert.Equal(2, _starts);
    }

    [Fact]
    public async Task One_that_fails_to_start_is_reported_and_the_next_invitation_tries_again()
    {
        StartHost(options => options with
        {
            RoomServices = [Clocks(_ => _starts == 1 ? throw new InvalidOperationException("hidden reason") : Task.CompletedTask)],
        });
        var bob = await JoinAsync("bob", Caller);
        var error = await FailureOf(bob.Agents.InviteAsync("clock"));
        AssertCode(MeshErrorCode.Unavailable, error);
        Assert.True(error.Retryable);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(Faults, fault => fault.Kind == MeshFaultKind.Service && fault.Exception is InvalidOperationException);
        Assert.True(await bob.Agents.InviteAsync("clock").InTime());
        Assert.Equal("noon", await bob.Toolkits.InvokeAsync<string>("clock/now").InTime());
    }

    [Fact]
    public async Task What_cannot_be_invited_is_not_told_from_what_is_not_there()
    {
        StartHost(options => options with
        {
            RoomServices =
            [
                Clocks() with { RoomPattern = "elsewhere" },
                new RoomService(Toolkit.Create("always", Tool.Create("now", () => 1))),
            ],
        });
        var bob = await JoinAsync("bob", Caller);
        foreach (string name in (string[])["clock", "always", "nothing", ""])
        {
            var error = await FailureOf(bob.Agents.InviteAsync(name));
            AssertCode(MeshErrorCode.NotFound, error);
            Assert.Equal($"There is no service '{name}' that could be invited into room 'den'.", error.Message);
            Assert.Null(error.Details);
        }

        Assert.Equal(0, _starts);
    }

    [Fact]
    public async Task Inviting_takes_the_right_to_call_services()
    {
        StartHost(options => options with { RoomServices = [Clocks()] });
        var eve = await JoinAsync("eve", Caller with { Agents = Caller.Agents! with { Call = false } });
        var error = await FailureOf(eve.Agents.InviteAsync("clock"));
        AssertCode(MeshErrorCode.NotGranted, error);
        Assert.Contains("agents.call", error.Remedy, StringComparison.Ordinal);
        AssertCode(MeshErrorCode.NotGranted, await FailureOf(eve.Agents.InviteAsync("nothing")));
        Assert.Equal(0, _starts);
    }

    /// <summary>A service on demand that offers the toolkit <c>clock</c>.</summary>
    private RoomService Clocks(Func<CancellationToken, Task>? start = null) => new("clock", async (room, stop) =>
    {
        Assert.Null(CallContext.Current);
        Interlocked.Increment(ref _starts);
        if (start is not null)
        {
            await start(stop);
        }

        return await room.Toolkits.RegisterAsync(Toolkit.Create("clock", Tool.Create("now", () => "noon")), cancellationToken: stop);
    })
    {
        OnDemand = true,
    };
}
