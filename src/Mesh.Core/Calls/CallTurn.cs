namespace Mesh;

/// <summary>A call that stands in line at a gate. Its links and its state change under the gate's lock.</summary>
/// <param name="waiting">What goes on when it is told.</param>
/// <param name="gate">The gate.</param>
internal sealed class CallTurn(IThreadPoolWorkItem waiting, CallGate gate)
{
    public CallTurnState State { get; set; }

    /// <summary>When it came, as a timestamp; 0 where whoever told it had no clock at hand.</summary>
    public long CameAt { get; private set; }

    public CallTurn? Previous { get; set; }

    public CallTurn? Next { get; set; }

    /// <summary>Tells the call how its waiting has ended; called once, outside of the gate's lock. The call goes on on the thread pool.</summary>
    public void Tell() => ThreadPool.UnsafeQueueUserWorkItem(waiting, preferLocal: false);

    /// <summary>The same where the caller has nothing more to do: on the thread pool, the call goes on at once.</summary>
    /// <param name="now">The time.</param>
    public void Take(long now)
    {
        CameAt = now;
        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            waiting.Execute();
        }
        else
        {
            Tell();
        }
    }

    /// <summary>Stops waiting, unless the turn has come.</summary>
    public void Leave() => gate.Leave(this);
}

/// <summary>Where a call stands at a gate.</summary>
internal enum CallTurnState
{
    /// <summary>Not in line yet, or in line.</summary>
    Waiting,

    /// <summary>It has a place, and must give it up.</summary>
    Come,

    /// <summary>Something has ended the call.</summary>
    Left,

    /// <summary>The instance was withdrawn.</summary>
    Withdrawn,

    /// <summary>As many wait as may.</summary>
    Refused,
}
