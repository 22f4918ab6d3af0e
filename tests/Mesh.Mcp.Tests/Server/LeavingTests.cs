using Mesh.Contracts;

namespace Mesh.Mcp.Tests.Server;

/// <summary>How the participant goes whose room is served, when it came for that alone.</summary>
public sealed class LeavingTests : RoomMcpServerTests
{
    [Fact]
    public async Task It_leaves_with_its_server_whatever_becomes_of_its_last_calls()
    {
        StartHost(options => options with { Filters = [new LateWithdrawals()] });
        var other = await JoinAsync("other");
        var server = await RoomMcpServer.JoinAsync(Host, "den", "visitor", Grants.AgentDefault, cancellationToken: Stop);
        Assert.Equal(2, (await other.Participants.ListAsync(Stop).InTime()).Count);

        await server.DisposeAsync().InTime();
        Assert.True(server.Room.Completion.IsCompleted);
        Assert.Equal(["other"], (await other.Participants.ListAsync(Stop).InTime()).Select(each => each.Name));
    }

    private sealed class LateWithdrawals : ICallFilter
    {
        public ValueTask<CallRequest> OnCallAsync(CallRequest request, Participant caller, CancellationToken cancellationToken) => request.Target.Tool == "unregisterToolkit"
            ? throw new MeshException(new(MeshErrorCode.DeadlineExceeded, "It came too late."))
            : new(request);
    }
}
