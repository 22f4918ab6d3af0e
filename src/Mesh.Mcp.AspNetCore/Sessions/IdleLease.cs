namespace Mesh.Mcp.AspNetCore;

/// <summary>
/// Counts who uses something, and ends it when nobody has for a while. A use costs no timer: one is set when the last
/// user goes, and looks for itself whether there were others since.
/// </summary>
internal sealed class IdleLease(TimeProvider clock, TimeSpan patience, Action onIdle) : IDisposable
{
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _idleSince;
    private int _users;
    private bool _isSet;
    private bool _ended;

    /// <summary>Since when nobody uses it, as a timestamp of the clock; null while somebody does, or it has ended.</summary>
    public long? IdleSince
    {
        get
        {
            lock (_gate)
            {
                return _users == 0 && !_ended ? _idleSince : null;
            }
        }
    }

    /// <summary>Begins a use.</summary>
    /// <returns>Whether it may be used; false where it has ended.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            _users++;
            return true;
        }
    }

    /// <summary>Ends a use.</summary>
    public void Exit()
    {
        lock (_gate)
        {
            if (--_users == 0 && !_ended)
            {
                _idleSince = clock.GetTimestamp();
                SetLocked(patience);
            }
        }
    }

    /// <summary>Ends it, for whatever other reason, also while it is used.</summary>
    /// <returns>Whether it was this that ended it.</returns>
    public bool TryEnd()
    {
        lock (_gate)
        {
            return TryEndLocked();
        }
    }

    public void Dispose() => TryEnd();

    private void SetLocked(TimeSpan time)
    {
        if (_isSet)
        {
            return;
        }

        _isSet = true;
        if (_timer is null)
        {
            // What a request had in its flow is not kept for as long as the timer.
            using (ExecutionContext.SuppressFlow())
            {
                _timer = clock.CreateTimer(static lease => ((IdleLease)lease!).Look(), this, time, Timeout.InfiniteTimeSpan);
            }
        }
        else
        {
            _timer.Change(time, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            _isSet = false;
            if (_ended || _users > 0)
            {
                return;
            }

            var idle = clock.GetElapsedTime(_idleSince);
            if (idle < patience)
            {
                SetLocked(patience - idle);
                return;
            }

            TryEndLocked();
        }

        onIdle();
    }

    private bool TryEndLocked()
    {
        if (_ended)
        {
            return false;
        }

        _ended = true;
        _timer?.Dispose();
        return true;
    }
}
