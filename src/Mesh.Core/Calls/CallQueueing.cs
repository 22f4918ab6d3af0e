namespace Mesh;

/// <summary>
/// The part of the invoke stage that a call goes through when all places of its instance are taken. Until its turn has come
/// it has not started: whatever ends it leaves no effect, and another instance may have it instead.
/// </summary>
internal static class CallQueueing
{
    /// <summary>How often a call that was turned away looks for an instance with a place; others look at the same time.</summary>
    private const int MostLooks = 3;

    /// <summary>Gets the call a place at an instance: the one that it was resolved to, or another one in its stead.</summary>
    /// <returns>Null when it has one, or its instance sets no limit.</returns>
    public static async ValueTask<MeshError?> EnterAsync(CallState call)
    {
        int looks = 0;
        while (call.Instance!.Gate is { } gate)
        {
            if (HoldsAllPlaces(call, gate))
            {
                return CallErrors.WouldWaitForItself(call, gate);
            }

            var turn = new CallTurn(gate);
            var state = gate.Enter(turn);
            if (state == CallTurnState.Waiting)
            {
                call.EnsureLife().Await(turn);
                state = await turn.WaitAsync().ConfigureAwait(false);
                if (call.Imposed is { } imposed || (state == CallTurnState.Come && gate.IsClosed))
                {
                    // The turn came together with what makes it useless: the next one has it.
                    GiveBack(gate, state);
                    if (call.Imposed is { Error: { } error })
                    {
                        return error;
                    }

                    state = CallTurnState.Withdrawn;
                }
            }

            if (state == CallTurnState.Come)
            {
                return null;
            }

            if ((state == CallTurnState.Refused && ++looks > MostLooks) || !TryMove(call))
            {
                return state == CallTurnState.Refused ? CallErrors.Overloaded(call, gate) : CallErrors.WithdrawnBeforeTurn(call);
            }
        }

        return null;
    }

    private static void GiveBack(CallGate gate, CallTurnState state)
    {
        if (state == CallTurnState.Come)
        {
            gate.Exit(0);
        }
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
        return (isSame || !(call.WasApproved || CallApproval.IsNeeded(call)))
            && CallAuthorization.Check(call) is null
            && ((isSame && call.Request.Arguments.Passed is null) || CallValidation.CheckArguments(call) is null)
            && CallAuthorization.CheckResource(call) is null;
    }
}
