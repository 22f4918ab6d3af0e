namespace Mesh;

/// <summary>What a <see cref="MemoryStateStore"/> may hold. Immutable, and checked when a store is made.</summary>
public sealed record MemoryStateStoreOptions
{
    internal static MemoryStateStoreOptions Default { get; } = new();

    /// <summary>How many keys there may be. 1 to 10,000,000; 100,000 by default.</summary>
    public int MaxKeys { get; init; } = 100_000;

    /// <summary>How large a value may be as JSON, in bytes. At least 1; 1 MiB by default.</summary>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>How large the present keys and values may be together, in bytes of their text; what was overwritten or deleted is not
    /// kept. At least 1; 64 MiB by default.</summary>
    public long MaxTotalBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many of the latest deletions are remembered, for watches that begin after a version or have fallen behind.
    /// 0 to 1,000,000; 4,096 by default.</summary>
    public int MaxRememberedDeletions { get; init; } = 4_096;

    internal MemoryStateStoreOptions Validated()
    {
        Check(MaxKeys, 1, 10_000_000, nameof(MaxKeys));
        Check(MaxValueBytes, 1, int.MaxValue, nameof(MaxValueBytes));
        Check(MaxTotalBytes, 1, long.MaxValue, nameof(MaxTotalBytes));
        Check(MaxRememberedDeletions, 0, 1_000_000, nameof(MaxRememberedDeletions));
        return this;
    }

    private static void Check(long value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"MemoryStateStoreOptions.{name} must be {least} to {most}.");
        }
    }
}
