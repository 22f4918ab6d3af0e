namespace Mesh;

public sealed partial class AgentsClient
{
    /// <summary>
    /// Invites a service into this room: one that the host keeps for it and that starts only when it is asked for
    /// (<see cref="RoomService.OnDemand"/>). It starts once; while it runs, further invitations find it there. It is a call
    /// of <c>room/inviteService</c>, and asks for the grant <c>agents.call</c>. When the call returns, what the service offers
    /// is there. It stops when the room is retired.
    /// </summary>
    /// <param name="service">The name of the service.</param>
    /// <param name="cancellationToken">Stops waiting for it; what has begun to start goes on.</param>
    /// <returns>True when it was started, false when it ran already.</returns>
    /// <exception cref="MeshException">The host keeps no such service for this room (<see cref="MeshErrorCode.NotFound"/>), this
    /// participant may not invite any (<see cref="MeshErrorCode.NotGranted"/>), it did not start
    /// (<see cref="MeshErrorCode.Unavailable"/>; the next invitation tries again), or the room is being retired
    /// (<see cref="MeshErrorCode.RoomRetiring"/>).</exception>
    public async ValueTask<bool> InviteAsync(string service, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        var result = await _room.Toolkits.InvokeAsync(
            "room/inviteService",
            new InviteServiceArguments(service),
            MeshJsonContext.Default.InviteServiceArguments,
            MeshJsonContext.Default.InviteServiceResult,
            null,
            cancellationToken).ConfigureAwait(false);
        return result.Started;
    }
}
