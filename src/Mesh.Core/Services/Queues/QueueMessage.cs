using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>
/// A message as a receiver was handed it. Immutable. It is the receiver's until it is acknowledged, rejected, or its
/// visibility time has passed; <see cref="Token"/> is what it is acknowledged with.
/// </summary>
public sealed record QueueMessage
{
    // What the JSON of a message takes beside its body, its headers and texts that may have to be escaped.
    private const int FixedSize = 1_024;
    private const int LongestEscape = 6;

    /// <summary>The id that its sender got for it. It stays the same however often the message is handed out, also in a dead-letter queue.</summary>
    public required MeshId Id { get; init; }

    /// <summary>The queue that it was received from.</summary>
    public required string Queue { get; init; }

    /// <summary>Its place in the queue: messages that were sent later have higher numbers. Of no meaning across queues.</summary>
    public required long Sequence { get; init; }

    /// <summary>The body: any JSON value. It owns its memory.</summary>
    public required JsonPayload Body { get; init; }

    /// <summary>What the sender put beside the body; empty by default.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init => field = value ?? NoHeaders; } = NoHeaders;

    /// <summary>The name of the participant that sent it.</summary>
    public required string Sender { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>How often it has been handed out from this queue, this time included: 1 for the first time.</summary>
    public required int Deliveries { get; init; }

    /// <summary>
    /// What this delivery is acknowledged, rejected or extended with; a later delivery of the message has another one.
    /// Null for a message that a drain has removed. Opaque: up to 256 characters.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>What was said when it was rejected last in this queue; null when it was not, or nothing was said.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// When the delay would have ended of a message that was removed by a drain before; null for every other. Its store puts it
    /// back with the same delay, should whoever drained it be gone.
    /// </summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>Why the message is in a dead-letter queue; null for one that was sent here.</summary>
    public DeadLetter? DeadLetter { get; init; }

    internal static IReadOnlyDictionary<string, string> NoHeaders { get; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Reads the body as a type.</summary>
    /// <param name="type">How to read it.</param>
    /// <typeparam name="T">The type.</typeparam>
    /// <exception cref="MeshException">The body cannot be read as the type (<see cref="MeshErrorCode.InvalidOutput"/>).</exception>
    public T? Read<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        try
        {
            return Body.Read(type);
        }
        catch (Exception exception)
        {
            throw ResponseReader.Unreadable(
                $"The body of message '{Id}' from queue '{Queue}'", typeof(T), exception.Message, "Read it as what was sent, or as JsonElement.", exception);
        }
    }

    /// <summary>The size that a store and a host count a message with, in bytes: never less than its JSON has when it is received.</summary>
    /// <param name="body">The body.</param>
    /// <param name="headers">The headers; null for none.</param>
    /// <param name="sender">The sender's name.</param>
    /// <param name="reason">Why it was rejected last, or null.</param>
    /// <returns>1,024, the length of the body, and six bytes for each character of the others.</returns>
    public static int SizeOf(JsonPayload body, IReadOnlyDictionary<string, string>? headers, string sender, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(sender);
        long size = FixedSize + (long)body.Length + (LongestEscape * (long)(sender.Length + (reason?.Length ?? 0)));
        if (headers is not null)
        {
            foreach (var (name, value) in headers)
            {
                // The quotes, the colon and the comma are covered by the two characters.
                size += LongestEscape * ((long)name.Length + value.Length + 2);
            }
        }

        return (int)Math.Min(size, int.MaxValue);
    }
}

/// <summary>Why a message was moved into a dead-letter queue.</summary>
public sealed record DeadLetter
{
    /// <summary>The queue that it was sent to.</summary>
    public required string Queue { get; init; }

    /// <summary>How often it was handed out there.</summary>
    public required int Deliveries { get; init; }

    /// <summary>What was said when it was rejected last; null when nothing was, or when it was never rejected and its visibility time passed each time.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was moved.</summary>
    public required DateTimeOffset At { get; init; }
}
