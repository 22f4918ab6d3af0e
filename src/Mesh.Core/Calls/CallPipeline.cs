namespace Mesh;

/// <summary>
/// The one call path. Every call of every kind runs through <see cref="RunAsync"/>: host filters, resolve, authorise,
/// validate input, reserve budget, approve, recheck, invoke, validate output, settle; the journal records whatever came
/// out, refusals too. A call whose handler ends at once runs from one end to the other on its caller's flow.
/// </summary>
internal sealed class CallPipeline(MeshHost host)
{
    private readonly bool _hasFilters = host.Options.Filters.Count > 0;

    // Stages are plain methods; a state machine is there only for what may really have to wait. Two awaits that never
    // wait cost a call more than its authorisation and its budget together.

    /// <summary>Runs a call to its outcome. Never throws.</summary>
    public ValueTask<CallOutcome> RunAsync(CallState call)
    {
        call.StartedAt = host.Clock.GetTimestamp();
        return MeshInstruments.AreWatched ? CallTelemetry.RunAsync(this, call) : RunStagesAsync(call);
    }

    /// <summary>All that a call goes through, for telemetry to put its span around. Never throws.</summary>
    public ValueTask<CallOutcome> RunStagesAsync(CallState call)
    {
        if (call.Caller.TryEnterCall(call) is { } closed)
        {
            return SettleAsync(call, new(CallOutcome.FromError(closed)), admitted: false);
        }

        SetDeadline(call);
        CallBudget.Enter(call);
        var running = (CallValidation.Measure(call) ?? Admit(call)) is { } refusal ? new(CallOutcome.FromError(refusal))
            : _hasFilters ? FilterAsync(call)
            : CheckAsync(call);
        return SettleAsync(call, running, admitted: true);
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
    private static async ValueTask<CallOutcome> FilterAsync(CallState call) =>
        (await CallFilters.RunAsync(call).ConfigureAwait(false) ?? CallValidation.Measure(call)) is { } refusal
            ? CallOutcome.FromError(refusal)
            : await CheckAsync(call).ConfigureAwait(false);

    /// <summary>Resolve, authorise, validate input, and all that follows.</summary>
    private static ValueTask<CallOutcome> CheckAsync(CallState call) =>
        (CallResolution.Resolve(call) ?? CallAuthorization.Check(call) ?? CallValidation.CheckArguments(call)) is { } refusal
            ? new(CallOutcome.FromError(refusal))
            : call.Request.IdempotencyKey is null ? PerformAsync(call) : PerformOnceAsync(call);

    /// <summary>Reserve budget, approve, recheck, invoke, validate output.</summary>
    private static ValueTask<CallOutcome> PerformAsync(CallState call) =>
        CallBudget.Reserve(call) is { } refusal ? new(CallOutcome.FromError(refusal))
        : CallApproval.IsNeeded(call) ? ApproveAsync(call)
        : InvokeAndRetryAsync(call);

    private static async ValueTask<CallOutcome> ApproveAsync(CallState call)
    {
        var refusal = CallValidation.CheckAsJson(call) ?? await CallApproval.AskAsync(call).ConfigureAwait(false) ?? CallApproval.Recheck(call);
        return refusal is null ? await InvokeAndRetryAsync(call).ConfigureAwait(false) : CallOutcome.FromError(refusal);
    }

    private static ValueTask<CallOutcome> InvokeAndRetryAsync(CallState call)
    {
        var invoking = InvokeAsync(call);
        if (!invoking.IsCompletedSuccessfully)
        {
            return RetryAsync(call, invoking);
        }

        var outcome = invoking.Result;
        return outcome.IsResult ? new(outcome) : RetryAsync(call, new(outcome));
    }

    private static async ValueTask<CallOutcome> RetryAsync(CallState call, ValueTask<CallOutcome> invoking)
    {
        var outcome = await invoking.ConfigureAwait(false);
        if (outcome.Error is { } error && MayRetry(call, error))
        {
            var retry = call.BeginRetry();
            var refusal = CallResolution.ResolveRetry(call, retry) ?? CallAuthorization.Check(retry) ?? CallValidation.CheckArguments(retry);
            if (refusal is null)
            {
                outcome = await InvokeAsync(retry).ConfigureAwait(false);
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
        var store = call.Room.IdempotencyKeys;
        if (store.Begin(call, out var entry, out bool isOwner) is { } refusal)
        {
            return CallOutcome.FromError(refusal);
        }

        if (!isOwner)
        {
            return await call.EnsureLife().RaceAsync(new(entry.Outcome.Task)).ConfigureAwait(false);
        }

        var outcome = await PerformAsync(call).ConfigureAwait(false);
        store.Complete(entry, outcome, hadEffect: call.HasStarted && outcome.Error?.Code != MeshErrorCode.Unavailable);
        return outcome;
    }

    /// <summary>Invoke, validate output.</summary>
    private static ValueTask<CallOutcome> InvokeAsync(CallState call)
    {
        if (call.Imposed is { } imposed)
        {
            return new(imposed);
        }

        var instance = call.Instance!;
        bool isCounted = instance.IsShared;
        if (isCounted)
        {
            instance.Enter();
        }

        call.HasStarted = true;
        var handler = instance.Invoker.InvokeAsync(call);
        if (!handler.IsCompletedSuccessfully)
        {
            return WaitAsync(call, handler, isCounted);
        }

        // A handler that blocked its caller's thread past the deadline is found out only now.
        var outcome = handler.Result;
        if (isCounted)
        {
            instance.Exit();
        }

        call.EndedAt = call.Host.Clock.GetTimestamp();
        return CheckOutputAsync(
            call,
            call.Imposed ?? (call.EndedAt > call.EffectiveDeadline ? CallOutcome.FromError(CallErrors.PastDeadline(call)) : outcome));
    }

    private static async ValueTask<CallOutcome> WaitAsync(CallState call, ValueTask<CallOutcome> handler, bool isCounted)
    {
        if (!isCounted)
        {
            call.Instance!.Enter();
        }

        var life = call.EnsureLife();
        life.TrackProvider(call.Instance!);
        var outcome = await life.RaceAsync(handler).ConfigureAwait(false);
        call.Instance!.Exit();
        call.EndedAt = call.Host.Clock.GetTimestamp();
        return await CheckOutputAsync(call, outcome).ConfigureAwait(false);
    }

    private static ValueTask<CallOutcome> CheckOutputAsync(CallState call, CallOutcome outcome) => outcome.IsResult
        ? CallValidation.CheckOutputAsync(call, outcome.Response)
        : new(call.Sink?.Partial is { } partial ? CallOutcome.FromError(outcome.Error!, partial) : outcome);

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

    /// <summary>Settle, and the journal, which wraps it all.</summary>
    private ValueTask<CallOutcome> SettleAsync(CallState call, ValueTask<CallOutcome> running, bool admitted)
    {
        if (!running.IsCompletedSuccessfully)
        {
            return WaitAsync(call, running);
        }

        var outcome = running.Result;
        var journaling = Settle(call, outcome, admitted);
        if (!journaling.IsCompletedSuccessfully)
        {
            return JournalAsync(call, outcome, journaling);
        }

        journaling.GetAwaiter().GetResult();
        return new(outcome);

        async ValueTask<CallOutcome> WaitAsync(CallState call, ValueTask<CallOutcome> running) =>
            await SettleAsync(call, new(await running.ConfigureAwait(false)), admitted: true).ConfigureAwait(false);
    }

    private ValueTask Settle(CallState call, CallOutcome outcome, bool admitted)
    {
        CallBudget.Settle(call);
        call.MarkEnded();
        if (admitted)
        {
            // It counts the call out, and is the fence that the call's end needs.
            call.Caller.ExitCall();
        }
        else
        {
            Interlocked.MemoryBarrier();
        }

        call.Release();
        if (call.Retry is { } retry)
        {
            retry.End();
            call = retry;
        }

        if (_hasFilters)
        {
            CallFilters.Tell(call, outcome);
        }

        return Append(call, outcome);
    }

    private ValueTask Append(CallState call, CallOutcome outcome)
    {
        try
        {
            if (host.Journal is MemoryJournal memory)
            {
                memory.Append(JournalEntry.Of(call, outcome));
                return default;
            }

            return host.Journal.AppendAsync(JournalEntry.Of(call, outcome));
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    private async ValueTask<CallOutcome> JournalAsync(CallState call, CallOutcome outcome, ValueTask journaling)
    {
        try
        {
            await journaling.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            host.ReportFault(new(MeshFaultKind.Journal, "The journal did not take the entry of a call.", exception) { CallId = call.Request.Id });
        }

        return outcome;
    }
}
