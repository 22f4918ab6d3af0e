namespace Mesh;

/// <summary>
/// The items of one publisher for all who subscribe: a ring with a cursor for each. A publisher is never held up; a reader
/// that is slower than it misses items, and is told how many.
/// </summary>
internal sealed class PublishedItems(TimeProvider clock) : IEventReader
{
    /// <summary>How many items are kept when every reader keeps up.</summary>
    public const int Retained = 64;

    /// <summary>How many are kept for a reader that does not.</summary>
    public const int MaxRetained = 1024;

    private readonly EventRing _ring = new(default, clock, Retained, MaxRetained);

    /// <summary>Hands an item to those who subscribe now.</summary>
    public void Publish(ContentPart item)
    {
        if (_ring.HasReaders)
        {
            _ring.Publish("", item);
        }
    }

    /// <summary>Ends the streams of those who subscribe when they have read what is there.</summary>
    public void Complete() => _ring.Complete();

    /// <summary>Writes the items that come from now on to a call, until there are no more.</summary>
    public async ValueTask WriteToAsync(CallContext call)
    {
        var cursor = new EventCursor(_ring, this, _ring.Head + 1, call.CancellationToken);
        await using (cursor.ConfigureAwait(false))
        {
            while (await cursor.MoveNextAsync().ConfigureAwait(false))
            {
                var item = cursor.Current;
                await call.EmitAsync(item.Lagged > 0 ? new LaggedFrame(item.Lagged) : new ChunkFrame((ContentPart)item.Data!)).ConfigureAwait(false);
            }
        }
    }

    // Each subscription is a call, which ends with its caller.
    bool IEventReader.TryAddCursor(EventCursor cursor) => true;

    void IEventReader.RemoveCursor(EventCursor cursor)
    {
    }

    bool IEventReader.MaySee(RoomEvent e) => true;
}
