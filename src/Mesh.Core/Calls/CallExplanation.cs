namespace Mesh;

/// <summary>
/// What would become of a call, found by the same stages of the call path without any effect: nothing is reserved,
/// asked for, run or counted.
/// </summary>
public sealed record CallExplanation
{
    /// <summary>Whether the call would be made: it is visible, granted, valid, and within its budgets.</summary>
    public bool WouldRun => Visible && Granted && Valid && Error is null;

    /// <summary>Whether the tool exists for the caller.</summary>
    public bool Visible { get; init; }

    /// <summary>Whether the caller may call it, and the person for whom it acts.</summary>
    public bool Granted { get; init; }

    /// <summary>Whether the arguments satisfy the input schema; false also where the tool is not visible or not granted.</summary>
    public bool Valid { get; init; }

    /// <summary>The failure that the call would end with before its tool runs; null when there is none.</summary>
    public MeshError? Error { get; init; }

    /// <summary>The participant that would serve the call; null when nobody would, or the room itself.</summary>
    public string? Provider { get; init; }

    /// <summary>How many registrations share the address.</summary>
    public int Instances { get; init; }

    /// <summary>How many calls run, or wait for their turn, at the instance that would serve it; null where it sets no limit.</summary>
    public int? CallsAhead { get; init; }

    /// <summary>Whether somebody would have to approve it.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>
    /// How arguments would reach the tool: <c>json</c>; or <c>reference</c>, asked through a
    /// <see cref="ToolHandle{TArguments, TResult}"/> whose values would go without JSON.
    /// </summary>
    public string Passing { get; init => field = value ?? "json"; } = "json";

    /// <summary>
    /// Why arguments that a <see cref="ToolHandle{TArguments, TResult}"/> was asked with would go as JSON, one sentence for a
    /// developer. Null where they would go by reference, where the call would not run, and where no handle was asked.
    /// </summary>
    public string? PassingReason { get; init; }

    /// <summary>The calls that are left in the tightest budget, this one included. Asking counts in none.</summary>
    public long? RemainingCalls { get; init; }

    /// <summary>The tokens that are left in the tightest budget; null when none limits them.</summary>
    public long? RemainingTokens { get; init; }

    /// <summary>The money that is neither spent nor reserved in the tightest budget; null when none limits it.</summary>
    public decimal? RemainingCost { get; init; }

    /// <summary>How many calls may still nest, this one included.</summary>
    public int RemainingDepth { get; init; }

    /// <summary>How long the call could take before its deadline.</summary>
    public TimeSpan? RemainingTime { get; init; }

    internal static CallExplanation Of(CallState call)
    {
        var host = call.Host;
        call.StartedAt = host.Clock.GetTimestamp();
        CallBudget.Enter(call);
        _ = CallValidation.Measure(call);
        var notVisible = CallResolution.Resolve(call);
        var notGranted = notVisible is null ? CallAuthorization.Check(call) : null;
        var notValid = notVisible is null && notGranted is null ? CallValidation.CheckArguments(call) : null;
        notGranted ??= notVisible is null && notValid is null ? CallAuthorization.CheckResource(call) : null;
        var overBudget = notVisible is null ? CallBudget.Peek(call) : null;
        bool known = notVisible is null && notGranted is null;
        return new()
        {
            Visible = call.Instance is not null,
            Granted = known,
            Valid = known && notValid is null,
            Error = notVisible ?? notGranted ?? notValid ?? overBudget ?? (known && call.Instance!.Gate is { IsFull: true } full ? CallErrors.Overloaded(call, full) : null),
            Provider = known ? call.Instance!.Provider?.Snapshot.Name : null,
            Instances = known ? call.Member.Room.Tools.CountInstances(call.Instance!) : 0,
            CallsAhead = known ? call.Instance!.Gate?.Load : null,
            NeedsApproval = known && CallApproval.IsNeeded(call),
            RemainingCalls = CallBudget.Remaining(call),
            RemainingTokens = CallBudget.OfTree(call).Spending?.RemainingTokens,
            RemainingCost = CallBudget.OfTree(call).Spending?.RemainingCost,
            RemainingDepth = Math.Max(0, CallBudget.OfTree(call).MaxDepth - call.Depth + 1),
            RemainingTime = CallBudget.RemainingTime(call),
        };
    }
}
