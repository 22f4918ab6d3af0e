using System.Threading.Tasks.Sources;

namespace Mesh;

/// <summary>A call that stands in line at a gate. Its links and its state change under the gate's lock.</summary>
/// <remarks>Whoever is told goes on on the thread pool: a row of short handlers must not run inside one another.</remarks>
internal sealed class CallTurn(CallState call, CallGate gate) : IValueTaskSource<CallTurnState>
{
    private ManualResetValueTaskSourceCore<CallTurnState> _told = new() { RunContinuationsAsynchronously = true };

    public CallState Call => call;

    public CallTurnState State { get; set; }

    public CallTurn? Previous { get; set; }

    public CallTurn? Next { get; set; }

    /// <summary>Waits for whatever ends the waiting; to be awaited once.</summary>
    public ValueTask<CallTurnState> WaitAsync() => new(this, _told.Version);

    /// <summary>Tells whoever waits how the waiting has ended; called once, outside of the gate's lock.</summary>
    public void Tell() => _told.SetResult(State);

    /// <summary>Stops waiting, unless the turn has come.</summary>
    public void Leave() => gate.Leave(this);

    CallTurnState IValueTaskSource<CallTurnState>.GetResult(short token) => _told.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<CallTurnState>.GetStatus(short token) => _told.GetStatus(token);

    void IValueTaskSource<CallTurnState>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _told.OnCompleted(continuation, state, token, flags);
}

/// <summary>Where a call stands at a gate.</summary>
internal enum CallTurnState
{
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
