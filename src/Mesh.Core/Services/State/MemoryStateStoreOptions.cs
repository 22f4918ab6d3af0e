namespace Mesh;

/// <summary>What a <see cref="MemoryStateStore"/> may hold. Immutable. A number out of its range is an
/// <see cref="ArgumentOutOfRangeException"/> that names it.</summary>
public sealed record MemoryStateStoreOptions
{
    internal static MemoryStateStoreOptions Default { get; } = new();

    /// <summary>How many keys there may be. 1 to 10,000,000; 100,000 by default.</summary>
    public int MaxKeys { get; init => field = Checked(value, 1, 10_000_000, nameof(MaxKeys)); } = 100_000;

    /// <summary>How large a value may be as JSON, in bytes. At least 1; 1 MiB by default.</summary>
    public int MaxValueBytes { get; init => field = Checked(value, 1, int.MaxValue, nameof(MaxValueBytes)); } = 1024 * 1024;

    /// <summary>How large the present keys and values may be together, in bytes of their text; what was overwritten or deleted is not
    /// kept. At least 1; 64 MiB by default.</summary>
    public long MaxTotalBytes { get; init => field = Checked(value, 1, long.MaxValue, nameof(MaxTotalBytes)); } = 64 * 1024 * 1024;

    /// <summary>How many of the latest deletions are remembered, for watches that begin after a version or have fallen behind.
    /// 0 to 1,000,000; 4,096 by default.</summary>
    public int MaxRememberedDeletions { get; init => field = Checked(value, 0, 1_000_000, nameof(MaxRememberedDeletions)); } = 4_096;

    private static int Checked(int value, int least, int most, string name) => (int)Checked((long)value, least, most, name);

    private static long Checked(long value, long least, long most, string name) => value >= least && value <= most ? value
        : throw new ArgumentOutOfRangeException(name, value, $"MemoryStateStoreOptions.{name} must be {least} to {most}.");
}
