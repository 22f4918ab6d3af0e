namespace Mesh;

/// <summary>What a store does with messages that nobody can deal with, and how long it remembers keys. Immutable; the same for every store.</summary>
public sealed record QueuePolicy
{
    /// <summary>What the name of a dead-letter queue ends with.</summary>
    public const string DeadLetterSuffix = ".dead";

    /// <summary>How long a queue's name may be.</summary>
    public const int MaxNameLength = 128;

    /// <summary>
    /// How often a message is handed out before it is moved into the dead-letter queue. 5 by default, 1 to 1,000. A delivery
    /// whose receiver was gone before it had the message does not count. Messages of a dead-letter queue stay in it,
    /// however often they are rejected.
    /// </summary>
    public int MaxDeliveries
    {
        get;
        init => field = value is >= 1 and <= 1_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxDeliveries), value, "QueuePolicy.MaxDeliveries must be 1 to 1,000.");
    } = 5;

    /// <summary>How long the key of an idempotent send is remembered. 10 minutes by default; more than 0, at most a day.</summary>
    public TimeSpan KeyLifetime
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromDays(1) ? value
            : throw new ArgumentOutOfRangeException(nameof(KeyLifetime), value, "QueuePolicy.KeyLifetime must be more than 0 and at most a day.");
    } = TimeSpan.FromMinutes(10);

    /// <summary>The defaults.</summary>
    public static QueuePolicy Default { get; } = new();

    /// <summary>Whether a queue is a dead-letter queue, from which messages are not moved on.</summary>
    /// <param name="queue">The queue's name.</param>
    public static bool IsDeadLetterQueue(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return queue.EndsWith(DeadLetterSuffix, StringComparison.Ordinal);
    }

    /// <summary>The queue that messages of another are moved into: its name with <c>.dead</c>, cut where that would be too long.</summary>
    /// <param name="queue">The queue's name.</param>
    public static string DeadLetterQueueOf(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return string.Concat(queue.AsSpan(0, Math.Min(queue.Length, MaxNameLength - DeadLetterSuffix.Length)), DeadLetterSuffix);
    }
}
