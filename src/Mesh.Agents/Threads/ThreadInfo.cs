namespace Mesh.Agents;

/// <summary>What a store knows of a thread. Immutable.</summary>
/// <param name="Id">The thread.</param>
/// <param name="LastSequence">The sequence of its last entry, which is its version; 0 while it is empty.</param>
/// <param name="ClearedThrough">The sequence of the entry that cleared it last; 0 when it never was.</param>
/// <param name="Origin">Where it was branched off; null where it was not.</param>
public sealed record ThreadInfo(string Id, long LastSequence, long ClearedThrough = 0, ThreadOrigin? Origin = null);

/// <summary>Where a thread was branched off another.</summary>
/// <param name="Thread">The other thread.</param>
/// <param name="Sequence">The last entry that the two have in common; 0 for none.</param>
public sealed record ThreadOrigin(string Thread, long Sequence);

/// <summary>Some entries of a thread.</summary>
/// <param name="Entries">The entries, always the oldest first.</param>
/// <param name="Cursor">What to go on with in the same direction; null when there is nothing left.</param>
public sealed record ThreadPage(IReadOnlyList<ThreadEntry> Entries, long? Cursor = null);

/// <summary>Some threads of a store.</summary>
/// <param name="Threads">The threads.</param>
/// <param name="Cursor">What to go on with; null when there is nothing left.</param>
public sealed record ThreadList(IReadOnlyList<ThreadInfo> Threads, string? Cursor = null);
