using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Mesh.Agents;

/// <summary>What somebody says to a <see cref="ChatBot"/>: the input of its agent. Immutable.</summary>
/// <param name="Text">The text; may be empty where there are attachments.</param>
public sealed record ChatInput([property: Description("What is said.")] string Text)
{
    /// <summary>The thread, which is made where there is none: 1 to 128 characters; null for a new one with an id of its own.</summary>
    [Description("The thread; left out for a new one."), StringLength(128, MinimumLength = 1)]
    public string? Thread { get; init; }

    /// <summary>
    /// The sequence of a message of the thread that this one takes the place of, or null. Then a new thread branches off before that message, and
    /// goes on with this one; the thread itself stays as it is.
    /// </summary>
    [Description("The sequence of an earlier message that this one replaces, in a branch of the thread."), Range(1, long.MaxValue)]
    public long? Replaces { get; init; }

    /// <summary>Files, at most 32; null for none.</summary>
    [Description("Files, at most 32.")]
    public IReadOnlyList<ChatAttachment>? Attachments { get; init; }
}

/// <summary>A file that goes with a message: its bytes, or a link to it. Immutable.</summary>
/// <param name="MediaType">What it is, such as <c>image/png</c>.</param>
public sealed record ChatAttachment([property: Description("The media type, such as image/png."), StringLength(200, MinimumLength = 3)] string MediaType)
{
    /// <summary>Its name, or null.</summary>
    [StringLength(200)]
    public string? Name { get; init; }

    /// <summary>Its bytes; null for a link. They must not be changed.</summary>
    [Description("The bytes, in base64.")]
    public byte[]? Data { get; init; }

    /// <summary>Where it is, as an absolute address; null where the bytes are here.</summary>
    [Description("An absolute address, in the place of the bytes."), StringLength(4_000)]
    public string? Uri { get; init; }
}

/// <summary>What became of a message. Immutable.</summary>
/// <param name="Thread">The thread that it is in.</param>
/// <param name="Sequence">Its place there.</param>
/// <param name="Outcome">One of <see cref="ChatOutcomes"/>.</param>
public sealed record ChatAnswer(string Thread, long Sequence, string Outcome)
{
    /// <summary>What was answered, as far as it came; null for nothing. Where tools were called, that is the last message of the answer.</summary>
    public string? Text { get; init; }

    /// <summary>How many tokens its model has read for the answer, all requests together, as its provider counts them; null where that does not count.</summary>
    public long? InputTokens { get; init; }

    /// <summary>How many tokens its model has written, counted in the same way.</summary>
    public long? OutputTokens { get; init; }
}

/// <summary>What becomes of a message.</summary>
public static class ChatOutcomes
{
    /// <summary>It was answered.</summary>
    public const string Answered = "answered";

    /// <summary>It is in the thread, and the agent has nothing to say to it.</summary>
    public const string Unanswered = "unanswered";

    /// <summary>Somebody cancelled the answer; what came of it is in the thread.</summary>
    public const string Interrupted = "interrupted";
}

/// <summary>A thread as it is opened. Immutable.</summary>
/// <param name="Thread">Its id.</param>
/// <param name="Entries">Its newest entries, the oldest of them first.</param>
/// <param name="LastSequence">The sequence of its last entry, to watch on from.</param>
/// <param name="ClearedThrough">The sequence of the entry that cleared it last, which what the agent remembers begins after; 0 when it never was.</param>
/// <param name="Status">What the agent does, one of <see cref="ChatStatus"/>.</param>
public sealed record ChatThread(string Thread, IReadOnlyList<ThreadEntry> Entries, long LastSequence, long ClearedThrough, string Status)
{
    /// <summary>What to read on before; null when there is nothing older.</summary>
    public long? Cursor { get; init; }

    /// <summary>Where it was branched off another; null where it was not.</summary>
    public ThreadOrigin? Origin { get; init; }
}

/// <summary>Some of the threads that somebody has written into, that which they wrote into last first. Immutable.</summary>
/// <param name="Threads">The threads; there may be fewer than were asked for, and more to come.</param>
public sealed record ChatThreadList(IReadOnlyList<ChatThreadSummary> Threads)
{
    /// <summary>What to go on with; null when there is nothing left.</summary>
    public string? Cursor { get; init; }
}

/// <summary>A thread in a list. Immutable.</summary>
/// <param name="Thread">Its id.</param>
/// <param name="LastSequence">The sequence of its last entry.</param>
/// <param name="Time">When that was added, by the clock of the host.</param>
public sealed record ChatThreadSummary(string Thread, long LastSequence, DateTimeOffset Time)
{
    /// <summary>How the first message of a person begins since the thread was cleared: at most 80 characters; null where there is none, or it has no text.</summary>
    public string? Title { get; init; }
}

/// <summary>What an agent does in a thread.</summary>
public static class ChatStatus
{
    /// <summary>It waits for somebody to say something.</summary>
    public const string Listening = "listening";

    /// <summary>Its model is at work.</summary>
    public const string Thinking = "thinking";

    /// <summary>It calls a tool, which the event names.</summary>
    public const string Calling = "calling";

    /// <summary>Somebody is asked for an approval of a tool, which the event names.</summary>
    public const string Asking = "asking";
}

/// <summary>Something that happens in a thread, for those who watch it. What its kind does not have is null. Immutable.</summary>
/// <param name="Kind">What, one of <see cref="ChatEventKinds"/>; there may be others, to be passed over.</param>
public sealed record ChatEvent(string Kind)
{
    /// <summary>The entry that was added.</summary>
    public ThreadEntry? Entry { get; init; }

    /// <summary>Of a piece of text: the id that the entry will have which it becomes a part of. Pieces for an entry that has been told are of no interest any more.</summary>
    public string? MessageId { get; init; }

    /// <summary>A piece of text or reasoning.</summary>
    public string? Text { get; init; }

    /// <summary>Where in its message the piece begins, in characters. 0 says that all that came before is in it, or that there is none.</summary>
    public int? Offset { get; init; }

    /// <summary>What the agent does, one of <see cref="ChatStatus"/>.</summary>
    public string? Status { get; init; }

    /// <summary>The tool that is called, by the name that it has for the model; of an approval below the model's own call, the tool's address, such as <c>shop/order</c>.</summary>
    public string? Tool { get; init; }

    /// <summary>The id of the model's call; of an approval below it, that of the call that is asked about.</summary>
    public string? CallId { get; init; }

    /// <summary>How much is done.</summary>
    public double? Value { get; init; }

    /// <summary>How much there is to do.</summary>
    public double? Total { get; init; }

    /// <summary>How many events were missed.</summary>
    public long? Missed { get; init; }

    /// <summary>What became of a message.</summary>
    public ChatAnswer? Answer { get; init; }
}

/// <summary>The kinds of events of a thread.</summary>
public static class ChatEventKinds
{
    /// <summary>An entry was added.</summary>
    public const string Entry = "entry";

    /// <summary>A piece of the answer's text.</summary>
    public const string Text = "text";

    /// <summary>A piece of what the model thinks.</summary>
    public const string Reasoning = "reasoning";

    /// <summary>The model wants a tool called.</summary>
    public const string Call = "call";

    /// <summary>How far a tool has come.</summary>
    public const string Progress = "progress";

    /// <summary>What the agent does has changed; told again from time to time while nothing happens.</summary>
    public const string Status = "status";

    /// <summary>All that was there when the watch began has been told.</summary>
    public const string Synced = "synced";

    /// <summary>The watcher was too slow. What is in the thread follows, with the text so far of the present answer: only pieces and states are lost.</summary>
    public const string Lagged = "lagged";

    /// <summary>What became of the message that was said. It is the end of <see cref="ChatBotClient.StreamAsync(string?, string, CancellationToken)"/>, and no part of a watch.</summary>
    public const string Answer = "answer";
}
