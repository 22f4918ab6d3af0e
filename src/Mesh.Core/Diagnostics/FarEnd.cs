using System.Diagnostics;

namespace Mesh;

/// <summary>
/// The span of a handler at the far end of a connection, where the activity of its call cannot be ambient: it belongs to
/// another process, and an activity always has an id of its own. So the hop is a span, below that of the call.
/// </summary>
internal static class FarEnd
{
    /// <summary>Makes the trace of a request ambient until <see cref="Exit"/>; null when there is nothing to trace.</summary>
    public static Activity? Enter(CallRequest request, string room, MeshHost host)
    {
        bool hasParent = TraceParent.TryParse(request.TraceParent, request.TraceState, out var parent);
        if (!hasParent && !MeshInstruments.Source.HasListeners())
        {
            return null;
        }

        string path = request.Target.Path;
        string name = $"{TelemetryNames.HandleTool} {path}";
        var activity = Start(name, parent, host);
        if (activity is { IsAllDataRequested: true })
        {
            // No gen_ai.operation.name: the call is counted where it is made.
            activity.SetTag(TelemetryNames.RoomOperationName, TelemetryNames.HandleTool);
            activity.SetTag(TelemetryNames.ToolName, path);
            activity.SetTag(TelemetryNames.ToolCallId, request.Id.ToString());
            activity.SetTag(TelemetryNames.Room, room);
        }

        if (activity is not null || !hasParent)
        {
            return activity;
        }

        // Nobody here wants spans of ours: what the handler does still belongs to its caller's trace.
        return new Activity(name)
            .SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags)
            .SetTraceState(parent.TraceState)
            .Start();
    }

    /// <summary>Ends it with the handler's outcome.</summary>
    public static void Exit(Activity? activity, CallOutcome outcome, MeshHost host)
    {
        try
        {
            using (activity)
            {
                if (activity is { IsAllDataRequested: true } && outcome.Error is { } error)
                {
                    activity.SetTag(TelemetryNames.ErrorType, ErrorTypes.Of(error.Code));
                    activity.SetStatus(ActivityStatusCode.Error);
                }
            }
        }
        catch (Exception exception)
        {
            MeshInstruments.ReportListener(host, exception);
        }
    }

    private static Activity? Start(string name, ActivityContext parent, MeshHost host)
    {
        try
        {
            return MeshInstruments.Source.StartActivity(name, ActivityKind.Server, parent);
        }
        catch (Exception exception)
        {
            MeshInstruments.ReportListener(host, exception);
            return null;
        }
    }

    private static Activity SetTraceState(this Activity activity, string? traceState)
    {
        activity.TraceStateString = traceState;
        return activity;
    }
}
