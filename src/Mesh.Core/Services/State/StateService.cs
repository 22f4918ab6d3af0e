using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>The state of one session of a room: its store, and the watches that are open.</summary>
internal sealed class StateService(IStateStore store)
{
    private readonly HashSet<StateWatch> _watches = [];
    private bool _isEnding;

    public IStateStore Store { get; } = store;

    /// <summary>The token for a call of the store. That of a call costs more than a write in memory, which never waits.</summary>
    public CancellationToken TokenOf(CallState call) => Store is MemoryStateStore ? default : call.CancellationToken;

    /// <summary>The changes that the call of a watch may see. Ends when the room is retired.</summary>
    /// <exception cref="MeshException">The grants of the call were taken away (<see cref="MeshErrorCode.NotGranted"/>).</exception>
    public async IAsyncEnumerable<StateChange> WatchAsync(
        CallState call, StatePattern pattern, StateWatchStart start, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var watch = new StateWatch(call);
        await using var untie = cancellationToken.UnsafeRegister(static state => ((StateWatch)state!).End(null), watch).ConfigureAwait(false);
        var changes = Store.WatchAsync(pattern, start, watch.Token).GetAsyncEnumerator(watch.Token);
        try
        {
            Begin(watch);
            while (await MoveNextAsync(changes, watch, cancellationToken).ConfigureAwait(false))
            {
                if (changes.Current is var change && (change.Key is null || StateToolkit.MayRead(call, change.Key)))
                {
                    yield return change;
                }
            }
        }
        finally
        {
            End(watch);
            await changes.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the watches that are open, and those that begin from now on.</summary>
    public void EndWatches()
    {
        lock (_watches)
        {
            _isEnding = true;
        }

        foreach (var watch in Watches())
        {
            watch.End(null);
        }
    }

    /// <summary>Ends the watches whose caller, or the person that it acts for, may watch no longer.</summary>
    public void OnGrantsChanged()
    {
        foreach (var watch in Watches())
        {
            if (CallAuthorization.Check(watch.Call) is { } refusal)
            {
                watch.End(refusal);
            }
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<StateChange> changes, StateWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            return !watch.Token.IsCancellationRequested && await changes.MoveNextAsync().ConfigureAwait(false) ? true
                : watch.Refusal is { } refusal ? throw new MeshException(refusal)
                : false;
        }
        catch (OperationCanceledException) when (watch.Token.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Whoever retires the room or changes grants goes on at once, and does not run the reader's code.
            await Task.Yield();
            return watch.Refusal is { } refusal ? throw new MeshException(refusal) : false;
        }
    }

    private void Begin(StateWatch watch)
    {
        bool isOver;
        lock (_watches)
        {
            _watches.Add(watch);
            isOver = _isEnding;
        }

        if (isOver)
        {
            watch.End(null);
        }
        else if (CallAuthorization.Check(watch.Call) is { } refusal)
        {
            // They may have changed just before it was among those that are told.
            watch.End(refusal);
        }
    }

    private void End(StateWatch watch)
    {
        lock (_watches)
        {
            _watches.Remove(watch);
        }
    }

    private StateWatch[] Watches()
    {
        lock (_watches)
        {
            return [.. _watches];
        }
    }
}

/// <summary>A watch that is open.</summary>
internal sealed class StateWatch(CallState call) : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private MeshError? _refusal;

    public CallState Call { get; } = call;

    public CancellationToken Token => _end.Token;

    /// <summary>Why it was ended; null when it ends as watches do.</summary>
    public MeshError? Refusal => Volatile.Read(ref _refusal);

    public void End(MeshError? refusal)
    {
        // The first refusal stays; a watch that is ending without one may still get one.
        Interlocked.CompareExchange(ref _refusal, refusal, null);
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
        }
    }

    public void Dispose() => _end.Dispose();
}
