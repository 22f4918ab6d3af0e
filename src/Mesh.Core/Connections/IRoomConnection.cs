namespace Mesh;

/// <summary>
/// What a <see cref="RoomClient"/> needs of whatever lies between it and its room: send a call, receive calls, read
/// events from a sequence number, register, close. Registering is a call to the room's own toolkit; the connection only
/// keeps the code that the registration leads back to.
/// </summary>
internal interface IRoomConnection
{
    /// <summary>The participant as it was when it joined.</summary>
    Participant Self { get; }

    /// <summary>The room's session.</summary>
    MeshId Session { get; }

    /// <summary>Completes with the reason when the participant is no longer in the room.</summary>
    Task<LeaveReason> Completion { get; }

    /// <summary>Whether the participant leaves, or has left, as far as that is known here: it makes no call any more.</summary>
    bool IsLeaving { get; }

    /// <summary>Makes a call for its outcome. Never throws: a failure is an outcome.</summary>
    /// <param name="request">The call.</param>
    /// <param name="within">The ambient call, which was asked for already; the request says whether this one is made within it.</param>
    /// <param name="input">What the caller streams in; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    CallEnd Call(CallRequest request, CallContext? within, IAsyncEnumerable<ContentPart>? input, CancellationToken cancellationToken);

    /// <summary>Makes a call, when the result is first read, for its frames; the last one is a result or an error.</summary>
    /// <param name="newRequest">Makes the request, when the stream is read: also its lineage is then decided.</param>
    /// <param name="input">What to stream in, or null.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    IAsyncEnumerable<CallFrame> StreamAsync(Func<CallRequest> newRequest, IAsyncEnumerable<ContentPart>? input, CancellationToken cancellationToken);

    /// <summary>Why a call that would run would take its arguments as JSON, one sentence; null when it would take them by reference.</summary>
    string? WhyJson(ToolAddress target, PassedCall values);

    /// <summary>Reads the room's events that the participant may see; ends when it leaves.</summary>
    IAsyncEnumerable<RoomEvent> ReadEventsAsync(EventPosition from, CancellationToken cancellationToken);

    /// <summary>Leaves the room. Idempotent.</summary>
    ValueTask CloseAsync();
}
