using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Mesh.Agents;

/// <summary>
/// One entry of a thread: what somebody said, or what happened to the thread. Immutable; entries are added and never changed. The JSON of a
/// message is that of a <see cref="ChatMessage"/>, and is copied where it is given.
/// </summary>
/// <param name="Id">What the entry is known by within its thread: 1 to 128 characters. Adding the same id again adds nothing.</param>
/// <param name="Kind">What it is, one of <see cref="ThreadEntryKinds"/>; kinds that a reader does not know are kept.</param>
/// <param name="Author">The name of the participant that it comes from.</param>
public sealed record ThreadEntry(string Id, string Kind, string Author)
{
    /// <summary>Its place in the thread, from 1, one higher than that of the entry before; 0 until it is in a store.</summary>
    public long Sequence { get; init; }

    /// <summary>When it was added, by the clock of the host.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The id of the entry that it answers, or null.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The message, as the JSON of a <see cref="ChatMessage"/>; null for entries without one.</summary>
    public JsonElement? Message { get; init => field = value is { ValueKind: not JsonValueKind.Undefined and not JsonValueKind.Null } given ? given.Clone() : null; }

    /// <summary>Whether what it says was cut off, or, of the end of an answer, whether the answer was.</summary>
    public bool IsInterrupted { get; init; }

    /// <summary>Of the end of an answer that failed: why, for people; else null.</summary>
    public string? Error { get; init; }

    /// <summary>What is said, as text; null where nothing is.</summary>
    [JsonIgnore]
    public string? Text => ToMessage()?.Text;

    /// <summary>The message; null for entries without one. Each call reads the JSON anew, so that what is done to it changes nothing here.</summary>
    /// <exception cref="JsonException">The JSON is not that of a message.</exception>
    public ChatMessage? ToMessage() => Message?.Deserialize(ThreadMessages.Type);

    /// <summary>An entry with a message.</summary>
    /// <param name="id">What it is known by.</param>
    /// <param name="author">The name of the participant that it comes from.</param>
    /// <param name="message">The message.</param>
    public static ThreadEntry Of(string id, string author, ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Of(id, ThreadEntryKinds.Message, author, message, null, default);
    }

    /// <summary>The same with everything else that an entry has before it is in a store, in one object.</summary>
    internal static ThreadEntry Of(string id, string kind, string author, ChatMessage message, string? replyTo, DateTimeOffset time) => new(id, kind, author)
    {
        Message = ThreadMessages.ToJson(message),
        ReplyTo = replyTo,
        Time = time,
        IsInterrupted = message.AdditionalProperties?.TryGetValue(ToolLoop.InterruptedKey, out object? interrupted) == true && interrupted is true,
    };
}

/// <summary>The kinds of entries that Mesh writes.</summary>
public static class ThreadEntryKinds
{
    /// <summary>What a person, an agent or a tool says.</summary>
    public const string Message = "message";

    /// <summary>What an agent says first of all. It is for people: a model is not sent it.</summary>
    public const string Greeting = "greeting";

    /// <summary>An answer begins. One that has no end, and that nobody is writing, was cut off by a crash: it is given one when the thread is opened, or the next answer begins.</summary>
    public const string AnswerBegun = "answerBegun";

    /// <summary>The answer is over: whole, interrupted, or failed.</summary>
    public const string AnswerEnded = "answerEnded";

    /// <summary>The thread was cleared: what is before is kept, and counts no longer.</summary>
    public const string Cleared = "cleared";
}

/// <summary>Messages as JSON, by the metadata of the abstractions.</summary>
internal static class ThreadMessages
{
    public static System.Text.Json.Serialization.Metadata.JsonTypeInfo<ChatMessage> Type { get; } =
        (System.Text.Json.Serialization.Metadata.JsonTypeInfo<ChatMessage>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ChatMessage));

    public static JsonElement ToJson(ChatMessage message) => JsonSerializer.SerializeToElement(message, Type);
}
