namespace Mesh;

/// <summary>
/// The services of one room session: started together when it opens, or one by one when they are invited; stopped together
/// when it is retired.
/// </summary>
internal sealed class RoomServices(Room room)
{
    private readonly List<Running> _running = [];
    private readonly Dictionary<RoomService, Task<bool>> _invited = new(ReferenceEqualityComparer.Instance);
    private bool _isStopping;

    /// <summary>Starts all. One that fails is reported; the room opens without it, unless it is required.</summary>
    /// <exception cref="MeshException">A required service did not start.</exception>
    public async Task StartAsync(IReadOnlyList<RoomService> services)
    {
        CallContext.Leave();
        using var limit = new CancellationTokenSource(room.Host.Options.ServiceTimeout, room.Host.Clock);
        await Task.WhenAll(services.Select(service => StartAsync(service, limit.Token))).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts a service unless it runs. All who invite it while it starts wait for the same start, which none of them
    /// cancels.
    /// </summary>
    /// <exception cref="MeshException">It did not start, or the room is being retired.</exception>
    public async ValueTask<bool> InviteAsync(RoomService service, CancellationToken cancellationToken)
    {
        Task<bool>? starting;
        lock (_running)
        {
            if (_isStopping)
            {
                throw new MeshException(RoomErrors.Retiring(room));
            }

            if (!_invited.TryGetValue(service, out starting))
            {
                if (_running.Exists(each => each.Service == service && !each.Client.Completion.IsCompleted))
                {
                    return false;
                }

                using (ExecutionContext.SuppressFlow())
                {
                    // It is of the room, and neither of the call that invites it nor of its trace.
                    _invited.Add(service, starting = Task.Run(() => StartInvitedAsync(service), CancellationToken.None));
                }
            }
        }

        return await starting.WaitAsync(cancellationToken).ConfigureAwait(false)
            ? true
            : throw new MeshException(RoomErrors.ServiceDidNotStart(room, service.Name));
    }

    /// <summary>Stops all; one that fails or takes too long is reported and left.</summary>
    public async Task StopAsync()
    {
        CallContext.Leave();
        Running[] running;
        Task[] starting;
        lock (_running)
        {
            _isStopping = true;
            starting = [.. _invited.Values];
        }

        await Task.WhenAll(starting).ConfigureAwait(false);
        lock (_running)
        {
            running = [.. _running];
            _running.Clear();
        }

        await Task.WhenAll(running.Select(StopAsync)).ConfigureAwait(false);
    }

    private async Task<bool> StartInvitedAsync(RoomService service)
    {
        try
        {
            Running[] gone;
            lock (_running)
            {
                gone = [.. _running.Where(each => each.Service == service)];
                _running.RemoveAll(each => each.Service == service);
            }

            // Its participant was made to leave; what it had started is still there.
            await Task.WhenAll(gone.Select(StopAsync)).ConfigureAwait(false);
            using var limit = new CancellationTokenSource(room.Host.Options.ServiceTimeout, room.Host.Clock);
            return await StartAsync(service, limit.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_running)
            {
                _invited.Remove(service);
            }
        }
    }

    private async Task<bool> StartAsync(RoomService service, CancellationToken cancellationToken)
    {
        RoomClient? client = null;
        Task<IAsyncDisposable?> starting = Task.FromResult<IAsyncDisposable?>(null);
        try
        {
            // The code of a service must not hold up the others by blocking: each starts on the thread pool.
            await Task.Run(
                async () =>
                {
                    client = room.JoinService(service);
                    starting = service.StartAsync(client, cancellationToken).AsTask();
                    var stop = await starting.WaitAsync(cancellationToken).ConfigureAwait(false);
                    lock (_running)
                    {
                        _running.Add(new(service, client, stop));
                    }
                },
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            // Its client is closed, so what starts too late can do nothing in the room; it is stopped when it has started.
            _ = StopLateAsync(service, starting);
            if (client is not null)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }

            room.Host.ReportFault(new(MeshFaultKind.Service, $"Service '{service.Name}' did not start in room '{room.Name}'.", exception));
            room.Publish(RoomEventKinds.ServiceFailed, new ServiceFailure(service.Name, service is { Required: true, OnDemand: false }));
            if (service is { Required: true, OnDemand: false })
            {
                throw new MeshException(
                    new MeshError(MeshErrorCode.Unavailable, $"Room '{room.Name}' cannot open: its required service '{service.Name}' did not start.")
                    {
                        Remedy = "The host finds the reason in its fault handler.",
                        Retryable = true,
                    },
                    exception);
            }

            return false;
        }
    }

    private async Task StopAsync(Running running)
    {
        try
        {
            if (running.Stop is not null)
            {
                await running.Stop.DisposeAsync().AsTask().WaitAsync(room.Host.Options.ServiceTimeout, room.Host.Clock, room.Host.Hurry).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            room.Host.ReportFault(new(MeshFaultKind.Service, $"Service '{running.Service.Name}' did not stop in room '{room.Name}'.", exception));
        }

        await running.Client.DisposeAsync().ConfigureAwait(false);
    }

    private async Task StopLateAsync(RoomService service, Task<IAsyncDisposable?> starting)
    {
        try
        {
            if (await starting.ConfigureAwait(false) is { } stop)
            {
                await stop.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!starting.IsFaulted && !starting.IsCanceled)
        {
            room.Host.ReportFault(new(MeshFaultKind.Service, $"Service '{service.Name}' started too late in room '{room.Name}', and did not stop.", exception));
        }
        catch (Exception)
        {
            // Reported already: this is why it did not start.
        }
    }

    private sealed record Running(RoomService Service, RoomClient Client, IAsyncDisposable? Stop);
}
