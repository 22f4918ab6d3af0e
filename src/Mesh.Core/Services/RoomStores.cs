namespace Mesh;

/// <summary>
/// What the services of a room keep, for one session of it, each made when it is first used: a room that uses none has none
/// of this.
/// </summary>
internal sealed class RoomStores(Room? room)
{
    private static readonly StoreKind<IStateStore, StateService> StateKind = new(
        "state",
        nameof(MeshHostOptions.StateStore),
        static options => options.StateStore,
        static _ => new MemoryStateStore(),
        static (_, store) => new StateService(store),
        static state => state.EndWatches());

    private static readonly StoreKind<IQueueStore, RoomQueues> QueuesKind = new(
        "queues",
        nameof(MeshHostOptions.QueueStore),
        static options => options.QueueStore,
        static room => new MemoryQueueStore(room.Host.Clock),
        static (room, store) => new RoomQueues(room, store),
        static queues => queues.EndWaits());

    private readonly RoomStore<IStateStore, StateService> _state = new(StateKind, room);
    private readonly RoomStore<IQueueStore, RoomQueues> _queues = new(QueuesKind, room);

    /// <summary>What a session has that is over.</summary>
    public static RoomStores Closed { get; } = new(null);

    /// <summary>The state of the room.</summary>
    public RoomStore<StateService> State => _state;

    /// <summary>The queues.</summary>
    public RoomStore<RoomQueues> Queues => _queues;

    /// <summary>Ends calls that wait for something to happen, at once also those that begin from now on: a room that is retired does not wait for them.</summary>
    public void EndWaits()
    {
        _state.EndWaits();
        _queues.EndWaits();
    }

    /// <summary>Somebody has other grants from now on.</summary>
    public void OnGrantsChanged() => _state.Made?.OnGrantsChanged();

    /// <summary>Somebody has left; its calls have ended.</summary>
    public void OnLeft(RoomMember member) => _queues.Made?.Release(member);

    /// <summary>Gives back what was made; nothing is made any more.</summary>
    public async Task CloseAsync()
    {
        await _state.CloseAsync().ConfigureAwait(false);
        await _queues.CloseAsync().ConfigureAwait(false);
    }
}
