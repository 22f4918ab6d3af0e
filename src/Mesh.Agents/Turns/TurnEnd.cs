namespace Mesh.Agents;

/// <summary>What ends a turn from outside: its reader's token, its reader who no longer reads, and its time.</summary>
internal sealed class TurnEnd : IDisposable
{
    private readonly CancellationToken _given;
    private readonly CancellationTokenSource? _time;
    private readonly CancellationTokenSource? _source;
    private readonly TimeSpan? _limit;

    private TurnEnd(TimeSpan? limit, bool isWatched, RoomClient room, CancellationToken given)
    {
        _given = given;
        _limit = limit;
        if (limit is { } time)
        {
            _time = new(time, room.TimeProvider);
        }

        // A turn that nobody watches is never left in the middle of its calls.
        _source = limit is not null || isWatched ? CancellationTokenSource.CreateLinkedTokenSource(given, _time?.Token ?? default) : null;
    }

    public CancellationToken Token => _source?.Token ?? _given;

    public static TurnEnd Of(TimeSpan? limit, bool isWatched, RoomClient room, CancellationToken given) => new(limit, isWatched, room, given);

    /// <exception cref="OperationCanceledException">Its reader has cancelled it.</exception>
    /// <exception cref="MeshException">Its time is over.</exception>
    public void ThrowIfOver()
    {
        if (!Token.IsCancellationRequested)
        {
            return;
        }

        _given.ThrowIfCancellationRequested();
        throw new MeshException(TurnErrors.OutOfTime(_limit ?? default));
    }

    public void Cancel() => _source?.Cancel();

    public void Dispose()
    {
        _source?.Dispose();
        _time?.Dispose();
    }
}
