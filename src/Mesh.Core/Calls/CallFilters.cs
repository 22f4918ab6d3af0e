namespace Mesh;

/// <summary>The filter stage of the call path.</summary>
internal static class CallFilters
{
    public static async ValueTask<MeshError?> RunAsync(CallState call)
    {
        try
        {
            foreach (var filter in call.Host.Options.Filters)
            {
                var before = call.Request;
                var after = await filter.OnCallAsync(before, call.Caller, call.CancellationToken).ConfigureAwait(false);
                if (after is null || after.Id != before.Id || after.RootId != before.RootId || after.ParentId != before.ParentId)
                {
                    throw new InvalidOperationException($"Filter {filter.GetType().Name} must return the request with the ids that it came with.");
                }

                call.Request = after;
            }

            return call.Imposed?.Error;
        }
        catch (OperationCanceledException) when (call.Imposed is { } imposed)
        {
            return imposed.Error;
        }
        catch (MeshException refusal)
        {
            return refusal.Error;
        }
        catch (Exception exception)
        {
            call.Host.ReportFault(new(MeshFaultKind.Host, "A call filter failed.", exception) { CallId = call.Request.Id });
            return new(MeshErrorCode.HandlerFailed, $"{call.Request.Target.Label} could not be called: a filter of the host failed.")
            {
                Remedy = "The host finds the reason in its fault handler.",
            };
        }
    }

    public static void Tell(CallState call, CallOutcome outcome)
    {
        foreach (var filter in call.Host.Options.Filters)
        {
            try
            {
                filter.OnOutcome(call.Request, call.Caller, outcome);
            }
            catch (Exception exception)
            {
                call.Host.ReportFault(new(MeshFaultKind.Host, "A call filter failed.", exception) { CallId = call.Request.Id });
            }
        }
    }
}
