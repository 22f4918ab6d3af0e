using System.Diagnostics.CodeAnalysis;

namespace Mesh.Mcp;

/// <summary>
/// The tasks of the participant that is served. There are no more than so many, and each is kept for as long as somebody asks for
/// it: one that was not asked for in a while is forgotten, and its call cancelled.
/// </summary>
internal sealed class CallTasks(RequestStates ids, TimeProvider clock, TimeSpan patience, int most) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private bool _closed;

    /// <summary>Makes a task of a call that runs.</summary>
    /// <returns>Null where there is no place for it: then its client waits for it as for any other call.</returns>
    public CallTask? TryAdd(RoundCall call)
    {
        lock (_gate)
        {
            if (_closed || _kept.Count >= most)
            {
                return null;
            }

            var task = new CallTask(ids.NewId().ToString(), call, clock, patience);

            // The flow of the request that made the call is not kept for as long as the timer.
            using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
            {
                _kept.Add(task.Id, new(task, clock.CreateTimer(_ => Drop(task.Id), null, patience, Timeout.InfiniteTimeSpan)));
            }

            return task;
        }
    }

    /// <summary>Finds a task, which is kept for longer then.</summary>
    public bool TryFind(string? id, [NotNullWhen(true)] out CallTask? task)
    {
        lock (_gate)
        {
            if (id is null || !_kept.TryGetValue(id, out var kept))
            {
                task = null;
                return false;
            }

            kept.Expiry.Change(patience, Timeout.InfiniteTimeSpan);
            task = kept.Task;
        }

        task.See();
        return true;
    }

    /// <summary>Forgets the tasks of a session that has ended, and cancels what runs of them.</summary>
    public void DropAllOf(object session) => DropWhere(task => task.Session == session);

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
        }

        DropWhere(static _ => true);
    }

    private void DropWhere(Func<CallTask, bool> isMeant)
    {
        string[] ids;
        lock (_gate)
        {
            ids = [.. _kept.Values.Where(kept => isMeant(kept.Task)).Select(static kept => kept.Task.Id)];
        }

        foreach (string id in ids)
        {
            Drop(id);
        }
    }

    private void Drop(string id)
    {
        Kept kept;
        lock (_gate)
        {
            if (!_kept.Remove(id, out kept))
            {
                return;
            }
        }

        kept.Expiry.Dispose();
        kept.Task.Cancel();
    }

    private readonly record struct Kept(CallTask Task, ITimer Expiry);
}
