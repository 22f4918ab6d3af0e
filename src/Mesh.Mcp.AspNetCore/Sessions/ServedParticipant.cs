using Mesh.AspNetCore;

namespace Mesh.Mcp.AspNetCore;

/// <summary>What makes a participant the same from request to request.</summary>
internal readonly record struct ParticipantKey(string Room, string Identity, string Name, ParticipantRole Role);

/// <summary>One caller in one room: its participant, from its first request until a while after its last one, and what of its runs.</summary>
internal sealed class ServedParticipant
{
    private readonly ServedParticipants _owner;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<RoomMcpServer>? _joining;
    private Task? _ending;
    private RoomMcpServer? _server;
    private Grants _given;
    private int _requests;
    private int _streams;

    public ServedParticipant(ServedParticipants owner, ParticipantKey key, MeshIdentity identity)
    {
        _owner = owner;
        Key = key;
        _given = identity.Grants;
        Lease = new(owner.Clock, owner.Options.ParticipantIdleTimeout, () => _owner.Watch(EndAsync()));
        Sessions = new(this, owner.Options, owner.Clock, owner.Log);
    }

    public ParticipantKey Key { get; }

    /// <summary>Counts the requests and the open streams of the participant.</summary>
    public IdleLease Lease { get; }

    /// <summary>The participant's sessions.</summary>
    public McpHttpSessions Sessions { get; }

    /// <summary>Completes when the participant has left, and another one may join under its name.</summary>
    public Task Gone => _gone.Task;

    /// <summary>The room as it is served to the participant, once it has joined.</summary>
    public RoomMcpServer Server => _server!;

    /// <summary>Waits until the participant has joined, and gives it the rights that it has by now.</summary>
    /// <returns>Whether it is in the room; false where it has meanwhile been made to leave.</returns>
    public ValueTask<bool> JoinAsync(MeshIdentity identity, CancellationToken cancellationToken)
    {
        if (_server is { } server)
        {
            return new(Update(server, identity));
        }

        return WaitAsync();

        async ValueTask<bool> WaitAsync() => Update(await GetJoining(identity).WaitAsync(cancellationToken).ConfigureAwait(false), identity);
    }

    public bool TryBeginRequest() => TryCount(ref _requests, _owner.Options.MaxConcurrentRequests);

    public void EndRequest() => Interlocked.Decrement(ref _requests);

    public bool TryBeginStream() => TryCount(ref _streams, _owner.Options.MaxStreams);

    public void EndStream() => Interlocked.Decrement(ref _streams);

    /// <summary>Ends the participant's sessions, and leaves the room. Calling it again waits for the same end.</summary>
    public Task EndAsync()
    {
        Task<Task>? work = null;
        lock (_gate)
        {
            if (_ending is null)
            {
                work = new(LeaveAsync);
                _ending = work.Unwrap();
            }
        }

        work?.RunSynchronously(TaskScheduler.Default);
        return _ending;
    }

    private static bool TryCount(ref int count, int most)
    {
        if (Interlocked.Increment(ref count) <= most)
        {
            return true;
        }

        Interlocked.Decrement(ref count);
        return false;
    }

    private bool Update(RoomMcpServer server, MeshIdentity identity)
    {
        if (server.Room.Completion.IsCompleted)
        {
            return false;
        }

        // What the room has changed meanwhile stays, until the application says something else than it did before.
        var given = Volatile.Read(ref _given);
        if (ReferenceEquals(given, identity.Grants) || given == identity.Grants)
        {
            return true;
        }

        lock (_gate)
        {
            if (_given == identity.Grants)
            {
                return true;
            }

            try
            {
                _owner.Host.SetGrants(Key.Room, Key.Name, identity.Grants);
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.NotFound)
            {
                return false;
            }

            _given = identity.Grants;
            return true;
        }
    }

    private Task<RoomMcpServer> GetJoining(MeshIdentity identity)
    {
        lock (_gate)
        {
            if (_joining is null)
            {
                // Nobody's request alone: who gives up does not take it from the others, and nothing of the first stays in it.
                using (ExecutionContext.SuppressFlow())
                {
                    _joining = Task.Run(() => JoinAsync(identity), CancellationToken.None);
                }
            }

            return _joining;
        }
    }

    private async Task<RoomMcpServer> JoinAsync(MeshIdentity identity)
    {
        // What a client is told of the life of a task must hold: without a request the participant leaves, and its tasks with it.
        var options = _owner.Options.Server;
        options = options.TaskIdleTimeout <= _owner.Options.ParticipantIdleTimeout ? options
            : options with { TaskIdleTimeout = _owner.Options.ParticipantIdleTimeout };
        var server = await RoomMcpServer.JoinAsync(
            _owner.Host,
            Key.Room,
            Key.Name,
            identity.Grants,
            identity.Attributes is { } attributes
                ? new() { Role = Key.Role, OpenRoom = _owner.Options.AllowRoomCreation, Attributes = attributes }
                : new() { Role = Key.Role, OpenRoom = _owner.Options.AllowRoomCreation },
            ReferenceEquals(options.TimeProvider, TimeProvider.System) ? options with { TimeProvider = _owner.Clock } : options,
            CancellationToken.None).ConfigureAwait(false);
        _given = identity.Grants;
        Volatile.Write(ref _server, server);
        return server;
    }

    private async Task LeaveAsync()
    {
        try
        {
            Lease.TryEnd();
            Task<RoomMcpServer>? joining;
            lock (_gate)
            {
                joining = _joining;
            }

            await Sessions.EndAsync().ConfigureAwait(false);
            if (joining is not null)
            {
                await ((Task)joining).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (joining.IsCompletedSuccessfully)
                {
                    await joining.Result.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _owner.Forget(this);
            _gone.SetResult();
        }
    }
}
