namespace Mesh;

/// <summary>How a message is sent. Immutable.</summary>
public sealed record QueueSendOptions
{
    /// <summary>Texts beside the body, such as a content type; null for none. Copied when the message is sent.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>After which time the message can be received. Zero by default, for at once; at most 7 days.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// A key of 1 to 256 characters, which belongs to the sender and the queue: sending again under it, while the queue's store
    /// remembers it (<see cref="QueuePolicy.KeyLifetime"/>, 10 minutes by default), has no effect and gets the first message's id. Null, the default, for a message that is sent each time.
    /// </summary>
    public string? Key { get; init; }

    internal static QueueSendOptions Default { get; } = new();
}

/// <summary>How messages are received. Immutable.</summary>
public sealed record QueueReceiveOptions
{
    /// <summary>How many messages at most. 1 by default, at most 1,000. As many as are ready come; more are not waited for.</summary>
    public int MaxMessages { get; init; } = 1;

    /// <summary>How long to wait for the first message. Zero by default, not to wait; at most a day.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>
    /// For how long the messages are the receiver's: one that is not acknowledged by then is handed out again. 30 s by
    /// default, a millisecond to a day.
    /// </summary>
    public TimeSpan Visibility { get; init; } = TimeSpan.FromSeconds(QueueLimits.DefaultVisibility);

    /// <summary>
    /// Whether messages that the receiver still has when it leaves the room, for whatever reason, are rejected for it, so that
    /// they are ready again at once. False by default: others may hold the tokens, and deal with the messages still.
    /// </summary>
    public bool ReleaseOnLeave { get; init; }

    internal static QueueReceiveOptions Default { get; } = new();
}
