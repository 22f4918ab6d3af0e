using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// One thing that a call sends to its caller while it runs, in order: progress, partial content, the chunks of a
/// stream, and at last one result or error. A closed set: <see cref="ProgressFrame"/>, <see cref="ContentFrame"/>,
/// <see cref="ChunkFrame"/>, <see cref="LaggedFrame"/>, <see cref="ResultFrame"/> and <see cref="ErrorFrame"/>.
/// </summary>
public abstract record CallFrame
{
    private protected CallFrame()
    {
    }

    /// <summary>The frame's place within its call, from 1, without gaps.</summary>
    public long Sequence { get; internal set; }

    /// <summary>Whether this frame ends the call.</summary>
    internal bool IsLast => this is ResultFrame or ErrorFrame;
}

/// <summary>How far the call has come.</summary>
/// <param name="Value">The amount done, growing from frame to frame, in units of the tool's choosing.</param>
/// <param name="Total">The amount in all, or null when it is not known.</param>
/// <param name="Message">What is being done, for a person, or null.</param>
public sealed record ProgressFrame(double Value, double? Total = null, string? Message = null) : CallFrame;

/// <summary>Content that the tool sends before its result.</summary>
/// <param name="Part">The content.</param>
public sealed record ContentFrame(ContentPart Part) : CallFrame;

/// <summary>One item of a stream: a <see cref="JsonPart"/> for typed items, a <see cref="TextPart"/> for strings, a
/// <see cref="BytesPart"/> for bytes.</summary>
/// <param name="Item">The item.</param>
public sealed record ChunkFrame(ContentPart Item) : CallFrame;

/// <summary>Items of the stream are missing before the next one: its reader was slower than its publisher.</summary>
/// <param name="Count">How many.</param>
public sealed record LaggedFrame(long Count) : CallFrame;

/// <summary>What the call has used. It goes the way of frames, in order with them, as far as the room; a caller is told the sum, at the end.</summary>
/// <param name="Usage">What was used; null for nothing, which gives the reservation back.</param>
/// <param name="Reservation">The reservation that this settles; 0 for none.</param>
internal sealed record UsageFrame(CallUsage? Usage, long Reservation = 0) : CallFrame;

/// <summary>Asks for money to be reserved, from the far end of a connection; in order with what was used before.</summary>
/// <param name="Reservation">What the far end calls it; positive.</param>
/// <param name="Estimate">How much; at least 0.</param>
internal sealed record ReserveFrame(long Reservation, decimal Estimate) : CallFrame;

/// <summary>
/// An item of a stream that has come out of its tool by reference, held against the tool's schema on its way. Nobody but the
/// prepared handle that made the call sees it as such.
/// </summary>
internal abstract record TypedChunk : CallFrame
{
    private protected TypedChunk()
    {
    }

    public abstract ChunkFrame ToChunk();
}

/// <summary>An item of a type that is known where it is read.</summary>
internal sealed record TypedChunk<T>(T Value, JsonTypeInfo<T> Type) : TypedChunk
{
    public override ChunkFrame ToChunk() => new(new JsonPart(JsonPayload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(Value, Type))));
}

/// <summary>The end of a call that succeeded.</summary>
/// <param name="Response">What the tool answered; an <see cref="EmptyResponse"/> after a stream of chunks.</param>
public sealed record ResultFrame(ToolResponse Response) : CallFrame
{
    /// <inheritdoc cref="ErrorFrame.Usage"/>
    public CallUsage? Usage { get; init; }
}

/// <summary>The end of a call that failed.</summary>
/// <param name="Error">The failure.</param>
public sealed record ErrorFrame(MeshError Error) : CallFrame
{
    /// <summary>What the call has used, as its handler has reported it; null for nothing. What the calls used that it made is in theirs.</summary>
    public CallUsage? Usage { get; init; }
}
