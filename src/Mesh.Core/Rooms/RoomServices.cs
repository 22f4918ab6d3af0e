namespace Mesh;

/// <summary>The services of one room session: started together when it opens, stopped together when it is retired.</summary>
internal sealed class RoomServices(Room room, IReadOnlyList<RoomService> services)
{
    private readonly List<Running> _running = [];

    /// <summary>Starts all. One that fails is reported; the room opens without it, unless it is required.</summary>
    /// <exception cref="MeshException">A required service did not start.</exception>
    public async Task StartAsync()
    {
        CallContext.Leave();
        using var limit = new CancellationTokenSource(room.Host.Options.ServiceTimeout, room.Host.Clock);
        await Task.WhenAll(services.Select(service => StartAsync(service, limit.Token))).ConfigureAwait(false);
    }

    /// <summary>Stops all; one that fails or takes too long is reported and left.</summary>
    public async Task StopAsync()
    {
        CallContext.Leave();
        Running[] running;
        lock (_running)
        {
            running = [.. _running];
            _running.Clear();
        }

        await Task.WhenAll(running.Select(StopAsync)).ConfigureAwait(false);
    }

    private async Task StartAsync(RoomService service, CancellationToken cancellationToken)
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
            room.Publish(RoomEventKinds.ServiceFailed, new ServiceFailure(service.Name, service.Required));
            if (service.Required)
            {
                throw new MeshException(
                    new MeshError(MeshErrorCode.Unavailable, $"Room '{room.Name}' cannot open: its required service '{service.Name}' did not start.")
                    {
                        Remedy = "The host finds the reason in its fault handler.",
                        Retryable = true,
                    },
                    exception);
            }
        }
    }

    private async Task StopAsync(Running running)
    {
        try
        {
            if (running.Stop is not null)
            {
                await running.Stop.DisposeAsync().AsTask().WaitAsync(room.Host.Options.ServiceTimeout, room.Host.Clock).ConfigureAwait(false);
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
