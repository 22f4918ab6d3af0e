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
    /// Asks the approver of who started the tree, or else the room's. While it thinks, neither this call's deadline nor those of the calls around it run,
    /// but whatever else ends the call ends the wait.
    /// </summary>
    /// <returns>Null when the call may run.</returns>
    public static async ValueTask<MeshError?> AskAsync(CallState call)
    {
        var asked = new AskedObservers();
        var refusal = await AskAsync(call, asked).ConfigureAwait(false);
        asked.Found?.OnAnswered(refusal);
        return refusal;
    }

    private static async ValueTask<MeshError?> AskAsync(CallState call, AskedObservers asked)
    {
        var approver = call.RootMember.Approver ?? call.Member.Room.Options.Approver;
        if (approver is null)
        {
            return Unavailable(call);
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
                record, call.Instance!.Contract.Definition, call.Arguments, call.Caller, call.OnBehalfOf, call.RootMember.Snapshot)
            {
                RootCallId = call.Request.RootId,
            };
            asked.Found = call.Host.ApprovalObservers.Find(call, request);
            asked.Found?.OnAsked();
            var answer = await AskOutsideAnyCallAsync(approver, request, wait.Token).ConfigureAwait(false);
            if (ReferenceEquals(answer, ApprovalAnswer.PassedOn))
            {
                if (ReferenceEquals(approver, call.Member.Room.Options.Approver) || call.Member.Room.Options.Approver is not { } next)
                {
                    return call.Imposed?.Error ?? Unavailable(call);
                }

                answer = await AskOutsideAnyCallAsync(next, request, wait.Token).ConfigureAwait(false);
                if (ReferenceEquals(answer, ApprovalAnswer.PassedOn))
                {
                    return call.Imposed?.Error ?? Unavailable(call);
                }
            }

            // What ended the call meanwhile counts, also where the answer came right after it.
            return call.Imposed?.Error ?? (answer.IsApproved ? Compare(call, record, answer.Record) : Refused(call, answer.Reason));
        }
        catch (OperationCanceledException) when (wait.IsCancellationRequested)
        {
            return call.Imposed?.Error ?? new(MeshErrorCode.ApprovalExpired, $"{call.Request.Target.Label} was not approved in time.")
            {
                Remedy = "Call again when somebody is there to approve it.",
                Retryable = true,
            };
        }
        catch (Exception exception)
        {
            call.Host.ReportFault(new(MeshFaultKind.Host, $"An approver in room '{call.Member.Room.Name}' failed.", exception) { CallId = call.Request.Id });
            return Refused(call, "The approver failed.");
        }
        finally
        {
            SetPaused(call, paused: false);
        }
    }

    /// <summary>
    /// Holds what is about to run against what was approved: while a person thought, the caller may have lost its
    /// rights, the tool may have been replaced by another of its name, and a budget may have been used up.
    /// </summary>
    public static MeshError? Recheck(CallState call) =>
        CallResolution.Confirm(call, call.Instance!.Contract.Definition.DefinitionHash) ?? CallAuthorization.Recheck(call);

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

    /// <summary>An answer that says what it is for must be for what was asked: it lets nothing else run, and nothing twice.</summary>
    private static MeshError? Compare(CallState call, ApprovalRecord asked, ApprovalRecord? given)
    {
        if (given is null || given == asked)
        {
            return null;
        }

        string other = given.Id != asked.Id || given.CallId != asked.CallId || given.Session != asked.Session || given.Room != asked.Room ? "another call"
            : given.Target != asked.Target || given.DefinitionHash != asked.DefinitionHash ? "another tool or definition"
            : given.ArgumentsHash != asked.ArgumentsHash ? "other arguments"
            : given.CallerId != asked.CallerId || given.Caller != asked.Caller || given.OnBehalfOf != asked.OnBehalfOf ? "another caller"
            : "another time";
        return new(MeshErrorCode.ApprovalMismatch, $"Tool '{call.Request.Target}': the approval that was given is for {other}.")
        {
            Remedy = "Call again, and let the answer carry the ApprovalRequest.Record that it was asked about, unchanged.",
        };
    }

    private static MeshError Refused(CallState call, string? reason) =>
        new(MeshErrorCode.ApprovalRefused, reason is null
            ? $"{call.Request.Target.Label} was not approved."
            : $"{call.Request.Target.Label} was not approved: {reason}")
        {
            Remedy = "Do without it, or ask for something else.",
        };

    private static MeshError Unavailable(CallState call) =>
        new(MeshErrorCode.ApprovalUnavailable, $"{call.Request.Target.Label} needs an approval, and room '{call.Member.Room.Name}' has nobody to ask.")
        {
            Remedy = "Give the room an approver: RoomOptions.Approver.",
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

    /// <summary>Who was told that it is asked, and is to be told the answer.</summary>
    private sealed class AskedObservers
    {
        public ApprovalObservers.Told? Found { get; set; }
    }
}
