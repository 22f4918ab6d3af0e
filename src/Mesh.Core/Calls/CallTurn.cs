using System.Runtime.CompilerServices;

namespace Mesh;

/// <summary>
/// What may stand in line at a gate: a call that does not end at once, by itself and not by another object, since it is
/// made for nearly every call of a busy agent. Links and state change under the lock of the gate.
/// </summary>
internal abstract class CallTurn : IThreadPoolWorkItem
{
    private volatile CallTurnState _state;

    /// <summary>The gate where it stands, stood last, or has a place; null where there is none.</summary>
    public CallGate? Gate { get; protected set; }

    public CallTurnState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>When it got its place, as a timestamp; 0 while it has none, or whoever told it had no clock at hand.</summary>
    public long BeganAt { get; protected set; }

    public CallTurn? Previous { get; set; }

    public CallTurn? Next { get; set; }

    /// <summary>Goes on, when it was told.</summary>
    public abstract void Execute();

    /// <summary>Tells it how its waiting has ended; called once for each, outside of the gate's lock. It goes on on the thread pool.</summary>
    public void Tell() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>The same where the caller has nothing more to do: on the thread pool, and not too deep in it, it goes on at once.</summary>
    /// <param name="now">The time.</param>
    public void Take(long now)
    {
        BeganAt = now;
        if (Thread.CurrentThread.IsThreadPoolThread && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            Execute();
        }
        else
        {
            Tell();
        }
    }
}

/// <summary>Where a call stands at a gate.</summary>
internal enum CallTurnState
{
    /// <summary>Not in line yet.</summary>
    New,

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
