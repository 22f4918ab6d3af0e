using System.Text.Json;

namespace Mesh.Agents;

/// <summary>
/// A <see cref="ChatBot"/> as one participant of its room talks to it. Each method is a call of the agent, or of its toolkit <c>chat.NAME</c>: granted,
/// journaled, and the same from near and far. Thread-safe.
/// </summary>
/// <remarks>Every method throws a <see cref="MeshException"/> when its call fails: besides the codes that it names, with <see cref="MeshErrorCode.NotFound"/> where
/// there is no such agent or thread, <see cref="MeshErrorCode.NotGranted"/>, and what the store of the threads refuses.</remarks>
public sealed class ChatBotClient
{
    private static readonly ChatJsonContext Json = ChatJsonContext.Default;

    private readonly RoomClient _room;
    private readonly string? _participant;

    internal ChatBotClient(RoomClient room, AgentAddress bot)
    {
        _room = room;
        _participant = bot.Participant;
        Bot = bot;
    }

    /// <summary>Who is talked to.</summary>
    public AgentAddress Bot { get; }

    /// <summary>How long a message may wait for its answer, by the host's clock: more than 0, up to 20 days; 10 minutes by default. The time that somebody takes to approve
    /// something does not count.</summary>
    public TimeSpan AnswerTimeout
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromDays(20) ? value
            : throw new ArgumentOutOfRangeException(nameof(AnswerTimeout), value, $"{nameof(AnswerTimeout)} must be more than 0 and at most 20 days.");
    }

    = TimeSpan.FromMinutes(10);

    /// <summary>Lists the threads that this participant has written into, by its name: that which it wrote into last comes first. One that it writes into while it
    /// turns the pages moves to the front, and is not told again on a later page.</summary>
    /// <param name="cursor">The cursor of the page before; null for the beginning.</param>
    /// <param name="limit">How many at most: 1 to 100.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="MeshException">The cursor is none (<see cref="MeshErrorCode.InvalidArguments"/>).</exception>
    public ValueTask<ChatThreadList> ListAsync(string? cursor = null, int limit = 20, CancellationToken cancellationToken = default) =>
        _room.Toolkits.InvokeAsync(Tool("threads"), new() { Cursor = cursor, Limit = limit }, Json.ListChatsArguments, Json.ChatThreadList, null, cancellationToken);

    /// <summary>Opens a thread, which is made where there is none, and reads its newest entries.</summary>
    /// <param name="thread">The thread: 1 to 128 characters; null for a new one.</param>
    /// <param name="limit">How many entries at most: 1 to 500. There may be fewer where they are large.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<ChatThread> OpenAsync(string? thread = null, int limit = 50, CancellationToken cancellationToken = default) =>
        _room.Toolkits.InvokeAsync(Tool("open"), new() { Thread = thread, Limit = limit }, Json.OpenChatArguments, Json.ChatThread, null, cancellationToken);

    /// <summary>Reads older entries.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="before">The cursor of the page that comes after; null for the newest entries.</param>
    /// <param name="limit">How many entries at most: 1 to 500.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public ValueTask<ThreadPage> ReadAsync(string thread, long? before = null, int limit = 50, CancellationToken cancellationToken = default) =>
        _room.Toolkits.InvokeAsync(Tool("read"), new(thread) { Before = before, Limit = limit }, Json.ReadChatArguments, Json.ThreadPage, null, cancellationToken);

    /// <summary>Says something, and waits for the answer, which is told to those who watch as it comes.</summary>
    /// <param name="thread">The thread, which is made where there is none; null for a new one.</param>
    /// <param name="text">What is said.</param>
    /// <param name="cancellationToken">Cancels the answer; the message may be in the thread.</param>
    public ValueTask<ChatAnswer> SendAsync(string? thread, string text, CancellationToken cancellationToken = default) =>
        SendAsync(new ChatInput(text) { Thread = thread }, null, cancellationToken);

    /// <summary>The same with attachments, in the place of another message, or with options.</summary>
    /// <param name="input">What is said.</param>
    /// <param name="options">Deadline, budget, toolkits of the caller's own and the like; null for none but <see cref="AnswerTimeout"/>, which also stands where they name no deadline.</param>
    /// <param name="cancellationToken">Cancels the answer; the message may be in the thread.</param>
    /// <exception cref="MeshException">The input makes no sense (<see cref="MeshErrorCode.InvalidArguments"/>), too many messages wait for answers in the thread
    /// (<see cref="MeshErrorCode.Overloaded"/>; the message is in the thread), or the answer failed, as <see cref="ToolLoop.StreamAsync"/> says.</exception>
    public ValueTask<ChatAnswer> SendAsync(ChatInput input, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        options = options is null ? new() { Timeout = AnswerTimeout } : options with { Timeout = options.Timeout ?? AnswerTimeout };
        return _room.Agents.AskAsync(Bot, input, Json.ChatInput, Json.ChatAnswer, options, cancellationToken);
    }

    /// <summary>Says something, and gives the answer as it comes.</summary>
    /// <inheritdoc cref="StreamAsync(ChatInput, CallOptions?, CancellationToken)"/>
    /// <param name="thread">The thread, which is made where there is none; null for a new one.</param>
    /// <param name="text">What is said.</param>
    /// <param name="cancellationToken">Cancels the answer; the message may be in the thread.</param>
    public IAsyncEnumerable<ChatEvent> StreamAsync(string? thread, string text, CancellationToken cancellationToken = default) =>
        StreamAsync(new ChatInput(text) { Thread = thread }, null, cancellationToken);

    /// <summary>
    /// The same with attachments, or with options: first the entry of the message; where it is answered, the entries of the answer from
    /// <see cref="ThreadEntryKinds.AnswerBegun"/> to <see cref="ThreadEntryKinds.AnswerEnded"/>, with the pieces of its text, its calls and its states between; and at last what
    /// <see cref="SendAsync(ChatInput, CallOptions?, CancellationToken)"/> gives, as <see cref="ChatEventKinds.Answer"/>. The pieces of a message are all of its text, each once. Cold: each
    /// reading says it anew. Who stops reading cancels the answer; a slow reader makes nobody wait.
    /// </summary>
    /// <remarks>It takes the rights to the tools <c>open</c> and <c>watch</c> besides that to ask; without them it fails before anything is said.</remarks>
    /// <param name="input">What is said.</param>
    /// <param name="options">As for <see cref="SendAsync(ChatInput, CallOptions?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Cancels the answer; the message may be in the thread.</param>
    /// <exception cref="ArgumentException">The message replaces another: its thread is made only with it, and cannot be followed from the beginning.</exception>
    /// <exception cref="MeshException">Thrown while reading, after all that came until then; as for <see cref="SendAsync(ChatInput, CallOptions?, CancellationToken)"/>.</exception>
    public IAsyncEnumerable<ChatEvent> StreamAsync(ChatInput input, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Replaces is null
            ? ChatExchange.StreamAsync(_room, this, input, options ?? new(), cancellationToken)
            : throw new ArgumentException($"A message that replaces another cannot be streamed; use {nameof(EditAsync)}, and watch the branch.", nameof(input));
    }

    /// <summary>Says something else in the place of an earlier message: a new thread branches off before that, and goes on with this. The thread stays as it is.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="sequence">The sequence of the message of a person that is replaced.</param>
    /// <param name="text">What is said instead.</param>
    /// <param name="cancellationToken">Cancels the answer.</param>
    /// <returns>The answer, with the id of the branch.</returns>
    public ValueTask<ChatAnswer> EditAsync(string thread, long sequence, string text, CancellationToken cancellationToken = default) =>
        SendAsync(new ChatInput(text) { Thread = thread, Replaces = sequence }, null, cancellationToken);

    /// <summary>
    /// What happens in a thread, as it happens: first the entries after a position, one <see cref="ChatEventKinds.Synced"/>, and what the agent does now with the
    /// text so far of its present answer. It ends when the agent stops. A reader that is slow gets pieces of text together, and beyond 1,024 events
    /// <see cref="ChatEventKinds.Lagged"/>; it never makes others wait, and misses no entry.
    /// </summary>
    /// <param name="thread">The thread, which must be there.</param>
    /// <param name="after">The sequence to go on after; 0 for all entries; null for only what is new.</param>
    /// <param name="cancellationToken">Ends the watch; reading then throws <see cref="OperationCanceledException"/>.</param>
    public IAsyncEnumerable<ChatEvent> WatchAsync(string thread, long? after = null, CancellationToken cancellationToken = default) => _room.Toolkits.StreamAsync(
        Tool("watch"), JsonPayload.From(new WatchChatArguments(thread) { After = after }, Json.WatchChatArguments), Json.ChatEvent, null, null, cancellationToken);

    /// <summary>Cancels the answer that is being written. What came of it is kept as interrupted.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether one was being written.</returns>
    public async ValueTask<bool> CancelAsync(string thread, CancellationToken cancellationToken = default) =>
        (await _room.Toolkits.InvokeAsync(Tool("cancel"), new(thread), Json.ChatThreadArguments, Json.CancelChatResult, null, cancellationToken).ConfigureAwait(false)).WasAnswering;

    /// <summary>Lets the agent forget what was said. The thread itself is kept, and can be read.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The entry that says so.</returns>
    public ValueTask<ThreadEntry> ClearAsync(string thread, CancellationToken cancellationToken = default) =>
        _room.Toolkits.InvokeAsync(Tool("clear"), new(thread), Json.ChatThreadArguments, Json.ThreadEntry, null, cancellationToken);

    private ToolAddress Tool(string name) => new(ChatTools.NameOf(Bot.Name), name, _participant);
}

/// <summary>Talking with agents of a room.</summary>
public static class RoomChatExtensions
{
    /// <summary>A <see cref="ChatBot"/> of the room, to talk to. Whether it is there is found out when something is asked of it.</summary>
    /// <param name="room">The room as the participant sees it that talks.</param>
    /// <param name="bot">The agent.</param>
    public static ChatBotClient ChatWith(this RoomClient room, AgentAddress bot)
    {
        ArgumentNullException.ThrowIfNull(room);
        return new(room, bot);
    }
}
