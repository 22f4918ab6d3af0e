namespace Mesh;

/// <summary>
/// The entry of a call as a journal in memory keeps it: less than half of a <see cref="JournalEntry"/>, which is made of it
/// when somebody reads. What is the same for many calls is in keys that they share, what few calls have is in
/// <see cref="Extra"/>.
/// </summary>
internal readonly struct CallRecord
{
    /// <summary>Anybody may ask for anything: what nobody checked must not fill the memory.</summary>
    private const int LongestTarget = 300;

    /// <summary>
    /// Null for most calls. A string is the participant that the call was addressed to; a <see cref="CallExtra"/> what
    /// else there is to tell; a <see cref="GivenEntry"/> all of it, and then the rest of the record is empty.
    /// </summary>
    public object? Extra { get; init; }

    /// <summary>Null for an entry that was given as such.</summary>
    public CallerKey? Caller { get; init; }

    /// <summary>The tool; null when the call was refused before one was found.</summary>
    public ToolKey? Tool { get; init; }

    public string? OnBehalfOf { get; init; }

    public MeshId CallId { get; init; }

    public MeshId ParentId { get; init; }

    public MeshId RootId { get; init; }

    /// <summary>A timestamp of the host's clock.</summary>
    public long StartedAt { get; init; }

    public TimeSpan Duration { get; init; }

    public long BytesOut { get; init; }

    public int BytesIn { get; init; }

    public int Attempt { get; init; }

    public CallStatus Status { get; init; }

    public CallUsage? Usage => Extra is null ? null : Extra is CallExtra extra ? extra.Usage : (Extra as GivenEntry)?.Entry.Usage;

    public JournalPayload Payload => Extra switch
    {
        CallExtra extra => extra.Payload,
        GivenEntry given => given.Entry.Payload,
        _ => JournalPayload.None,
    };

    /// <summary>The record of a call that has ended.</summary>
    public static CallRecord Of(CallState call, CallOutcome outcome)
    {
        // Each of these is a step or more away, and this is on the path of every call.
        var (request, caller, instance, error) = (call.Request, call.Member, call.Instance, outcome.Error);
        var key = caller.JournalKey;
        long endedAt = call.EndedAt;
        return new()
        {
            Extra = ExtraOf(call, outcome, error),
            Caller = key,
            Tool = instance?.JournalKey,
            OnBehalfOf = call.OnBehalfOf?.Name,
            CallId = request.Id,
            ParentId = request.ParentId,
            RootId = request.RootId,
            StartedAt = call.StartedAt,
            Duration = key.Room.Times.Elapsed(call.StartedAt, endedAt != 0 ? endedAt : call.Host.Clock.GetTimestamp()),
            BytesOut = BytesOf(call, outcome.Response),
            BytesIn = call.ArgumentBytes,
            Attempt = request.Attempt,
            Status = error is null ? CallStatus.Result : outcome.Status,
        };
    }

    /// <summary>The entry, as yet without a place in a journal.</summary>
    public JournalEntry ToEntry()
    {
        if (Extra is GivenEntry given)
        {
            return given.Entry;
        }

        var (room, extra) = (Caller!.Room, Extra as CallExtra);
        return new()
        {
            CallId = CallId,
            ParentId = ParentId,
            RootId = RootId,
            Attempt = Attempt,
            Room = room.Name,
            Session = room.Session,
            Caller = Caller.Name,
            CallerId = Caller.Id,
            OnBehalfOf = OnBehalfOf,
            Target = extra?.Target ?? ToolAddress.OfPath(Tool!.Path, Extra as string),
            Provider = Tool?.Provider,
            ContractHash = Tool?.ContractHash,
            StartedAt = room.Times.UtcAt(StartedAt),
            Duration = Duration,
            BytesIn = BytesIn,
            BytesOut = BytesOut,
            Status = Status,
            ErrorCode = extra?.ErrorCode,
            Usage = extra?.Usage,
            Payload = extra?.Payload ?? JournalPayload.None,
        };
    }

    /// <summary>The record with its payload dropped.</summary>
    public CallRecord WithoutPayload() => this with
    {
        Extra = Extra is CallExtra extra
            ? extra with { Payload = extra.Payload.Dropped() }
            : new GivenEntry(ToEntry() with { Payload = Payload.Dropped() }),
    };

    /// <summary>The record for who reads it when its place may have been taken by another one.</summary>
    public CallRecord Detached() => Extra is GivenEntry given ? this with { Extra = new GivenEntry(given.Entry) } : this;

    private static long BytesOf(CallState call, ToolResponse? response) =>
        call.ResponseBytes > 0 && response is JsonResponse ? call.ResponseBytes : response?.Size ?? 0;

    private static object? ExtraOf(CallState call, CallOutcome outcome, MeshError? error)
    {
        var (target, isServed) = (call.Request.Target, call.Instance is not null);
        var (usage, payload) = (call.Usage, PayloadCapture.Of(call, outcome));
        return isServed && error is null && usage is null && ReferenceEquals(payload, JournalPayload.None)
            ? target.Participant
            : new CallExtra(isServed ? target : target.Shortened(LongestTarget), error?.Code, usage, payload);
    }
}

/// <summary>What few calls have: that they failed, that they used something, that they were looked into. Immutable.</summary>
internal sealed record CallExtra(ToolAddress Target, MeshErrorCode? ErrorCode, CallUsage? Usage, JournalPayload Payload);
