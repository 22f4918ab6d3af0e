namespace Mesh.Agents;

/// <summary>What a <see cref="MemoryThreadStore"/> may hold. Immutable. A number out of its range is an
/// <see cref="ArgumentOutOfRangeException"/> that names it.</summary>
public sealed record MemoryThreadStoreOptions
{
    /// <summary>How many threads there may be. 1 to 10,000,000; 10,000 by default.</summary>
    public int MaxThreads { get; init => field = (int)Checked(value, 10_000_000, nameof(MaxThreads)); } = 10_000;

    /// <summary>How many entries a thread may have, those that it shares with the one it was branched off among them. 1 to 10,000,000; 100,000 by default.</summary>
    public int MaxEntries { get; init => field = (int)Checked(value, 10_000_000, nameof(MaxEntries)); } = 100_000;

    /// <summary>How large a message may be as JSON, in bytes. At least 1; 8 MiB by default.</summary>
    public int MaxMessageBytes { get; init => field = (int)Checked(value, int.MaxValue, nameof(MaxMessageBytes)); } = 8 * 1024 * 1024;

    /// <summary>How large all messages may be together, in bytes of JSON; what branches share counts once. At least 1; 256 MiB by default.</summary>
    public long MaxTotalBytes { get; init => field = Checked(value, long.MaxValue, nameof(MaxTotalBytes)); } = 256 * 1024 * 1024;

    internal static MemoryThreadStoreOptions Default { get; } = new();

    private static long Checked(long value, long most, string name) => value >= 1 && value <= most ? value
        : throw new ArgumentOutOfRangeException(name, value, $"MemoryThreadStoreOptions.{name} must be 1 to {most}.");
}
