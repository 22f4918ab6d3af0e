namespace Mesh.Mcp;

/// <summary>
/// Tells those who listen that what the participant sees has changed. Changes are gathered for a short time first; while
/// nothing happens it uses neither a timer nor the processor.
/// </summary>
internal sealed class ChangeFeed : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<ChangeReader> _readers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly RoomClient _room;
    private readonly RoomMcpServerOptions _options;
    private readonly ChangeKinds _ofToolkits;
    private Task _running = Task.CompletedTask;
    private bool _isGathering;
    private bool _ended;

    public ChangeFeed(RoomClient room, RoomMcpServerOptions options)
    {
        _room = room;
        _options = options;

        // Prompts may be made of what toolkits say.
        _ofToolkits = ChangeKinds.Tools | (options.Prompts.Count > 0 ? ChangeKinds.Prompts : ChangeKinds.None);
    }

    /// <summary>Begins: what changes from here on is told. Called once, before anybody listens.</summary>
    public void Start() => _running = RunAsync(_room.Events.ReadAsync(EventPosition.Latest, _stop.Token).GetAsyncEnumerator(CancellationToken.None));

    /// <summary>Starts to listen; disposing what is returned ends that.</summary>
    public ChangeReader Read(ChangeKinds kinds)
    {
        var reader = new ChangeReader(this, kinds);
        lock (_gate)
        {
            _readers.Add(reader);
            if (_ended)
            {
                reader.Complete();
            }
        }

        return reader;
    }

    public void Remove(ChangeReader reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Begins to read at once, on the caller's own flow, so that nothing is missed after it has returned.</summary>
    private async Task RunAsync(IAsyncEnumerator<RoomEvent> events)
    {
        await using var dispose = events.ConfigureAwait(false);
        Task gathering = Task.CompletedTask;
        try
        {
            while (await events.MoveNextAsync().ConfigureAwait(false))
            {
                // What comes while a change is held back is told with it.
                if (RoomChanges.Concerns(events.Current) && !Interlocked.Exchange(ref _isGathering, true))
                {
                    gathering = TellAsync(gathering);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }

        CompleteReaders();
        await gathering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The participant has left, or is served no more: who listens hears of it, and does not wait for what cannot come.</summary>
    private void CompleteReaders()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var reader in _readers)
            {
                reader.Complete();
            }
        }
    }

    private async Task TellAsync(Task before)
    {
        await before.ConfigureAwait(false);
        await Task.Delay(_options.ChangeDelay, _options.TimeProvider, _stop.Token).ConfigureAwait(false);
        Volatile.Write(ref _isGathering, false);
        ChangeReader[] readers;
        lock (_gate)
        {
            readers = [.. _readers];
        }

        foreach (var reader in readers)
        {
            reader.Add(_ofToolkits);
        }
    }
}
