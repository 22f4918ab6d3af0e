using System.Diagnostics;

namespace Mesh;

/// <summary>
/// Traces and times a call around the whole of its path, so that refusals are seen too. Only taken when somebody listens;
/// the span is held by this method alone, and the call itself knows nothing of it.
/// </summary>
internal static class CallTelemetry
{
    /// <summary>Runs a call to its outcome. Its span is the ambient activity of its stages and of its handler.</summary>
    public static async ValueTask<CallOutcome> RunAsync(CallPipeline pipeline, CallState call)
    {
        var operation = CallOperations.Expect(call.Request.Target);
        var activity = Start(call, operation);
        var running = pipeline.RunStages(call);
        bool endedAtOnce = running.IsThere;
        var outcome = await running.ConfigureAwait(false);
        End(call, outcome, operation, activity, endedAtOnce);
        return outcome;
    }

    private static Activity? Start(CallState call, Operation operation)
    {
        try
        {
            return MeshInstruments.Source.HasListeners() ? Start(call.Request, operation) : null;
        }
        catch (Exception exception)
        {
            MeshInstruments.ReportListener(call.Host, exception);
            return null;
        }
    }

    private static void End(CallState call, CallOutcome outcome, Operation operation, Activity? activity, bool endedAtOnce)
    {
        try
        {
            // A call that never waited has read the clock when its handler was done; any other may have been reading its
            // result or writing to the journal since.
            var last = call.Retry ?? call;
            long handledAt = endedAtOnce ? last.EndedAt : 0;
            var duration = call.Host.Times.Elapsed(call.StartedAt, handledAt != 0 ? handledAt : call.Host.Clock.GetTimestamp());
            operation = CallOperations.Settle(operation, last.Instance);
            string? errorType = outcome.Error is { } error ? ErrorTypes.Of(error.Code) : null;
            using (activity)
            {
                operation.Record(duration, errorType);
                if (activity is { IsAllDataRequested: true })
                {
                    Describe(activity, last, operation);
                    DescribeEnd(activity, call, outcome, errorType);
                }

                activity?.SetEndTime(activity.StartTimeUtc + duration);
            }
        }
        catch (Exception exception)
        {
            MeshInstruments.ReportListener(call.Host, exception);
        }
    }

    private static Activity? Start(CallRequest request, Operation operation)
    {
        var ambient = Activity.Current;
        var links = TraceParent.TryParse(request.TraceLink, null, out var link) ? (ActivityLink[])[new(link)] : null;
        if (request.TraceParent is null || request.TraceParent == ambient?.Id
            || !TraceParent.TryParse(request.TraceParent, request.TraceState, out var parent))
        {
            return MeshInstruments.Source.StartActivity(operation.SpanName, ActivityKind.Internal, default(ActivityContext), operation.SpanTags, links);
        }

        // The caller is elsewhere. What is around the call here, such as the request that its connection runs in, is no
        // part of what the caller does, and is linked: so the conventions want it for MCP.
        return MeshInstruments.Source.StartActivity(
            operation.SpanName, ActivityKind.Internal, parent, operation.SpanTags, ambient is null ? links : [.. links ?? [], new(ambient.Context)]);
    }

    private static void Describe(Activity activity, CallState call, Operation operation)
    {
        var request = call.Request;
        var caller = call.Caller;
        activity.AddTag(operation.IsOfRoom || operation.IsOfAgent ? TelemetryNames.CallId : TelemetryNames.ToolCallId, request.Id.ToString());
        if (!operation.IsOfRoom)
        {
            if (call.Instance is { } instance)
            {
                activity.DisplayName = operation.SpanName;
                activity.AddTag(TelemetryNames.ToolProvider, instance.Provider?.Snapshot.Name);
                if (instance.Contract.Definition.Description is { } description)
                {
                    activity.AddTag(operation.IsOfAgent ? TelemetryNames.AgentDescription : TelemetryNames.ToolDescription, description);
                }

                if (instance.Registration is AgentLease lease)
                {
                    activity.AddTag(TelemetryNames.AgentVersion, lease.Agent.Contract.Version);
                }
            }
            else if (!operation.IsKnown)
            {
                // Whatever a caller may ask for must not become the names that spans are grouped by.
                activity.DisplayName = operation.IsOfAgent ? TelemetryNames.InvokeAgent : TelemetryNames.ExecuteTool;
            }

            if (caller.Role == ParticipantRole.Agent && !operation.IsOfAgent)
            {
                activity.AddTag(TelemetryNames.AgentName, caller.Name);
            }
        }

        activity.AddTag(TelemetryNames.ConversationId, call.Member.Room.SessionText);
        activity.AddTag(TelemetryNames.Room, call.Member.Room.Name);
        activity.AddTag(TelemetryNames.Participant, caller.Name);
        if (call.Person is { } person && person != call.Member)
        {
            activity.AddTag(TelemetryNames.OnBehalfOf, person.Snapshot.Name);
        }

        if (call.IsStreaming)
        {
            activity.AddTag(TelemetryNames.Streaming, true);
        }

        if (request.Attempt > 1)
        {
            activity.AddTag(TelemetryNames.Attempt, request.Attempt);
        }
    }

    private static void DescribeEnd(Activity activity, CallState call, CallOutcome outcome, string? errorType)
    {
        var options = call.Host.Options.Telemetry;
        if (errorType is not null)
        {
            activity.AddTag(TelemetryNames.ErrorType, errorType);
            activity.SetStatus(ActivityStatusCode.Error, options.CapturePayloads ? outcome.Error?.Message : null);
        }

        if (options.CapturePayloads)
        {
            activity.AddTag(TelemetryNames.ToolCallArguments, SpanPayload.Of(call.Request.Arguments, options.MaxPayloadBytes));
            activity.AddTag(TelemetryNames.ToolCallResult, SpanPayload.Of(outcome.Response, options.MaxPayloadBytes));
        }
    }
}
