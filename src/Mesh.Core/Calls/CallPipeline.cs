namespace Mesh;

/// <summary>
/// The one call path. Every call of every kind runs through <see cref="RunAsync"/>: host filters, resolve, authorise,
/// validate input, reserve budget, approve, recheck, invoke, validate output, settle; the journal records whatever came
/// out, refusals too. A call whose handler ends at once runs from one end to the other on its caller's flow.
/// </summary>
internal sealed class CallPipeline(MeshHost host)
{
    private readonly bool _hasFilters = host.Options.Filters.Count > 0;

    /// <summary>Runs a call to its outcome. Never throws.</summary>
    public async ValueTask<CallOutcome> RunAsync(CallState call)
    {
        call.StartedAt = host.Clock.GetTimestamp();
        var admission = call.Caller.TryEnterCall(call);
        CallOutcome outcome;
        if (admission is not null)
        {
            outcome = CallOutcome.FromError(admission);
        }
        else
        {
            SetDeadline(call);
            CallBudget.Enter(call);
            var refusal = CallValidation.Measure(call) ?? Admit(call);
            refusal ??= _hasFilters ? await CallFilters.RunAsync(call).ConfigureAwait(false) ?? CallValidation.Measure(call) : null;
            refusal ??= CallResolution.Resolve(call)
                ?? CallAuthorization.Check(call)
                ?? CallValidation.CheckArguments(call);
            outcome = refusal is not null ? CallOutcome.FromError(refusal)
                : call.Request.IdempotencyKey is null ? await PerformAsync(call).ConfigureAwait(false)
                : await PerformOnceAsync(call).ConfigureAwait(false);
        }

        await SettleAsync(call, outcome, admitted: admission is null).ConfigureAwait(false);
        return outcome;
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

    /// <summary>Reserve budget, approve, recheck, invoke, validate output.</summary>
    private static async ValueTask<CallOutcome> PerformAsync(CallState call)
    {
        var refusal = CallBudget.Reserve(call);
        if (refusal is null && CallApproval.IsNeeded(call))
        {
            refusal = await CallApproval.AskAsync(call).ConfigureAwait(false) ?? CallApproval.Recheck(call);
        }

        if (refusal is not null)
        {
            return CallOutcome.FromError(refusal);
        }

        var outcome = await InvokeAsync(call).ConfigureAwait(false);
        if (outcome.Error is { } error && MayRetry(call, error))
        {
            var retry = call.BeginRetry();
            refusal = CallResolution.ResolveRetry(call, retry) ?? CallAuthorization.Check(retry) ?? CallValidation.CheckArguments(retry);
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

    private static async ValueTask<CallOutcome> InvokeAsync(CallState call)
    {
        if (call.Imposed is { } imposed)
        {
            return imposed;
        }

        var instance = call.Instance!;
        instance.Enter();
        call.HasStarted = true;
        var handler = instance.Invoker.InvokeAsync(call);
        CallOutcome outcome;
        if (handler.IsCompleted)
        {
            // A handler that blocked its caller's thread past the deadline is found out only now.
            outcome = await handler.ConfigureAwait(false);
            call.EndedAt = call.Host.Clock.GetTimestamp();
            outcome = call.Imposed ?? (call.EndedAt > call.EffectiveDeadline ? CallOutcome.FromError(CallErrors.PastDeadline(call)) : outcome);
        }
        else
        {
            var life = call.EnsureLife();
            life.TrackProvider(instance);
            outcome = await life.RaceAsync(handler).ConfigureAwait(false);
            call.EndedAt = call.Host.Clock.GetTimestamp();
        }

        instance.Exit();
        return outcome.IsResult
            ? await CallValidation.CheckOutputAsync(call, outcome.Response).ConfigureAwait(false)
            : call.Sink?.Partial is { } partial ? CallOutcome.FromError(outcome.Error!, partial) : outcome;
    }

    private static bool MayRetry(CallState call, MeshError error) =>
        error.Code == MeshErrorCode.Unavailable
        && call.Request.Attempt == 1
        && call.Instance!.Contract.Definition.Annotations.Idempotent
        && call.Sink is null
        && call.InputSource is null;

    private void SetDeadline(CallState call)
    {
        var timeout = call.Request.Timeout ?? (call.IsStreaming ? null : host.Options.CallTimeout);
        call.Deadline = timeout is { } time ? host.Clock.After(call.StartedAt, time) : long.MaxValue;
    }

    private async ValueTask SettleAsync(CallState call, CallOutcome outcome, bool admitted)
    {
        CallBudget.Settle(call);
        call.End();
        call = call.Retry ?? call;
        call.End();
        if (admitted)
        {
            call.Caller.ExitCall();
        }

        if (_hasFilters)
        {
            CallFilters.Tell(call, outcome);
        }

        try
        {
            await host.Journal.AppendAsync(JournalEntry.Of(call, outcome)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            host.ReportFault(new(MeshFaultKind.Journal, "The journal did not take the entry of a call.", exception) { CallId = call.Request.Id });
        }
    }
}
