namespace Mesh;

/// <summary>
/// What the services of a room keep, for one session of it, each made when it is first used: a room that uses none has none
/// of this.
/// </summary>
internal sealed class RoomStores(Room? room)
{
    // Of its own, because the factories of the host run under it: each is asked once.
    private readonly Lock _gate = new();
    private StateService? _state;
    private RoomQueues? _queues;
    private bool _isClosed = room is null;

    /// <summary>What a session has that is over.</summary>
    public static RoomStores Closed { get; } = new(null);

    /// <summary>The state of the room.</summary>
    /// <exception cref="MeshException">The session has ended (<see cref="MeshErrorCode.Closed"/>).</exception>
    public StateService State => Volatile.Read(ref _state) ?? MakeState();

    /// <summary>The queues.</summary>
    /// <exception cref="MeshException">The session has ended (<see cref="MeshErrorCode.Closed"/>).</exception>
    public RoomQueues Queues => Volatile.Read(ref _queues) ?? MakeQueues();

    /// <summary>Ends calls that wait for something to happen, at once also those that begin from now on: a room that is retired does not wait for them.</summary>
    /// <remarks>The room says that it is draining first, so that a service which is made meanwhile knows.</remarks>
    public void EndWaits()
    {
        StateService? state;
        RoomQueues? queues;
        lock (_gate)
        {
            (state, queues) = (_state, _queues);
        }

        state?.EndWatches();
        queues?.EndWaits();
    }

    /// <summary>Somebody has other grants from now on.</summary>
    public void OnGrantsChanged() => Volatile.Read(ref _state)?.OnGrantsChanged();

    /// <summary>Somebody has left; its calls have ended.</summary>
    public void OnLeft(RoomMember member) => Volatile.Read(ref _queues)?.Release(member);

    /// <summary>Gives back what was made; nothing is made any more. What that throws goes to the host, and the room does not wait for it for ever.</summary>
    public async Task CloseAsync()
    {
        StateService? state;
        RoomQueues? queues;
        lock (_gate)
        {
            _isClosed = true;
            (state, queues) = (_state, _queues);
        }

        await DisposeAsync("state", state?.Store).ConfigureAwait(false);
        await DisposeAsync("queues", queues).ConfigureAwait(false);
    }

    private StateService MakeState() => Make(
        ref _state,
        static room => new StateService(room.Host.Options.StateStore is { } make
            ? make(room.Name) ?? throw new InvalidOperationException("MeshHostOptions.StateStore returned null.")
            : new MemoryStateStore()),
        static state => state.EndWatches());

    private RoomQueues MakeQueues() => Make(
        ref _queues,
        static room => new RoomQueues(room, room.Host.Options.QueueStore is { } make
            ? make(room.Name) ?? throw new InvalidOperationException("MeshHostOptions.QueueStore returned null.")
            : new MemoryQueueStore(room.Host.Clock)),
        static queues => queues.EndWaits());

    /// <summary>Makes a service, once; in a room that is being retired nobody waits for what happens in it.</summary>
    private T Make<T>(ref T? place, Func<Room, T> make, Action<T> endWaits)
        where T : class
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new MeshException(new MeshError(MeshErrorCode.Closed, "What the services of the room keep is closed: their room is retired.")
                {
                    Remedy = "Join again for a new session of the room.",
                });
            }

            if (place is null)
            {
                var made = make(room!);
                if (room!.IsDraining)
                {
                    endWaits(made);
                }

                Volatile.Write(ref place, made);
            }

            return place;
        }
    }

    private async ValueTask DisposeAsync(string what, object? store)
    {
        try
        {
            switch (store)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync().AsTask().WaitAsync(room!.Host.Options.ServiceTimeout, room.Host.Clock).ConfigureAwait(false);
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
        catch (Exception exception)
        {
            room!.Host.ReportFault(new(MeshFaultKind.Service, $"The {what} store of room '{room.Name}' was not disposed.", exception));
        }
    }
}
