using System.Diagnostics;

namespace Mesh;

/// <summary>The span and the duration of something that a room does itself, until it is disposed. Made only when somebody listens.</summary>
internal sealed class RoomOperation : IDisposable
{
    private readonly Operation _operation;
    private readonly MeshHost _host;
    private readonly Activity? _activity;
    private readonly long _startedAt;
    private string? _errorType;

    private RoomOperation(Operation operation, MeshHost host, Activity? activity)
    {
        _operation = operation;
        _host = host;
        _startedAt = host.Clock.GetTimestamp();
        _activity = activity;
    }

    /// <summary>Begins an operation; not to be called under a lock, as listeners run. Null when nobody listens.</summary>
    /// <param name="operation">What is done.</param>
    /// <param name="host">Whose room it is.</param>
    /// <param name="room">The room's name.</param>
    /// <param name="parent">The activity elsewhere that asked for it; none for the ambient one.</param>
    public static RoomOperation? Begin(Operation operation, MeshHost host, string room, ActivityContext parent = default)
    {
        if (!MeshInstruments.AreWatched)
        {
            return null;
        }

        Activity? activity = null;
        try
        {
            activity = Start(operation, parent);
        }
        catch (Exception exception)
        {
            MeshInstruments.ReportListener(host, exception);
        }

        var begun = new RoomOperation(operation, host, activity);
        begun.Tag(TelemetryNames.Room, room);
        return begun;
    }

    /// <summary>Says which session of the room it is.</summary>
    public RoomOperation In(string session)
    {
        Tag(TelemetryNames.ConversationId, session);
        return this;
    }

    /// <summary>Says which participant it is about.</summary>
    public RoomOperation Of(string participant)
    {
        Tag(TelemetryNames.Participant, participant);
        return this;
    }

    /// <summary>Says why the participant leaves.</summary>
    public RoomOperation Because(LeaveReason reason)
    {
        Tag(TelemetryNames.LeaveReason, reason.ToString());
        return this;
    }

    /// <summary>Says that it failed.</summary>
    public void Fail(Exception exception)
    {
        _errorType = ErrorTypes.Of(exception);
        Tag(TelemetryNames.ErrorType, _errorType);
        _activity?.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        try
        {
            using (_activity)
            {
                var duration = _host.Times.Elapsed(_startedAt, _host.Clock.GetTimestamp());
                _activity?.SetEndTime(_activity.StartTimeUtc + duration);
                _operation.Record(duration, _errorType);
            }
        }
        catch (Exception exception)
        {
            MeshInstruments.ReportListener(_host, exception);
        }
    }

    private static Activity? Start(Operation operation, ActivityContext parent)
    {
        if (parent == default && Activity.Current is { IsStopped: true } cause)
        {
            // Done in the name of nobody who still waits, such as the end of a room's grace time: a trace of its own,
            // with a link to what it comes from.
            Activity.Current = null;
            return MeshInstruments.Source.StartActivity(operation.SpanName, ActivityKind.Internal, default(ActivityContext), operation.SpanTags, [new(cause.Context)]);
        }

        return MeshInstruments.Source.StartActivity(operation.SpanName, ActivityKind.Internal, parent, operation.SpanTags);
    }

    private void Tag(string name, string value)
    {
        if (_activity is { IsAllDataRequested: true })
        {
            _activity.SetTag(name, value);
        }
    }
}
