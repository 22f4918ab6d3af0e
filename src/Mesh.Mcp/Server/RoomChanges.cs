namespace Mesh.Mcp;

/// <summary>
/// Whether the tools that a participant sees may have changed. It looks, without waiting, at the events that have come since
/// it looked last: who asks after a change sees it, and nobody has to be told.
/// </summary>
internal sealed class RoomChanges : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<RoomEvent> _events;
    private ValueTask<bool> _next;
    private bool _ended;

    public RoomChanges(RoomClient room)
    {
        _events = room.Events.ReadAsync(EventPosition.Latest, _stop.Token).GetAsyncEnumerator(CancellationToken.None);
        Wait(_events.MoveNextAsync());
    }

    /// <summary>Whether an event is about what can be called.</summary>
    public static bool Concerns(RoomEvent e) => e.Kind is RoomEventKinds.ToolkitRegistered or RoomEventKinds.ToolkitUnregistered
        or RoomEventKinds.AgentRegistered or RoomEventKinds.AgentUnregistered
        or RoomEventKinds.GrantsChanged or RoomEventKinds.Lagged;

    /// <summary>Whether there was such an event since this was asked last.</summary>
    public bool Take()
    {
        bool changed = false;
        lock (_gate)
        {
            while (!_ended && _next.IsCompleted)
            {
                if (!_next.IsCompletedSuccessfully || !_next.Result)
                {
                    // The participant has left: from here on its calls say so.
                    _ended = true;
                    return true;
                }

                changed |= Concerns(_events.Current);
                Wait(_events.MoveNextAsync());
            }
        }

        return changed;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        ValueTask<bool> last;
        lock (_gate)
        {
            last = _ended ? default : _next;
            _ended = true;
        }

        try
        {
            while (await last.ConfigureAwait(false))
            {
                last = _events.MoveNextAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // What it was told to do.
        }

        await _events.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    // Kept and looked at, not awaited: an awaited one would tell of an event only after its continuation has run.
    private void Wait(ValueTask<bool> next) => _next = next;
}
