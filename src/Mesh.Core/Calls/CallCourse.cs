using System.Threading.Tasks.Sources;

namespace Mesh;

/// <summary>
/// How a call goes on that does not end at once: from its turn at a gate to its handler, through the race between that and
/// whatever ends the call before, to its outcome. Written out by hand instead of as state machines: all that such a call
/// needs is this one object, and whoever waits for the outcome waits for it.
/// </summary>
internal abstract class CallCourse(CallState call) : CallTurn, IValueTaskSource<CallOutcome>
{
    /// <summary>What is added to the race by who watches the handler, and by each that ends it.</summary>
    private const int Watching = 1;
    private const int Over = 2;

    private ManualResetValueTaskSourceCore<CallOutcome> _end;
    private ExecutionContext? _context;
    private Task? _handler;
    private CallEnd _handled;
    private long _handledAt;
    private int _race;
    private bool _isAnswered;

    public CallState Call => call;

    /// <summary>What has ended the call from outside, if anything has.</summary>
    public abstract CallOutcome? Imposed { get; }

    /// <summary>Whether a handler still runs that the call no longer waits for.</summary>
    public bool HandlerLeftBehind { get; private set; }

    /// <summary>How often the call was turned away and has looked for another instance.</summary>
    public int Looks { get; set; }

    /// <summary>The outcome; settled, unless a stage around the call goes on with it. To be awaited once.</summary>
    public ValueTask<CallOutcome> WaitAsync() => new(this, Version);

    /// <summary>What whoever awaits it has to show.</summary>
    public short Version => _end.Version;

    /// <summary>Lines the call up at a gate. Where it waits, it goes on by itself when it is told.</summary>
    public CallTurnState LineUp(CallGate gate)
    {
        _context ??= ExecutionContext.Capture();
        (Gate, BeganAt) = (gate, 0);

        // Entering the gate is a full fence: whoever ends the call meanwhile either finds it at the gate, or is seen here.
        var state = gate.Enter(this);
        if (state == CallTurnState.Waiting && Imposed is not null)
        {
            gate.Leave(this);
        }

        return state;
    }

    /// <summary>Lets a handler race against what ends its call before it; called once. The call then goes on by itself.</summary>
    /// <param name="handler">The handler: the task of its answer, which the instance's invoker reads.</param>
    /// <param name="gate">Where the handler has a place, which it keeps until it is done, also when its call no longer waits for it.</param>
    /// <param name="beganAt">When it began; 0 without a gate.</param>
    public void Watch(Task handler, CallGate? gate, long beganAt)
    {
        _context ??= ExecutionContext.Capture();
        (_handler, Gate, BeganAt) = (handler, gate, beganAt);
        bool isOver = Interlocked.Add(ref _race, Watching) != Watching;
        handler.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnHandled);
        if (isOver)
        {
            GoOn();
        }
    }

    /// <summary>What the thread pool was given to do: the call was told its turn, or its handler has answered.</summary>
    public override void Execute()
    {
        if (_handler is null)
        {
            GoOn();
        }
        else
        {
            OnAnswered();
        }
    }

    CallOutcome IValueTaskSource<CallOutcome>.GetResult(short token) => _end.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<CallOutcome>.GetStatus(short token) => _end.GetStatus(token);

    void IValueTaskSource<CallOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _end.OnCompleted(continuation, state, token, flags);

    /// <summary>Something has ended the call from outside: whoever waits for it goes on elsewhere.</summary>
    protected void OnImposed()
    {
        Gate?.Leave(this);
        if (TryEndRace())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static course => course.GoOn(), this, preferLocal: false);
        }
    }

    private void OnHandled()
    {
        _handledAt = call.Host.Clock.GetTimestamp();
        if (Gate?.Exit(_handledAt - BeganAt) is { } next)
        {
            // The next one is served here and now, where the memory of its gate is. Whoever waits for this one goes on
            // elsewhere: it must not wait for the handler of another.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
            next.Take(_handledAt);
        }
        else
        {
            OnAnswered();
        }
    }

    private void OnAnswered()
    {
        // Also for a call that has ended: a fault is told to the host, and streams that nobody reads are closed.
        var instance = call.Instance!;
        _handled = instance.Invoker.Finish(_handler!, call);
        if (TryEndRace())
        {
            _isAnswered = true;
            GoOn();
            return;
        }

        // The call may be over long before its handler is, which was in flight until now.
        instance.Exit();
        if (instance.Registration is null)
        {
            call.TakeBack();
        }
    }

    /// <summary>Goes on in the caller's context: it was told its turn, or its race is over.</summary>
    private void GoOn()
    {
        if (_context is null)
        {
            Proceed();
        }
        else
        {
            ExecutionContext.Run(_context, static course => ((CallCourse)course!).Proceed(), this);
        }
    }

    private void Proceed()
    {
        try
        {
            var end = _handler is null ? CallQueueing.Enter(call, State) : EndRace();
            if (end.Course is null)
            {
                Finish(CallPipeline.FinishAttempt(call, end));
            }
        }
        catch (Exception exception)
        {
            _end.SetException(exception);
        }
    }

    /// <summary>Whether this is the first end, of a race that somebody waits for.</summary>
    private bool TryEndRace() => Interlocked.Add(ref _race, Over) == Watching + Over;

    /// <summary>Whatever ended the call came first, even if the handler ended with it: its token was cancelled for that.</summary>
    private CallEnd EndRace()
    {
        HandlerLeftBehind = !_handler!.IsCompleted;
        return Imposed is { } imposed
            ? CallPipeline.OnHandled(call, imposed, call.Host.Clock.GetTimestamp(), _isAnswered)
            : CallPipeline.OnHandled(call, _handled, _handledAt, isDone: true);
    }

    private void Finish(CallEnd end)
    {
        if (!end.IsThere)
        {
            _ = FinishAsync(end);
            return;
        }

        end = call.IsStaged ? end : call.Host.Pipeline.Settle(call, end.Outcome, admitted: true);
        if (end.IsThere)
        {
            _end.SetResult(end.Outcome);
        }
        else
        {
            _ = PublishAsync(end);
        }
    }

    /// <summary>Never faults: what fails is the end.</summary>
    private async Task FinishAsync(CallEnd end)
    {
        try
        {
            Finish(await end.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            _end.SetException(exception);
        }
    }

    /// <summary>Never faults: a journal that fails was reported.</summary>
    private async Task PublishAsync(CallEnd settled) => _end.SetResult(await settled.ConfigureAwait(false));
}
