namespace Mesh;

/// <summary>
/// How much a <see cref="MemoryQueueStore"/> holds. Immutable. What does not fit is refused, and its sender told; nothing
/// that was taken is dropped. Bytes are counted by <see cref="QueueMessage.SizeOf"/>. Each number is at least 1; a smaller one
/// is an <see cref="ArgumentOutOfRangeException"/> that names it.
/// </summary>
public sealed record MemoryQueueStoreOptions
{
    /// <summary>How many queues there may be. At least 1; 1,000 by default. Queues that nobody uses and that have no message make room
    /// for new ones. Dead-letter queues that messages are moved into do not count; of those that have no message, no more than
    /// as many are kept.</summary>
    public int MaxQueues { get; init => field = Checked(value, nameof(MaxQueues)); } = 1_000;

    /// <summary>How many messages one queue may hold, those in flight and delayed included. At least 1; 10,000 by default.</summary>
    public int MaxMessagesPerQueue { get; init => field = Checked(value, nameof(MaxMessagesPerQueue)); } = 10_000;

    /// <summary>How many bytes one queue may hold. At least 1; 16 MiB by default.</summary>
    public long MaxBytesPerQueue { get; init => field = Checked(value, nameof(MaxBytesPerQueue)); } = 16 * 1024 * 1024;

    /// <summary>How many messages all queues may hold together. At least 1; 100,000 by default.</summary>
    public int MaxMessages { get; init => field = Checked(value, nameof(MaxMessages)); } = 100_000;

    /// <summary>How many bytes all queues may hold together. At least 1; 64 MiB by default.</summary>
    public long MaxBytes { get; init => field = Checked(value, nameof(MaxBytes)); } = 64 * 1024 * 1024;

    /// <summary>How large one message may be. At least 1; 256 KiB by default.</summary>
    public int MaxMessageBytes { get; init => field = Checked(value, nameof(MaxMessageBytes)); } = 256 * 1024;

    /// <summary>How many receivers may wait for one queue. At least 1; 10,000 by default.</summary>
    public int MaxReceiversPerQueue { get; init => field = Checked(value, nameof(MaxReceiversPerQueue)); } = 10_000;

    /// <summary>How many keys of idempotent sends are remembered at a time. At least 1, 10,000 by default; when there are more, further sends
    /// with a key are refused until one is forgotten.</summary>
    public int MaxKeys { get; init => field = Checked(value, nameof(MaxKeys)); } = 10_000;

    /// <summary>When a message becomes a dead letter, and how long keys are remembered.</summary>
    public QueuePolicy Policy { get; init => field = value ?? throw new ArgumentNullException(nameof(Policy)); } = QueuePolicy.Default;

    /// <summary>The defaults.</summary>
    public static MemoryQueueStoreOptions Default { get; } = new();

    private static int Checked(int value, string name) => (int)Checked((long)value, name);

    private static long Checked(long value, string name) => value >= 1 ? value
        : throw new ArgumentOutOfRangeException(name, value, $"MemoryQueueStoreOptions.{name} must be at least 1.");
}
