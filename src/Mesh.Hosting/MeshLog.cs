using Microsoft.Extensions.Logging;

namespace Mesh.Hosting;

/// <summary>What is written to the application's log.</summary>
internal static partial class MeshLog
{
    public const string Category = "Mesh";
    public const string JournalCategory = "Mesh.Journal";

    [LoggerMessage(1, LogLevel.Error, "{FaultKind}: {Fault} (call {CallId})")]
    public static partial void FaultOfHost(ILogger log, MeshFaultKind faultKind, string fault, MeshId? callId, Exception? exception);

    [LoggerMessage(2, LogLevel.Warning, "{FaultKind}: {Fault} (call {CallId})")]
    public static partial void FaultOfParticipant(ILogger log, MeshFaultKind faultKind, string fault, MeshId? callId, Exception? exception);

    [LoggerMessage(3, LogLevel.Information, "Room '{Room}' is kept open.")]
    public static partial void Kept(ILogger log, string room);

    [LoggerMessage(4, LogLevel.Warning, "The application no longer keeps room '{Room}' open: its participant was made to leave ({Reason}), and could not join again.")]
    public static partial void NotKept(ILogger log, string room, LeaveReason reason, Exception? exception);

    [LoggerMessage(5, LogLevel.Information, "Closing {Rooms} rooms.")]
    public static partial void Closing(ILogger log, int rooms);

    [LoggerMessage(6, LogLevel.Warning, "The time to shut down was over before all calls and services had ended; they were left.")]
    public static partial void Hurried(ILogger log);

    [LoggerMessage(7, LogLevel.Error, "An endpoint could not be closed; the rooms close all the same.")]
    public static partial void EndpointFailed(ILogger log, Exception exception);

    [LoggerMessage(10, LogLevel.Debug, "{Sequence} {Room}: {Caller} called {Tool} for {OnBehalfOf} at {Provider}: {Status} {ErrorCode} after {DurationMs} ms, {BytesIn} bytes in, {BytesOut} out (call {CallId} in tree {RootId})")]
    public static partial void Call(
        ILogger log, long sequence, string room, string? caller, string tool, string? onBehalfOf, string? provider, CallStatus status,
        string? errorCode, double durationMs, long bytesIn, long bytesOut, MeshId callId, MeshId rootId);

    [LoggerMessage(11, LogLevel.Debug, "{Sequence} {Room}: {EventKind} {Participant}")]
    public static partial void Event(ILogger log, long sequence, string room, string eventKind, string? participant);

    [LoggerMessage(12, LogLevel.Warning, "{Missed} entries of the journal were not logged: they came faster than that.")]
    public static partial void Lagged(ILogger log, long missed);

    [LoggerMessage(13, LogLevel.Error, "The journal could not be read any further; it is no longer logged.")]
    public static partial void JournalFailed(ILogger log, Exception exception);
}
