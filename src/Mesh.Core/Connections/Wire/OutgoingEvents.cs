using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Mesh;

/// <summary>A stream of events that this end of a connection reads.</summary>
internal sealed class OutgoingEvents(WireEnd end, long id)
{
    // Not bounded by itself: the room sends no more than it was given credit for.
    private readonly Channel<RoomEvent> _events = Channel.CreateUnbounded<RoomEvent>(new() { SingleReader = true });

    public long Id { get; } = id;

    public void OnEvent(RoomEvent e) => _events.Writer.TryWrite(e);

    public void OnEnd()
    {
        end.Forget(this);
        _events.Writer.TryComplete();
    }

    public async IAsyncEnumerable<RoomEvent> ReadAsync(EventPosition from, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!await end.SendAsync(new WireHeader(WireTypes.Events) { Id = Id, From = from.Value }).ConfigureAwait(false))
        {
            // The connection was closed meanwhile, and its end may have passed over a stream that had only just begun.
            OnEnd();
        }

        int read = 0;
        try
        {
            await foreach (var e in _events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return e;
                if (++read % WireFlow.Batch == 0)
                {
                    await end.SendAsync(new WireHeader(WireTypes.Credit) { Id = Id, Credit = WireFlow.Batch }).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (!_events.Reader.Completion.IsCompleted)
            {
                end.Forget(this);
                await end.SendAsync(new WireHeader(WireTypes.Cancel) { Id = Id }).ConfigureAwait(false);
            }
        }
    }
}
