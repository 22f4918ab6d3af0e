namespace Mesh.Mcp;

/// <summary>The resources that one client listens to. At most 1,000 of them.</summary>
internal sealed class ResourceWatches(ResourceRequests resources, ChangeReader reader) : IAsyncDisposable
{
    private const int Most = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Watch> _watches = new(StringComparer.Ordinal);
    private bool _closed;

    /// <summary>Starts to listen to a resource; one that is listened to already stays so.</summary>
    /// <returns>False where nobody tells of its changes, or there are too many.</returns>
    public bool TryAdd(string uri)
    {
        lock (_gate)
        {
            if (_watches.ContainsKey(uri))
            {
                return true;
            }

            if (_closed || _watches.Count >= Most)
            {
                return false;
            }
        }

        // Outside of the lock: it is the provider's own code.
        var stop = new CancellationTokenSource();
        if (resources.Watch(uri, stop.Token) is not { } changes)
        {
            stop.Dispose();
            return false;
        }

        var watch = new Watch(stop);
        watch.Running = RunAsync(watch, uri, changes.GetAsyncEnumerator(CancellationToken.None), stop.Token);
        bool listens;
        lock (_gate)
        {
            if (watch.HasEnded || (!_closed && _watches.Count < Most && _watches.TryAdd(uri, watch)))
            {
                return true;
            }

            // Somebody was quicker, or there is no place any more.
            listens = _watches.ContainsKey(uri);
        }

        stop.Cancel();
        return listens;
    }

    /// <summary>Listens to a resource no more.</summary>
    public async ValueTask RemoveAsync(string uri)
    {
        Watch? watch;
        lock (_gate)
        {
            _watches.Remove(uri, out watch);
        }

        if (watch is not null)
        {
            await watch.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Watch[] watches;
        lock (_gate)
        {
            _closed = true;
            watches = [.. _watches.Values];
            _watches.Clear();
        }

        foreach (var watch in watches)
        {
            await watch.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Begins to watch at once, on the caller's own flow, so that the client misses nothing after its answer.</summary>
    private async Task RunAsync(Watch watch, string uri, IAsyncEnumerator<string> changes, CancellationToken cancellationToken)
    {
        await using var dispose = changes.ConfigureAwait(false);
        try
        {
            while (await changes.MoveNextAsync().ConfigureAwait(false))
            {
                reader.Add(changes.Current, uri);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It was told to stop.
        }
        catch (Exception)
        {
            // A right was taken away, the participant has left, or the provider failed. The client finds that out when it reads.
            reader.Add(uri, uri);
        }
        finally
        {
            // Nothing more comes of it: who wants to listen again begins another one.
            lock (_gate)
            {
                watch.HasEnded = true;
                if (_watches.TryGetValue(uri, out var kept) && kept == watch)
                {
                    _watches.Remove(uri);
                }
            }
        }
    }

    private sealed class Watch(CancellationTokenSource stop) : IAsyncDisposable
    {
        public Task Running { get; set; } = Task.CompletedTask;

        /// <summary>Whether it tells of nothing any more. Read and set under the lock.</summary>
        public bool HasEnded { get; set; }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Running.ConfigureAwait(false);
            stop.Dispose();
        }
    }
}
