namespace Mesh;

/// <summary>What happens in a room, for one participant.</summary>
public sealed class EventsClient
{
    private readonly RoomClient _room;

    internal EventsClient(RoomClient room) => _room = room;

    /// <summary>
    /// Reads the events of the room's session that this participant may see, in order. A reader that falls more than
    /// 4,096 events behind, or asks for events that are gone, gets an event of kind <see cref="RoomEventKinds.Lagged"/>
    /// in the place of those that are missing. The stream ends when the participant leaves or the room is retired.
    /// </summary>
    /// <param name="from">Where to begin; by default with the participant's own joining.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The events; each reading of it is a reader of its own, which costs the room nothing until it reads.</returns>
    public IAsyncEnumerable<RoomEvent> ReadAsync(EventPosition from = default, CancellationToken cancellationToken = default) =>
        _room.Connection.ReadEventsAsync(from, cancellationToken);
}
