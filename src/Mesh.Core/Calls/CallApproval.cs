namespace Mesh;

/// <summary>The approve and recheck stages of the call path.</summary>
internal static class CallApproval
{
    /// <summary>Whether the tool itself or the room's policy asks for an approval of this call; a policy that fails does.</summary>
    public static bool IsNeeded(CallState call) => call.Instance!.Contract.Definition.RequiresApproval
        || (call.Member.Room.Options.RequiresApproval is { } policy && IsNeeded(call, policy));

    private static bool IsNeeded(CallState call, Func<ToolDefinition, Participant, bool> policy)
    {
        try
        {
            return policy(call.Instance!.Contract.Definition, call.Caller);
        }
        catch (Exception exception)
        {
            call.Host.ReportFault(new(MeshFaultKind.Host, $"The approval policy of room '{call.Member.Room.Name}' failed.", exception) { CallId = call.Request.Id });
            return true;
        }
    }

    /// <summary>
    /// Asks the room's approver. While it thinks, neither this call's deadline nor those of the calls around it run,
    /// but whatever else ends the call ends the wait.
    /// </summary>
    /// <returns>Null when the call may run.</returns>
    public static async ValueTask<MeshError?> AskAsync(CallState call)
    {
        if (call.Member.Room.Options.Approver is not { } approver)
        {
            return new(MeshErrorCode.ApprovalUnavailable, $"Tool '{call.Request.Target}' needs an approval, and room '{call.Member.Room.Name}' has nobody to ask.")
            {
                Remedy = "Give the room an approver: RoomOptions.Approver.",
            };
        }

        // What is approved is what will run: from here on nobody else's memory lies behind the arguments.
        call.Arguments = call.Arguments.Clone();
        var record = NewRecord(call);
        using var expiry = new CancellationTokenSource(call.Host.Options.ApprovalTimeout, call.Host.Clock);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, call.CancellationToken);
        SetPaused(call, paused: true);
        call.EnsureLife().TrackProvider(call.Instance!);
        call.WasApproved = true;
        try
        {
            var request = new ApprovalRequest(
                record, call.Instance!.Contract.Definition, call.Arguments, call.Caller, call.OnBehalfOf, call.RootMember.Snapshot);
            var answer = await AskOutsideAnyCallAsync(approver, request, wait.Token).ConfigureAwait(false);

            // What ended the call meanwhile counts, also where the answer came right after it.
            return call.Imposed?.Error ?? (answer.IsApproved ? null : Refused(call, answer.Reason));
        }
        catch (OperationCanceledException) when (wait.IsCancellationRequested)
        {
            return call.Imposed?.Error ?? new(MeshErrorCode.ApprovalExpired, $"Tool '{call.Request.Target}' was not approved in time.")
            {
                Remedy = "Call again when somebody is there to approve it.",
                Retryable = true,
            };
        }
        catch (Exception exception)
        {
            call.Host.ReportFault(new(MeshFaultKind.Host, $"The approver of room '{call.Member.Room.Name}' failed.", exception) { CallId = call.Request.Id });
            return Refused(call, "The approver failed.");
        }
        finally
        {
            SetPaused(call, paused: false);
        }
    }

    /// <summary>
    /// Holds what is about to run against what was approved: while a person thought, the caller may have lost its
    /// rights, and the tool may have been replaced by another of its name.
    /// </summary>
    public static MeshError? Recheck(CallState call) =>
        CallResolution.Confirm(call, call.Instance!.Contract.Definition.DefinitionHash) ?? CallAuthorization.Check(call) ?? CallAuthorization.CheckResource(call);

    private static async Task<ApprovalAnswer> AskOutsideAnyCallAsync(Approver approver, ApprovalRequest request, CancellationToken cancellationToken)
    {
        CallContext.Leave();
        return await approver(request, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("The approver answered null.");
    }

    private static ApprovalRecord NewRecord(CallState call)
    {
        var now = call.Host.Clock.GetUtcNow();
        return new()
        {
            Id = call.Host.Ids.NewId(),
            CallId = call.Request.Id,
            Room = call.Member.Room.Name,
            Session = call.Member.Room.Session,
            CallerId = call.Caller.Id,
            Caller = call.Caller.Name,
            OnBehalfOf = call.OnBehalfOf?.Name,
            Target = call.Request.Target,
            DefinitionHash = call.Instance!.Contract.Definition.DefinitionHash,
            ArgumentsHash = ToolHashes.Arguments(call.Arguments),
            RequestedAt = now,
            ExpiresAt = now + call.Host.Options.ApprovalTimeout,
        };
    }

    private static MeshError Refused(CallState call, string? reason) =>
        new(MeshErrorCode.ApprovalRefused, reason is null
            ? $"Tool '{call.Request.Target}' was not approved."
            : $"Tool '{call.Request.Target}' was not approved: {reason}")
        {
            Remedy = "Do without it, or ask for something else.",
        };

    /// <summary>The time that a person takes counts neither against this call's deadline nor against those around it.</summary>
    private static void SetPaused(CallState call, bool paused)
    {
        for (var each = call; each is not null; each = each.Parent)
        {
            if (paused)
            {
                each.EnsureLife().Pause();
            }
            else
            {
                each.EnsureLife().Resume();
            }
        }
    }
}
