namespace Mesh;

/// <summary>How far one watch of a store in memory has come. Not thread-safe: used under the lock of its store.</summary>
internal sealed class StateWatcher
{
    // Enough that a reader takes the lock seldom, and little enough that what it has taken is still news.
    private const int TakenAtOnce = 64;

    private readonly StatePattern _pattern;
    private long _position;
    private long _replayedFrom;
    private long _syncAt;
    private bool _isSyncDue = true;
    private long? _unreached;

    /// <param name="pattern">Which keys.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="version">The version of the store now.</param>
    public StateWatcher(StatePattern pattern, StateWatchStart start, long version)
    {
        _pattern = pattern;
        _syncAt = version;
        _unreached = start.Version > version ? start.Version : null;
        if (start.IsCurrent)
        {
            _replayedFrom = version;
        }
        else
        {
            _position = start.Version ?? version;
        }
    }

    /// <summary>Completes when there is something to take; null while nobody waits.</summary>
    public TaskCompletionSource? Waiting { get; set; }

    public bool Matches(string key) => _pattern.Matches(key);

    /// <summary>Notes that nothing up to a version was for this watch, while it waited.</summary>
    public void SkipTo(long version) => _position = version;

    /// <summary>Takes what is next.</summary>
    /// <param name="log">The writes of the store.</param>
    /// <param name="version">Its version now.</param>
    /// <param name="looks">How many writes may be looked at.</param>
    /// <param name="into">Where to add it.</param>
    /// <returns>False when it has come to the end, and nothing was added.</returns>
    public bool Take(StateLog log, long version, int looks, List<StateChange> into)
    {
        // While current values are replayed, only deletions after the beginning of that are news.
        long known = Math.Max(_position, _replayedFrom);
        if (_unreached is not null || log.ForgottenThrough > known)
        {
            into.Add(new(StateChangeKind.Lagged, version) { Missed = _unreached is null ? log.ForgottenThrough - known : 0 });
            (_position, _replayedFrom, _syncAt, _isSyncDue, _unreached) = (0, version, version, true, null);
        }

        foreach (var write in log.After(_position))
        {
            if (_isSyncDue && write.Version > _syncAt)
            {
                break;
            }

            if (into.Count == TakenAtOnce || looks-- == 0)
            {
                return true;
            }

            _position = write.Version;
            if (!write.IsOld && (!write.IsDeletion || write.Version > _replayedFrom) && _pattern.Matches(write.Key))
            {
                into.Add(write.ToChange());
            }
        }

        if (_isSyncDue)
        {
            _isSyncDue = false;
            _position = Math.Max(_position, _syncAt);
            into.Add(new(StateChangeKind.Synced, _syncAt));
        }
        else
        {
            _position = version;
        }

        return into.Count > 0;
    }
}

/// <summary>The watches that have come to the end and wait. Not thread-safe: used under the lock of their store.</summary>
internal sealed class StateWaiters
{
    private readonly List<StateWatcher> _waiting = [];

    public Task Add(StateWatcher watcher)
    {
        _waiting.Add(watcher);
        watcher.Waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return watcher.Waiting.Task;
    }

    /// <summary>Wakes those that a write is for; each goes on with that very write.</summary>
    public void Wake(StateWrite write)
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            var watcher = _waiting[i];
            if (watcher.Matches(write.Key))
            {
                watcher.SkipTo(write.Version - 1);
                watcher.Waiting!.SetResult();
                RemoveAt(i);
            }
        }
    }

    /// <summary>Lets one go that waits no longer; without effect when it was woken.</summary>
    public void Remove(StateWatcher watcher)
    {
        if (watcher.Waiting is not null && _waiting.IndexOf(watcher) is >= 0 and var index)
        {
            RemoveAt(index);
        }
    }

    private void RemoveAt(int index)
    {
        _waiting[index].Waiting = null;
        _waiting[index] = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
    }
}
