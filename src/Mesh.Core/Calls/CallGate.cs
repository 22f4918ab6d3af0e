namespace Mesh;

/// <summary>
/// The limit of one instance: so many of its calls run at once, so many more wait for their turn, in the order in which
/// they came. An instance without a limit has no gate, and its calls know of none.
/// </summary>
internal sealed class CallGate(int maxRunning, int maxWaiting)
{
    /// <summary>How many calls wait at most where a limit is set and that is not.</summary>
    public const int DefaultMaxWaiting = 1_024;

    /// <summary>The most that may be asked for: a call that waits costs memory and a timer.</summary>
    public const int MostWaiting = 100_000;

    /// <summary>Of the time that calls take, the last one counts one part in so many.</summary>
    private const int Smoothing = 8;

    private SpinLock _gate = new(enableThreadOwnerTracking: false);
    private CallTurn? _first;
    private CallTurn? _last;
    private int _running;
    private int _waiting;
    private long _typical;
    private bool _isClosed;

    public int MaxRunning { get; } = maxRunning;

    public int MaxWaiting { get; } = maxWaiting;

    /// <summary>The calls that have a place: those that run and those that wait.</summary>
    public int Load => Volatile.Read(ref _running) + Volatile.Read(ref _waiting);

    /// <summary>Whether a call that came now would run at once.</summary>
    public bool IsFree => Volatile.Read(ref _running) < MaxRunning;

    /// <summary>Whether a call that came now would be turned away.</summary>
    public bool IsFull => Load >= (long)MaxRunning + MaxWaiting;

    /// <summary>The gate of a registration; null where it sets no limit.</summary>
    public static CallGate? Of(RegistrationOptions options) =>
        options.MaxConcurrency is { } most ? new(most, options.MaxWaiting ?? DefaultMaxWaiting) : null;

    /// <summary>Takes a place if one is free. <see cref="Exit"/> must follow.</summary>
    public bool TryEnter()
    {
        if (!IsFree)
        {
            return false;
        }

        using (new SpinHold(ref _gate))
        {
            bool isFree = _running < MaxRunning;
            _running += isFree ? 1 : 0;
            return isFree;
        }
    }

    /// <summary>Takes a place if one is free, or lines up; what came of it is the turn's state as well.</summary>
    public CallTurnState Enter(CallTurn turn)
    {
        using (new SpinHold(ref _gate))
        {
            if (_running < MaxRunning)
            {
                _running++;
                return turn.State = CallTurnState.Come;
            }

            if (_isClosed || _waiting >= MaxWaiting)
            {
                return turn.State = _isClosed ? CallTurnState.Withdrawn : CallTurnState.Refused;
            }

            turn.Previous = _last;
            _ = _last is null ? _first = turn : _last.Next = turn;
            _last = turn;
            _waiting++;
            return turn.State = CallTurnState.Waiting;
        }
    }

    /// <summary>Gives a place up, to the first that waits.</summary>
    /// <param name="elapsed">How long the call has run, in ticks of the clock; 0 when it has not.</param>
    /// <returns>Who has it now, and must be told; null when nobody waits.</returns>
    public CallTurn? Exit(long elapsed)
    {
        using (new SpinHold(ref _gate))
        {
            if (elapsed > 0)
            {
                _typical = _typical == 0 ? elapsed : Math.Max(1, _typical + ((elapsed - _typical) / Smoothing));
            }

            var next = _first;
            if (next is null)
            {
                _running--;
            }
            else
            {
                UnlinkHeld(next, CallTurnState.Come);
            }

            return next;
        }
    }

    /// <summary>Takes a call out of the line that does not want its turn any more; without effect when that has come.</summary>
    public void Leave(CallTurn turn)
    {
        using (new SpinHold(ref _gate))
        {
            // It may have gone to another gate meanwhile, which it names before it waits there.
            if (turn.State != CallTurnState.Waiting || turn.Gate != this)
            {
                return;
            }

            UnlinkHeld(turn, CallTurnState.Left);
        }

        turn.Tell();
    }

    /// <summary>Sends away those that wait: the instance is withdrawn.</summary>
    public void Close()
    {
        CallTurn? turn;
        using (new SpinHold(ref _gate))
        {
            _isClosed = true;
            turn = _first;
            for (var each = turn; each is not null; each = each.Next)
            {
                each.State = CallTurnState.Withdrawn;
            }

            (_first, _last, _waiting) = (null, null, 0);
        }

        while (turn is not null)
        {
            var next = turn.Next;
            (turn.Previous, turn.Next) = (null, null);
            turn.Tell();
            turn = next;
        }
    }

    /// <summary>
    /// When a call that came now would have its turn, by the time that calls took of late, in ticks of the clock; 0 when
    /// none has ended yet.
    /// </summary>
    public long EstimateTurn()
    {
        using (new SpinHold(ref _gate))
        {
            return (long)Math.Min((double)_typical * (_waiting + 1) / MaxRunning, long.MaxValue / 2);
        }
    }

    private void UnlinkHeld(CallTurn turn, CallTurnState state)
    {
        _ = turn.Previous is null ? _first = turn.Next : turn.Previous.Next = turn.Next;
        _ = turn.Next is null ? _last = turn.Previous : turn.Next.Previous = turn.Previous;

        // A turn that is over must not hold on to those behind it: what outlives one collection would let all that follow outlive it.
        (turn.Previous, turn.Next) = (null, null);
        turn.State = state;
        _waiting--;
    }
}
