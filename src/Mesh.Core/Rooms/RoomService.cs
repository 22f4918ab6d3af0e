namespace Mesh;

/// <summary>
/// Code that a host adds to every room, or to those whose names match: it starts when a room opens, as a participant of
/// its own that does not keep the room open, and stops when the room is retired. The services of a room start and stop
/// in parallel. One definition serves any number of rooms at once.
/// </summary>
public sealed record RoomService
{
    private readonly Func<RoomClient, CancellationToken, ValueTask<IAsyncDisposable?>> _start;

    /// <summary>A service of its code.</summary>
    /// <param name="name">The name of the service and of its participant.</param>
    /// <param name="start">Starts the service in one room. What it returns is disposed when the room is retired; its
    /// client leaves after that. The token is cancelled when starting takes too long.</param>
    public RoomService(string name, Func<RoomClient, CancellationToken, ValueTask<IAsyncDisposable?>> start)
    {
        Names.CheckParticipant(name);
        ArgumentNullException.ThrowIfNull(start);
        Name = name;
        _start = start;
    }

    /// <summary>A service that offers a toolkit.</summary>
    /// <param name="toolkit">The toolkit; the service and its participant have the same name.</param>
    public RoomService(Toolkit toolkit)
        : this(toolkit?.Name ?? throw new ArgumentNullException(nameof(toolkit)), async (room, cancellationToken) =>
            await room.Toolkits.RegisterAsync(toolkit, cancellationToken: cancellationToken).ConfigureAwait(false))
    {
    }

    /// <summary>The name of the service and of its participant.</summary>
    public string Name { get; }

    /// <summary>The rooms that have it; <c>*</c> stands for any run of characters. Every room by default.</summary>
    public string RoomPattern { get; init; } = "*";

    /// <summary>Whether a room cannot open without it. False by default: a failure to start is reported, and the room opens.</summary>
    public bool Required { get; init; }

    /// <summary>
    /// Whether it starts only when somebody in the room invites it (<see cref="AgentsClient.InviteAsync"/>), and not when the room
    /// opens. False by default. No room depends on such a service to open: <see cref="Required"/> is of no effect.
    /// </summary>
    public bool OnDemand { get; init; }

    /// <summary>The role of its participant. <see cref="ParticipantRole.Tool"/> by default.</summary>
    public ParticipantRole Role { get; init; } = ParticipantRole.Tool;

    /// <summary>What its participant may do. <see cref="Grants.ToolDefault"/> by default.</summary>
    public Grants Grants { get; init; } = Grants.ToolDefault;

    internal bool IsFor(string room) => AllowList.Matches(RoomPattern, room);

    internal ValueTask<IAsyncDisposable?> StartAsync(RoomClient room, CancellationToken cancellationToken) => _start(room, cancellationToken);
}
