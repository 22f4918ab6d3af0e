using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh;

/// <summary>The types of messages, and who sends them.</summary>
internal static class WireTypes
{
    /// <summary>Room to client, first: who the client is.</summary>
    public const string Welcome = "welcome";

    /// <summary>Client to room: a call of any tool.</summary>
    public const string Call = "call";

    /// <summary>Room to client: a call of one of the client's own tools.</summary>
    public const string Invoke = "invoke";

    /// <summary>Callee to caller: progress, content, a chunk, usage, or money to reserve. Costs one credit.</summary>
    public const string Frame = "frame";

    /// <summary>Caller to callee: the money that a frame has asked for is reserved, or why it is not.</summary>
    public const string Reserved = "reserved";

    /// <summary>Callee to caller: the outcome; the id is free again.</summary>
    public const string End = "end";

    /// <summary>Caller to callee: it may send so many more frames.</summary>
    public const string Credit = "credit";

    /// <summary>Caller to callee: an item of the input stream. Costs one input credit.</summary>
    public const string Input = "input";

    /// <summary>Caller to callee: the input stream is over, or has failed.</summary>
    public const string InputEnd = "inputEnd";

    /// <summary>Callee to caller: it may send so many more items.</summary>
    public const string InputCredit = "inputCredit";

    /// <summary>Caller to callee: the call, or the stream of events, is no longer wanted.</summary>
    public const string Cancel = "cancel";

    /// <summary>Client to room: read events from a position. Answered with events, each for one credit, and an end.</summary>
    public const string Events = "events";

    /// <summary>Room to client: one event.</summary>
    public const string Event = "event";

    /// <summary>Client to room: it leaves.</summary>
    public const string Leave = "leave";

    /// <summary>Room to client: it is no longer in the room.</summary>
    public const string Left = "left";
}

/// <summary>
/// The JSON part of a message. JSON values and bytes that only pass through are not in it but attached, as they are, so
/// that they cross a connection without being read.
/// </summary>
internal sealed record WireHeader(string Type)
{
    /// <summary>The call or stream, as its caller numbers them.</summary>
    public long Id { get; init; }

    public WireRequest? Request { get; init; }

    /// <summary>Whether the caller reads frames, or only wants the outcome.</summary>
    public bool Streaming { get; init; }

    /// <summary>Whether an input stream follows.</summary>
    public bool HasInput { get; init; }

    /// <summary>The lease whose tool is invoked.</summary>
    public MeshId? Registration { get; init; }

    public Participant? Participant { get; init; }

    public Participant? OnBehalfOf { get; init; }

    public MeshId? Session { get; init; }

    public WireFrame? Frame { get; init; }

    public WireOutcome? Outcome { get; init; }

    public WirePart? Part { get; init; }

    public MeshError? Error { get; init; }

    public int Credit { get; init; }

    /// <summary>Which reservation is answered, as its callee numbers them.</summary>
    public long? Reservation { get; init; }

    public long From { get; init; }

    public WireEvent? Event { get; init; }

    public LeaveReason? Reason { get; init; }

    /// <summary>The trace of a message that is no call, and so carries no request.</summary>
    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>The lengths of what is attached, in order.</summary>
    public IReadOnlyList<int>? Attachments { get; init; }
}

/// <summary>A <see cref="CallRequest"/>; its arguments are an attachment.</summary>
internal sealed record WireRequest(MeshId Id, MeshId ParentId, MeshId RootId, int Attempt, ToolAddress Target)
{
    public int? Arguments { get; init; }

    /// <summary>Null where it says none of them.</summary>
    public CallTerms? Terms { get; init; }
}

/// <summary>
/// A frame that does not end its call: content, a chunk, a gap, usage, money to reserve where it has an estimate, the end of
/// a reservation where it has no more than that; progress if it is none of those.
/// </summary>
internal sealed record WireFrame
{
    public double? Value { get; init; }

    public double? Total { get; init; }

    public string? Message { get; init; }

    public WirePart? Content { get; init; }

    public WirePart? Chunk { get; init; }

    public CallUsage? Usage { get; init; }

    public long? Lagged { get; init; }

    public long? Reservation { get; init; }

    public decimal? Estimate { get; init; }
}

/// <summary>How a call ended, with the number of the frame that this is.</summary>
internal sealed record WireOutcome(long Sequence)
{
    public MeshError? Error { get; init; }

    /// <summary>The form of the response: text, json, file, link, empty or content; null for none.</summary>
    public string? Form { get; init; }

    public IReadOnlyList<WirePart>? Parts { get; init; }

    /// <summary>What a streaming call has used; null for nothing.</summary>
    public CallUsage? Usage { get; init; }
}

/// <summary>A content part. JSON and bytes are attachments.</summary>
internal sealed record WirePart(string Kind)
{
    public string? Text { get; init; }

    public int? Attachment { get; init; }

    public string? MimeType { get; init; }

    public string? Name { get; init; }

    public Uri? Uri { get; init; }
}

/// <summary>A <see cref="RoomEvent"/>.</summary>
internal sealed record WireEvent(MeshId Session, long Sequence, DateTimeOffset Time, string Kind)
{
    public JsonElement? Payload { get; init; }

    public long Lagged { get; init; }
}

/// <summary>The serialisation of message headers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(WireHeader))]
internal sealed partial class WireJsonContext : JsonSerializerContext;
