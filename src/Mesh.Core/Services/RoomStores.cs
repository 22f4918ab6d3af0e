namespace Mesh;

/// <summary>
/// What the services of one room session keep, each made when it is first used: a room that uses none has none of this.
/// </summary>
internal sealed class RoomStores(Room? room)
{
    private readonly Lock _gate = new();
    private RoomQueues? _queues;
    private List<RoomQueues>? _unused;
    private bool _isClosed = room is null;

    /// <summary>What a session has that is over.</summary>
    public static RoomStores Closed { get; } = new(null);

    /// <summary>The queues.</summary>
    /// <exception cref="MeshException">The room is retired (<see cref="MeshErrorCode.Closed"/>).</exception>
    public RoomQueues Queues => Volatile.Read(ref _queues) ?? MakeQueues();

    /// <summary>Ends calls that wait for something to happen: the room is being retired.</summary>
    public void EndWaits()
    {
        lock (_gate)
        {
            _queues?.EndWaits();
        }
    }

    /// <summary>Disposes what was made; nothing is made any more. What fails is reported.</summary>
    public async Task CloseAsync()
    {
        RoomQueues[] made;
        lock (_gate)
        {
            _isClosed = true;
            made = [.. _unused ?? [], .. _queues is null ? Array.Empty<RoomQueues>() : [_queues]];
        }

        foreach (var queues in made)
        {
            try
            {
                await queues.DisposeAsync().AsTask().WaitAsync(room!.Host.Options.ServiceTimeout, room.Host.Clock).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                room!.Host.ReportFault(new(MeshFaultKind.Service, $"The store of the queues of room '{room.Name}' was not disposed.", exception));
            }
        }
    }

    private RoomQueues MakeQueues()
    {
        if (Volatile.Read(ref _isClosed))
        {
            throw new MeshException(QueueErrors.StoreClosed());
        }

        // Outside of the lock: it is the host's code. Where two make one at the same time, the first one is used.
        var store = room!.Host.Options.QueueStore is { } make
            ? make(room.Name) ?? throw new InvalidOperationException("MeshHostOptions.QueueStore returned null.")
            : new MemoryQueueStore(room.Host.Clock);
        var queues = new RoomQueues(room, store);
        lock (_gate)
        {
            if (_queues is not null || _isClosed)
            {
                (_unused ??= []).Add(queues);
                return _queues ?? throw new MeshException(QueueErrors.StoreClosed());
            }

            if (room.IsDraining)
            {
                queues.EndWaits();
            }

            Volatile.Write(ref _queues, queues);
            return queues;
        }
    }
}
