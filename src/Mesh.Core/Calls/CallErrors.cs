using System.Globalization;

namespace Mesh;

/// <summary>What the call path says when a call does not end with a result: the thing, the reason, the remedy.</summary>
internal static class CallErrors
{
    public static MeshError ToolNotFound(ToolAddress target, Room room) => target.IsAgent
        ? AgentNotFound(new(target.Tool, target.Participant), room.Name)
        : new(MeshErrorCode.NotFound, $"{target.Label} is not offered in room '{room.Name}'.")
        {
            Remedy = target.Toolkit.Length == 0
                ? "A tool is addressed as 'toolkit/tool' or 'toolkit/tool@participant'."
                : "List the toolkits to see what is; a private toolkit is seen only by those that it is offered to.",
            Retryable = target.Toolkit.Length > 0,
        };

    public static MeshError ParticipantNotFound(ToolAddress target, Room room) =>
        new(MeshErrorCode.NotFound, $"{target.Label}: participant '{target.Participant}' is not in room '{room.Name}'.")
        {
            Remedy = "List the participants, or leave '@participant' out to call whoever offers the tool.",
            Retryable = true,
        };

    public static MeshError NotGranted(ToolAddress target, string grant, Participant who, bool onBehalf) =>
        new(MeshErrorCode.NotGranted, onBehalf
            ? $"{target.Label} is not granted to '{who.Name}', on whose behalf it was called."
            : $"{target.Label} is not granted to '{who.Name}'.")
        {
            Remedy = $"Ask the host for the grant {grant}.",
        };

    public static MeshError AgentNotFound(AgentAddress agent, string room) =>
        new(MeshErrorCode.NotFound, $"Agent '{agent}' is not offered in room '{room}'.")
        {
            Remedy = "List the agents to see what is; a private agent is seen only by those that it is offered to.",
            Retryable = true,
        };

    public static MeshError NotInvocable(AgentContract agent) => agent.Streams
        ? new(MeshErrorCode.NotInvocable, $"Agent '{agent.Name}' is a publisher: it is not asked, its items are for those who subscribe.")
        {
            Remedy = "Read its items with room.Agents.SubscribeAsync.",
        }
        : new(MeshErrorCode.NotInvocable, $"Agent '{agent.Name}' is a watcher: it runs in the background and cannot be asked.")
        {
            Remedy = "List the agents with the filter Invocable for those that can.",
        };

    public static MeshError ToolsNotSupported(ToolAddress target) =>
        new(MeshErrorCode.ToolsNotSupported, $"{target.Label} takes no toolkits of its caller's.")
        {
            Remedy = "Leave CallOptions.Toolkits out, or ask an agent whose contract says that it supports tools.",
        };

    public static MeshError TooManyToolkits(ToolAddress target) =>
        new(MeshErrorCode.TooLarge, $"{target.Label}: more than {CallLimits.MostToolkits} toolkits were given with one call.")
        {
            Remedy = "Give only those that the agent needs.",
        };

    public static MeshError NoToolkitToGive(ToolAddress target, string toolkit, Participant caller) =>
        new(MeshErrorCode.NotFound, $"{target.Label} was given toolkit '{ShownText.Cut(toolkit)}', but '{caller.Name}' has registered no private toolkit of that name.")
        {
            Remedy = "Register it with RegistrationOptions.Private before it is given, or leave it out.",
        };

    public static MeshError UnwritableArguments(ToolAddress target, Exception exception) =>
        new(MeshErrorCode.InvalidArguments, $"{target.Label}: the arguments cannot be written as JSON: {exception.Message}")
        {
            Remedy = "See the tool's input schema.",
        };

    public static MeshError ContractChanged(ToolAddress target) =>
        new(MeshErrorCode.ContractConflict, $"{target.Label} no longer has the contract that the caller asked for.")
        {
            Remedy = "List the toolkits again and call by the new definition.",
        };

    public static MeshError Cancelled(ToolAddress target) =>
        new(MeshErrorCode.Cancelled, $"{target.Label}: the call was cancelled by its caller.");

    public static MeshError StoppedReading(ToolAddress target) =>
        new(MeshErrorCode.Cancelled, $"{target.Label}: the caller stopped reading the stream.");

    public static MeshError ParentEnded(ToolAddress target) =>
        new(MeshErrorCode.Cancelled, $"{target.Label}: the call in which it was called has ended.");

    public static MeshError CallerLeft(CallState call) =>
        new(MeshErrorCode.Cancelled, $"{call.Request.Target.Label}: its caller '{call.Caller.Name}' has left the room.");

    public static MeshError CallEnded(ToolAddress target) =>
        new(MeshErrorCode.CallEnded, $"The call in which '{target}' was used is over.")
        {
            Remedy = "Await everything that a handler starts before it returns, or start a new tree with CallOptions.NewTree.",
        };

    /// <param name="call">The call.</param>
    /// <param name="isPaused">Whether its deadline stands still, so that it must have been the wall time.</param>
    public static MeshError PastDeadline(CallState call, bool isPaused = false)
    {
        long wall = call.Account?.Deadline ?? long.MaxValue;
        return isPaused || wall < call.Deadline
            ? new(MeshErrorCode.BudgetExceeded, $"{call.Request.Target.Label}: the wall time of its budget is used up.")
            {
                Remedy = "Give the call a larger Budget.WallTime, or do less in one tree.",
            }
            : new(MeshErrorCode.DeadlineExceeded, $"{call.Request.Target.Label} did not end within its deadline of {Seconds(call.Request.Timeout ?? call.Host.Options.CallTimeout)}.")
            {
                Remedy = "Give the call a longer CallOptions.Timeout, or let the tool stream.",
                Retryable = true,
            };
    }

    public static MeshError StreamIdle(CallState call) =>
        new(MeshErrorCode.DeadlineExceeded, $"{call.Request.Target.Label} sent nothing for {Seconds(call.Host.Options.StreamIdleTimeout)}.")
        {
            Remedy = "Let the tool report progress while it works.",
            Retryable = true,
        };

    /// <summary>The room was retired while the call ran, and would not wait any longer. As exact as when a provider goes away.</summary>
    public static MeshError RoomRetired(CallState call) => HadNoEffect(call)
        ? new(MeshErrorCode.Unavailable, $"{call.Request.Target.Label}: room '{call.Member.Room.Name}' was retired before the call had ended.")
        {
            Remedy = "Join again and call again: the call had no effect, or repeating it has none.",
            Retryable = true,
        }
        : new(MeshErrorCode.ProviderLost, $"{call.Request.Target.Label}: room '{call.Member.Room.Name}' was retired while the call ran; whether it had its effect is unknown.")
        {
            Remedy = "Find out before you call again, or use an idempotent tool.",
        };

    /// <summary>The exact failure when a provider goes away: nothing can have happened, or nobody can know.</summary>
    public static MeshError ProviderLeft(CallState call)
    {
        string who = call.Instance?.Provider?.Snapshot.Name ?? "its provider";
        return HadNoEffect(call)
            ? new(MeshErrorCode.Unavailable, $"{call.Request.Target.Label}: '{who}', who served it, has left the room.")
            {
                Remedy = "Call again: the call had no effect, or repeating it has none.",
                Retryable = true,
            }
            : new(MeshErrorCode.ProviderLost, $"{call.Request.Target.Label}: '{who}' left the room while serving it; whether it had its effect is unknown.")
            {
                Remedy = "Find out before you call again, or use an idempotent tool.",
            };
    }

    /// <summary>As exact as when a provider goes away: its agent was withdrawn, and its time for the calls that ran is over.</summary>
    public static MeshError AgentStopped(CallState call) => HadNoEffect(call)
        ? new(MeshErrorCode.Unavailable, $"{call.Request.Target.Label} was withdrawn before the call had ended.")
        {
            Remedy = "Call again: the call had no effect, or repeating it has none.",
            Retryable = true,
        }
        : new(MeshErrorCode.ProviderLost, $"{call.Request.Target.Label} was withdrawn while the call ran; whether it had its effect is unknown.")
        {
            Remedy = "Find out before you call again, or use an idempotent agent.",
        };

    public static MeshError ApprovalStale(ToolAddress target) =>
        new(MeshErrorCode.ApprovalStale, $"{target.Label} was replaced after its approval was asked for.")
        {
            Remedy = "Call again, so that the tool as it is now can be approved.",
            Retryable = true,
        };

    public static MeshError BudgetExceeded(CallState call, BudgetAccount account) =>
        new(MeshErrorCode.BudgetExceeded, $"{call.Request.Target.Label}: the number of calls that {account.Owner} allows is used up.")
        {
            Remedy = "Do less in one tree of calls, or ask for a larger budget.",
        };

    /// <summary>What handlers reported has used the budget up: no further call is let in.</summary>
    public static MeshError SpendingUsedUp(CallState call, SpendingAccount account) =>
        new(MeshErrorCode.BudgetExceeded, $"Tool '{call.Request.Target}': the {account.UsedUp} that {account.Owner} allows is used up.")
        {
            Remedy = "Do less in one tree of calls, or ask for a larger budget.",
        };

    public static MeshError CannotReserve(CallState call, SpendingAccount account, decimal estimate, bool mayTryAgain) => account.UsedUp is not null
        ? SpendingUsedUp(call, account)
        : new(MeshErrorCode.BudgetExceeded, string.Create(CultureInfo.InvariantCulture, $"Tool '{call.Request.Target}': {account.Owner} does not leave the {estimate} of money that the call wants to spend."))
        {
            Remedy = mayTryAgain ? "Wait until others have settled what they have reserved, or reserve less." : "Reserve less, or ask for a larger budget.",
            Retryable = mayTryAgain,
        };

    public static MeshError TooManyReservations(ToolAddress target, int limit) =>
        new(MeshErrorCode.Overloaded, string.Create(CultureInfo.InvariantCulture, $"Tool '{target}' has {limit} reservations of money open, and may not have more."))
        {
            Remedy = "Settle or dispose each reservation when its work is done.",
            Retryable = true,
        };

    public static MeshError TooDeep(CallState call, int limit) =>
        new(MeshErrorCode.BudgetExceeded, string.Create(CultureInfo.InvariantCulture, $"{call.Request.Target.Label} would be call number {call.Depth} in a chain of at most {limit}."))
        {
            Remedy = "Look for tools that call each other without end.",
        };

    public static MeshError ResponseTooLarge(MeshHost host, ToolAddress target) =>
        new(MeshErrorCode.TooLarge, $"{target.Label} answered with more than {host.Options.MaxResponseBytes} bytes.")
        {
            Remedy = "Read it as a stream, or ask for less.",
        };

    /// <summary>As many calls run and wait as may. The time to wait is when a call that came now would have its turn.</summary>
    public static MeshError Overloaded(CallState call, CallGate gate)
    {
        long turn = gate.EstimateTurn();
        var after = turn == 0 ? TimeSpan.FromSeconds(1) : call.Host.Clock.GetElapsedTime(0, turn);
        return new(MeshErrorCode.Overloaded, string.Create(CultureInfo.InvariantCulture, $"{call.Request.Target.Label}: '{call.Instance!.Provider?.Snapshot.Name}' serves {gate.MaxRunning} calls at once and lets {gate.MaxWaiting} wait, and there is no place left."))
        {
            Remedy = "Call again after the time that the error gives, or let more participants offer it.",
            Retryable = true,
            RetryAfter = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(after.TotalMilliseconds), 1, 60_000)),
        };
    }

    /// <summary>The places are taken by the calls that this one is made within: its turn would never come.</summary>
    public static MeshError WouldWaitForItself(CallState call, CallGate gate) =>
        new(MeshErrorCode.Overloaded, string.Create(CultureInfo.InvariantCulture, $"{call.Request.Target.Label} serves {gate.MaxRunning} calls at once, and this call is made within as many of them: it would wait for itself."))
        {
            Remedy = "Raise its MaxConcurrency, or look for a cycle of calls.",
        };

    /// <summary>The instance was withdrawn before the call had begun, as while it waited for its turn, and nobody else may serve it.</summary>
    public static MeshError WithdrawnBeforehand(CallState call) =>
        new(MeshErrorCode.Unavailable, $"{call.Request.Target.Label}: '{call.Instance!.Provider?.Snapshot.Name}' withdrew it, or left, before the call had begun.")
        {
            Remedy = "Call again: the call had no effect.",
            Retryable = true,
        };

    public static MeshError RoomClosed(ToolAddress target, Room room) =>
        new(MeshErrorCode.Closed, $"{target.Label} cannot be called: room '{room.Name}' is being retired.")
        {
            Remedy = "Join again for a new session of the room.",
        };

    public static MeshError ClientClosed(ToolAddress target, string caller, string room) =>
        new(MeshErrorCode.Closed, $"{target.Label} cannot be called: '{caller}' has left room '{room}'.")
        {
            Remedy = "Join the room again.",
        };

    private static bool HadNoEffect(CallState call) =>
        !call.HasStarted || call.Instance!.Contract.Definition.Annotations is { ReadOnly: true } or { Idempotent: true } || call.Instance.Background is not null;

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
