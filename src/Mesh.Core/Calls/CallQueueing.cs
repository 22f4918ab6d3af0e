namespace Mesh;

/// <summary>
/// The part of the invoke stage that a call goes through when its instance cannot serve it now: all places are taken, or it
/// was withdrawn meanwhile. The call has not started: whatever ends it leaves no effect, and another instance may have it instead.
/// </summary>
internal static class CallQueueing
{
    /// <summary>How often a call that was turned away looks for an instance with a place; others look at the same time.</summary>
    private const int MostLooks = 3;

    /// <summary>Lines a call up at its instance. It then goes on by itself when its turn is told.</summary>
    public static CallEnd LineUp(CallState call, CallGate gate)
    {
        if (HoldsAllPlaces(call, gate))
        {
            return CallErrors.WouldWaitForItself(call, gate);
        }

        var life = call.EnsureLife();
        life.ForgetProvider();
        var state = life.LineUp(gate);
        return state == CallTurnState.Waiting ? CallEnd.Of(life) : Enter(call, state);
    }

    /// <summary>Sees to what the waiting has ended with: the call has a place now, or looks for one at another instance.</summary>
    public static CallEnd Enter(CallState call, CallTurnState state)
    {
        var (life, gate) = (call.EnsureLife(), call.Instance!.Gate!);
        if (call.Imposed is { } imposed)
        {
            if (state == CallTurnState.Come)
            {
                // The turn came together with what ended the call: the next one has it.
                gate.Exit(0)?.Tell();
            }

            return imposed;
        }

        return state switch
        {
            CallTurnState.Come => Recheck(call) ?? CallPipeline.Serve(call, isCounted: true, gate, life.BeganAt),
            CallTurnState.Refused => ++life.Looks <= MostLooks && TryMove(call) ? Begin(call) : CallErrors.Overloaded(call, gate),
            _ => GoElsewhere(call, null),
        };
    }

    /// <summary>Leads a call to another instance whose own was withdrawn before it had begun.</summary>
    /// <param name="call">The call.</param>
    /// <param name="gate">The gate where it has a place, which it gives up; null when it has none.</param>
    public static CallEnd GoElsewhere(CallState call, CallGate? gate)
    {
        gate?.Exit(0)?.Tell();
        return TryMove(call) ? Begin(call) : CallErrors.WithdrawnBeforehand(call);
    }

    private static CallEnd Begin(CallState call) =>
        call.Instance!.Gate is { } gate ? LineUp(call, gate) : CallPipeline.Serve(call, call.Instance.IsCounted, null);

    /// <summary>Whether the call may still run. If not, the next one has its place.</summary>
    private static MeshError? Recheck(CallState call)
    {
        var refusal = CallAuthorization.Recheck(call);
        if (refusal is not null)
        {
            call.Instance!.Gate!.Exit(0)?.Tell();
        }

        return refusal;
    }

    /// <summary>Whether the places are taken by the very calls that this one is made within, which wait for it.</summary>
    private static bool HoldsAllPlaces(CallState call, CallGate gate)
    {
        int held = 0;
        for (var parent = call.Parent; parent is not null; parent = parent.Parent)
        {
            held += parent.Instance == call.Instance && parent is { HasStarted: true, HasEnded: false } ? 1 : 0;
        }

        return held >= gate.MaxRunning;
    }

    /// <summary>Resolves the call anew. It stays with what it was resolved to where that is all that may serve it.</summary>
    private static bool TryMove(CallState call)
    {
        var before = call.Instance!;
        if (CallResolution.Resolve(call) is null && call.Instance != before && MayServe(call, before))
        {
            return true;
        }

        call.Instance = before;
        return false;
    }

    /// <summary>Whether another instance may have the call: one of the same definition, or, where nobody was to approve it, of a compatible one.</summary>
    private static bool MayServe(CallState call, ToolInstance before)
    {
        bool isSame = call.Instance!.Contract.Definition.DefinitionHash == before.Contract.Definition.DefinitionHash;
        return isSame && call.Request.Arguments.Passed is null
            ? CallAuthorization.Recheck(call) is null
            : (isSame || !(call.WasApproved || CallApproval.IsNeeded(call))) && CallPipeline.CheckAtInstance(call) is null;
    }
}
