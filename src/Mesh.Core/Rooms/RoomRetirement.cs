namespace Mesh;

/// <summary>
/// The end of a room session: running calls may end, services are stopped, everybody is made to leave, the journal takes
/// the last events. It is begun under the room's lock and goes on outside of it.
/// </summary>
internal sealed class RoomRetirement(Room room)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRunning;

    /// <summary>Completes when the room is retired.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Goes on, the first time; called by whoever may have begun it, when it has left the room's lock.</summary>
    public void GoOn()
    {
        if (!Interlocked.Exchange(ref _isRunning, true))
        {
            // Awaited through the source that it completes.
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await RetireAsync().ConfigureAwait(false);
            _completion.SetResult();
        }
        catch (Exception exception)
        {
            _completion.SetException(exception);
        }
    }

    private async Task RetireAsync()
    {
        CallContext.Leave();
        if (room.Members().Length > 0)
        {
            // Whoever began this does not wait for the calls that still run.
            await Task.Yield();
        }

        using var operation = RoomOperation.Begin(Operation.Retire, room.Host, room.Name)?.In(room.SessionText);
        room.UsedStores?.EndWaits();
        foreach (var watch in room.TrackedCalls().Select(life => life.Call).Where(call => call.Instance is { IsWatch: true }))
        {
            if (watch.Instance!.Background is not null)
            {
                // A subscription does not end by itself, however long it is waited for.
                watch.Abandon(CallErrors.RoomRetired(watch));
            }
            else
            {
                // It ends now, but for a reader that has yet to take what it was given last.
                (watch.Sink as CallFrameStream)?.LetGo();
            }
        }

        await DrainAsync().ConfigureAwait(false);
        room.HasDrained = true;
        await room.StopServicesAsync().ConfigureAwait(false);

        // Whoever is made to leave first: a call that would not end is told the same.
        var members = room.Members();
        foreach (var call in room.TrackedCalls().Select(life => life.Call))
        {
            call.Abandon(CallErrors.RoomRetired(call));
        }

        foreach (var member in members)
        {
            await room.LeaveAsync(member, LeaveReason.RoomRetired).ConfigureAwait(false);
        }

        await room.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for the calls that run, up to the host's limit.</summary>
    private async Task DrainAsync()
    {
        var running = Task.WhenAll(room.Members().Select(member => member.DrainAsync()));
        if (running.IsCompleted || room.Host.Options.DrainTimeout == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await running.WaitAsync(room.Host.Options.DrainTimeout, room.Host.Clock, room.Host.Hurry).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // Calls that go on for longer end when their caller or provider is made to leave.
        }
    }
}
