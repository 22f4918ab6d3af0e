namespace Mesh;

/// <summary>What an entry keeps of a call's arguments and result. It owns its memory.</summary>
/// <remarks>
/// The result of a tool that answers with text is kept as one JSON string. One of several parts, or of a file or a link,
/// is kept as an array of <c>{"text": …}</c>, <c>{"json": …}</c>, <c>{"bytes": {"name", "mimeType", "length"}}</c> and
/// <c>{"link": {"uri", "name", "mimeType"}}</c>: bytes themselves are never kept. A call that failed keeps what its tool
/// had sent before; what a reader of a stream has taken is not kept.
/// </remarks>
/// <param name="Capture">How much it is: what the room's policy says, or less where the tool allows less.</param>
/// <param name="Arguments">The arguments in that form; null when there were none, or they could not be kept.</param>
/// <param name="Result">The result in that form; null when there was none, or it could not be kept.</param>
public sealed record JournalPayload(JournalCapture Capture, string? Arguments = null, string? Result = null)
{
    private const string DroppedNote = "dropped: the journal's limit for payloads was reached";

    /// <summary>Nothing.</summary>
    public static JournalPayload None { get; } = new(JournalCapture.None);

    /// <summary>Why <see cref="Arguments"/> is not all that <see cref="Capture"/> promises, as a sentence for a person; null when it is.</summary>
    public string? ArgumentsNote { get; init; }

    /// <summary>Why <see cref="Result"/> is not all that <see cref="Capture"/> promises, as a sentence for a person; null when it is.</summary>
    public string? ResultNote { get; init; }

    /// <summary>The memory that the texts take.</summary>
    internal long Bytes => sizeof(char) * ((long)(Arguments?.Length ?? 0) + (Result?.Length ?? 0));

    internal JournalPayload Dropped() => this with
    {
        Arguments = null,
        Result = null,
        ArgumentsNote = Arguments is null ? ArgumentsNote : DroppedNote,
        ResultNote = Result is null ? ResultNote : DroppedNote,
    };
}
