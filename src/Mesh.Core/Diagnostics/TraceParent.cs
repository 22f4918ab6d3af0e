using System.Diagnostics;

namespace Mesh;

/// <summary>The W3C trace context as requests carry it.</summary>
internal static class TraceParent
{
    // What the W3C recommendation has everybody pass on; who sends more may be cut off.
    private const int LongestState = 512;

    /// <summary>The <c>traceparent</c> of an activity; null for none, and for one with an id of another form.</summary>
    public static string? Of(Activity? activity) => activity is { IdFormat: ActivityIdFormat.W3C } ? activity.Id : null;

    /// <summary>A request in the trace of what is ambient, the span of its call; as its caller sent it where there is none.</summary>
    public static CallRequest ToFarEnd(CallRequest request) => Of(Activity.Current) is { } own
        ? request with { TraceParent = own, TraceState = Activity.Current?.TraceStateString, TraceLink = null }
        : request;

    /// <summary>Reads a trace context that came with a request; a malformed one is as none.</summary>
    public static bool TryParse(string? traceParent, string? traceState, out ActivityContext context)
    {
        if (traceParent is not null)
        {
            return ActivityContext.TryParse(traceParent, traceState is { Length: <= LongestState } ? traceState : null, isRemote: true, out context);
        }

        context = default;
        return false;
    }
}
