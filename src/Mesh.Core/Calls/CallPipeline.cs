namespace Mesh;

/// <summary>
/// The one call path. Every call of every kind runs through <see cref="Run"/>: host filters, resolve, authorise,
/// validate input, reserve budget, approve, recheck, invoke, validate output, settle; the journal records whatever came
/// out, refusals too. A call whose handler ends at once runs from one end to the other on its caller's flow.
/// </summary>
internal sealed class CallPipeline(MeshHost host)
{
    private readonly bool _hasFilters = host.Options.Filters.Count > 0;

    // Stages are plain methods; a state machine is there only for what may really have to wait. Two awaits that never
    // wait cost a call more than its authorisation and its budget together.

    /// <summary>Runs a call to its outcome. Never throws.</summary>
    public CallEnd Run(CallState call)
    {
        call.StartedAt = host.Clock.GetTimestamp();
        return MeshInstruments.AreWatched ? CallEnd.Of(CallTelemetry.RunAsync(this, call)) : RunStages(call);
    }

    /// <summary>All that a call goes through, for telemetry to put its span around. Never throws.</summary>
    public CallEnd RunStages(CallState call)
    {
        if (call.Member.TryEnterCall(call) is { } closed)
        {
            return Settle(call, CallOutcome.FromError(closed), admitted: false);
        }

        SetDeadline(call);
        CallBudget.Enter(call);
        CallEnd end = (CallValidation.Measure(call) ?? Admit(call)) is { } refusal ? refusal
            : _hasFilters ? CallEnd.Of(FilterAsync(call))
            : Check(call);
        return end.IsThere ? Settle(call, end.Outcome, admitted: true)
            : end.Course is null ? CallEnd.Of(SettleAsync(call, end))
            : end;
    }

    private static MeshError? Admit(CallState call)
    {
        if (call.CallerToken.IsCancellationRequested)
        {
            return CallErrors.Cancelled(call.Request.Target);
        }

        // A handler that goes on after its call has ended may not act in its name any more.
        return call.Parent is { HasEnded: true } or { Imposed: not null } || (call.Parent is null && !call.Request.ParentId.IsEmpty)
            ? CallErrors.CallEnded(call.Request.Target)
            : null;
    }

    /// <summary>Host filters, and all that follows.</summary>
    private static async ValueTask<CallOutcome> FilterAsync(CallState call)
    {
        call.IsStaged = true;
        return (await CallFilters.RunAsync(call).ConfigureAwait(false) ?? CallValidation.Measure(call)) is { } refusal
            ? CallOutcome.FromError(refusal)
            : await Check(call).ConfigureAwait(false);
    }

    /// <summary>Resolve, authorise, validate input, and all that follows.</summary>
    private static CallEnd Check(CallState call) =>
        (CallResolution.Resolve(call) ?? CheckAtInstance(call)) is { } refusal ? refusal
        : call.Request.IdempotencyKey is null ? Perform(call)
        : CallEnd.Of(PerformOnceAsync(call));

    /// <summary>Authorise, validate input: what a call is held against wherever it is resolved to.</summary>
    internal static MeshError? CheckAtInstance(CallState call) =>
        CallAuthorization.Check(call) ?? CallValidation.CheckArguments(call) ?? CallAuthorization.CheckResource(call);

    /// <summary>Reserve budget, approve, recheck, invoke, validate output.</summary>
    private static CallEnd Perform(CallState call) =>
        CallBudget.Reserve(call) is { } refusal ? refusal
        : CallApproval.IsNeeded(call) ? CallEnd.Of(ApproveAsync(call))
        : InvokeAndRetry(call);

    private static async ValueTask<CallOutcome> ApproveAsync(CallState call)
    {
        call.IsStaged = true;
        var refusal = CallPassing.MakeJson(call) ?? await CallApproval.AskAsync(call).ConfigureAwait(false) ?? CallApproval.Recheck(call);
        return refusal is null ? await InvokeAndRetry(call).ConfigureAwait(false) : CallOutcome.FromError(refusal);
    }

    private static CallEnd InvokeAndRetry(CallState call)
    {
        var end = Invoke(call);
        return end.Course is null ? FinishAttempt(call, end) : end;
    }

    /// <summary>The end of a call whose first attempt has ended.</summary>
    public static CallEnd FinishAttempt(CallState call, CallEnd end) => end.IsResult ? end : CallEnd.Of(RetryAsync(call, end));

    private static async ValueTask<CallOutcome> RetryAsync(CallState call, CallEnd first)
    {
        var outcome = await first.ConfigureAwait(false);
        if (outcome.Error is { } error && MayRetry(call, error))
        {
            var retry = call.BeginRetry();
            // As JSON: by reference, the handler of the first attempt might still answer for the second one.
            var refusal = CallPassing.Write(retry) ?? CallResolution.ResolveRetry(call, retry) ?? CheckAtInstance(retry);
            if (refusal is null)
            {
                outcome = await Invoke(retry).ConfigureAwait(false);
            }
            else
            {
                // There is nobody to try: it stays the first attempt's outcome.
                retry.End();
                call.Retry = null;
            }
        }

        return outcome;
    }

    /// <summary>The first call under an idempotency key is performed; later ones get its outcome.</summary>
    private static async ValueTask<CallOutcome> PerformOnceAsync(CallState call)
    {
        call.IsStaged = true;
        var store = call.Member.Room.IdempotencyKeys;
        while (true)
        {
            if (store.Begin(call, out var entry, out bool isOwner) is { } taken)
            {
                return CallOutcome.FromError(taken);
            }

            if (isOwner)
            {
                var outcome = await Perform(call).ConfigureAwait(false);
                store.Complete(
                    entry, outcome, hadEffect: call.HasStarted && outcome.Error?.Code != MeshErrorCode.Unavailable, wasGivenUp: call.Imposed is not null);
                return outcome;
            }

            await ((Task)entry.Outcome.Task.WaitAsync(call.CancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (call.Imposed is { } imposed)
            {
                return imposed;
            }

            var first = await entry.Outcome.Task.ConfigureAwait(false);
            if (!entry.WasGivenUp)
            {
                return first;
            }

            // What ended the first call was the end of that one alone, and of its key nothing has become yet.
            if (CallAuthorization.Recheck(call) is { } refusal)
            {
                return CallOutcome.FromError(refusal);
            }
        }
    }

    /// <summary>Invoke, validate output.</summary>
    private static CallEnd Invoke(CallState call)
    {
        if (call.Imposed is { } imposed)
        {
            return imposed;
        }

        var instance = call.Instance!;
        bool isCounted = instance.IsCounted;
        return !isCounted || instance.Gate is not { } gate ? Serve(call, isCounted, null)
            : gate.TryEnter() ? Serve(call, isCounted, gate)
            : CallQueueing.LineUp(call, gate);
    }

    /// <summary>Invokes an instance, in which the call has a place where there is a gate.</summary>
    public static CallEnd Serve(CallState call, bool isCounted, CallGate? gate, long beganAt = 0)
    {
        var instance = call.Instance!;
        if (gate is not null && beganAt == 0)
        {
            beganAt = call.Host.Clock.GetTimestamp();
        }

        if (isCounted ? !instance.TryEnter() : instance.IsClosed)
        {
            return CallQueueing.GoElsewhere(call, gate);
        }

        call.HasStarted = true;
        var handled = instance.Invoker.Invoke(call);
        if (handled.ToCome is { } toCome)
        {
            if (!isCounted)
            {
                instance.Enter();
            }

            var life = call.EnsureLife();
            life.TrackProvider(instance);
            life.Watch(toCome, gate, beganAt);
            return CallEnd.Of(life);
        }

        call.EndedAt = call.Host.Clock.GetTimestamp();
        if (isCounted)
        {
            instance.Exit();
            gate?.Exit(call.EndedAt - beganAt)?.Tell();
        }

        // A handler that blocked its caller's thread past the deadline is found out only now.
        return CheckOutput(
            call,
            call.Imposed ?? (call.EndedAt > call.EffectiveDeadline ? CallOutcome.FromError(CallErrors.PastDeadline(call)) : handled.Outcome));
    }

    /// <summary>What follows when a call that did not end at once is over for who waits for it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="handled">What came of it.</param>
    /// <param name="endedAt">When it ended.</param>
    /// <param name="isDone">Whether its handler is done; one that is left behind stays in flight.</param>
    public static CallEnd OnHandled(CallState call, CallEnd handled, long endedAt, bool isDone)
    {
        if (!handled.IsThere)
        {
            return CallEnd.Of(OnHandledAsync(call, handled, endedAt, isDone));
        }

        if (isDone)
        {
            call.Instance!.Exit();
        }

        call.EndedAt = endedAt;
        return CheckOutput(call, handled.Outcome);
    }

    private static async ValueTask<CallOutcome> OnHandledAsync(CallState call, CallEnd handled, long endedAt, bool isDone) =>
        await OnHandled(call, await handled.ConfigureAwait(false), endedAt, isDone).ConfigureAwait(false);

    private static CallEnd CheckOutput(CallState call, CallOutcome outcome) => outcome.IsResult
        ? CallValidation.CheckOutput(call, outcome.Response)
        : LostProvider(call, outcome.Error!) is { } lost ? CallOutcome.FromError(lost, call.Sink?.Partial)
        : call.Sink?.Partial is { } partial ? CallOutcome.FromError(outcome.Error!, partial) : outcome;

    /// <summary>
    /// A handler whose participant leaves may be the first that learns of it, by a call that it cannot make any more: its call ends as all do that were served by
    /// that participant, who is just about to end them.
    /// </summary>
    private static MeshError? LostProvider(CallState call, MeshError error) =>
        (error.Code != MeshErrorCode.Closed && error.Code != MeshErrorCode.Cancelled) || call.Imposed is not null || call.Instance!.Provider is not { HasLeft: true } ? null
        : call.Member.HasLeft ? CallErrors.CallerLeft(call)
        : CallErrors.ProviderLeft(call);

    private static bool MayRetry(CallState call, MeshError error) =>
        error.Code == MeshErrorCode.Unavailable
        && call.Request.Attempt == 1
        && call.Instance!.Contract.Definition.Annotations.Idempotent
        && call.Sink is null
        && call.InputSource is null;

    private void SetDeadline(CallState call)
    {
        call.Deadline = call.Request.Timeout is { } timeout ? host.Clock.After(call.StartedAt, timeout)
            : call.IsStreaming ? long.MaxValue
            : host.DefaultDeadline(call.StartedAt);
    }

    /// <summary>The same for a call that a stage goes on with by itself.</summary>
    private async ValueTask<CallOutcome> SettleAsync(CallState call, CallEnd end) =>
        await Settle(call, await end.ConfigureAwait(false), admitted: true).ConfigureAwait(false);

    /// <summary>Settle, and the journal, which wraps it all.</summary>
    public CallEnd Settle(CallState call, CallOutcome outcome, bool admitted)
    {
        CallBudget.Settle(call);
        call.MarkEnded();
        if (admitted)
        {
            // It counts the call out, and is the fence that the call's end needs.
            call.Member.ExitCall();
        }
        else
        {
            Interlocked.MemoryBarrier();
        }

        call.Release();
        if (!outcome.IsResult && call.HasStarted && call.Instance!.Registration is null)
        {
            call.TakeBack();
        }

        if (call.Retry is { } retry)
        {
            retry.End();
            call = retry;
        }

        if (_hasFilters)
        {
            CallFilters.Tell(call, outcome);
        }

        return host.Journal is MemoryJournal memory ? Append(memory, call, outcome) : CallEnd.Of(AppendAsync(call, outcome));
    }

    /// <summary>The journal in memory keeps less than an entry, which is made when somebody reads.</summary>
    private CallOutcome Append(MemoryJournal journal, CallState call, CallOutcome outcome)
    {
        try
        {
            journal.Append(call, outcome);
        }
        catch (Exception exception)
        {
            ReportJournal(call, exception);
        }

        return outcome;
    }

    private async ValueTask<CallOutcome> AppendAsync(CallState call, CallOutcome outcome)
    {
        try
        {
            await host.Journal.AppendAsync(CallRecord.Of(call, outcome).ToEntry()).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ReportJournal(call, exception);
        }

        return outcome;
    }

    private void ReportJournal(CallState call, Exception exception) =>
        host.ReportFault(new(MeshFaultKind.Journal, "The journal did not take the entry of a call.", exception) { CallId = call.Request.Id });
}
