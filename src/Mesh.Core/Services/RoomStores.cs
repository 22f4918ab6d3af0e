namespace Mesh;

/// <summary>
/// What the services of a room keep, for one session of it. Made when one of them is first used: an idle room costs nothing.
/// </summary>
internal sealed class RoomStores(Room room)
{
    // Of its own, because the factories of the host run under it: each is asked once.
    private readonly Lock _gate = new();
    private StateService? _state;
    private bool _isClosed;

    /// <summary>The state of the room.</summary>
    /// <exception cref="MeshException">The session has ended (<see cref="MeshErrorCode.Closed"/>).</exception>
    public StateService State => Volatile.Read(ref _state) ?? MakeState();

    /// <summary>Ends the watches, at once also those that begin from now on: a room that is retired does not wait for them.</summary>
    /// <remarks>The room says that it is draining first, so that a service which is made meanwhile knows.</remarks>
    public void EndWatches()
    {
        StateService? state;
        lock (_gate)
        {
            state = _state;
        }

        state?.EndWatches();
    }

    /// <summary>Somebody has other grants from now on.</summary>
    public void OnGrantsChanged() => Volatile.Read(ref _state)?.OnGrantsChanged();

    /// <summary>Gives back what was made. What that throws goes to the host, and the room does not wait for it for ever.</summary>
    public async ValueTask CloseAsync()
    {
        StateService? state;
        lock (_gate)
        {
            _isClosed = true;
            state = _state;
        }

        await DisposeAsync("state", state?.Store).ConfigureAwait(false);
    }

    private StateService MakeState()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new MeshException(new MeshError(MeshErrorCode.Closed, $"The session of room '{room.Name}' has ended."));
            }

            if (_state is null)
            {
                var state = new StateService(room.Host.Options.StateStore is { } make
                    ? make(room.Name) ?? throw new InvalidOperationException("MeshHostOptions.StateStore returned null.")
                    : new MemoryStateStore());
                if (room.IsDraining)
                {
                    state.EndWatches();
                }

                Volatile.Write(ref _state, state);
            }

            return _state;
        }
    }

    private async ValueTask DisposeAsync(string what, object? store)
    {
        try
        {
            switch (store)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync().AsTask().WaitAsync(room.Host.Options.ServiceTimeout, room.Host.Clock).ConfigureAwait(false);
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
        catch (Exception exception)
        {
            room.Host.ReportFault(new(MeshFaultKind.Service, $"The {what} store of room '{room.Name}' was not disposed.", exception));
        }
    }
}
