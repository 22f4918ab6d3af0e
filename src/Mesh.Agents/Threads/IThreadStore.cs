namespace Mesh.Agents;

/// <summary>
/// Where threads are kept: logs to which entries are added, and of which none is changed or removed. A thread outlives rooms, agents and,
/// where the store is durable, the process. Safe for any number of callers at once: those who add at the same instant are all kept, in
/// one order, which every reader sees.
/// </summary>
/// <remarks>
/// Thread ids have 1 to 128 characters and are ordinal. A store with room for no more throws <see cref="MeshErrorCode.StoreFull"/>, one that knows no
/// such thread <see cref="MeshErrorCode.NotFound"/>; <see cref="ThreadErrors"/> has their words. A store stays its owner's: agents do not dispose it.
/// </remarks>
public interface IThreadStore
{
    /// <summary>What there is of a thread; null when there is no such thread.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask<ThreadInfo?> FindAsync(string thread, CancellationToken cancellationToken = default);

    /// <summary>Makes a thread, or finds the one that there is.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="cancellationToken">Ends the waiting; then the thread may have been made.</param>
    /// <exception cref="MeshException">There is no room for another (<see cref="MeshErrorCode.StoreFull"/>).</exception>
    ValueTask<ThreadInfo> OpenAsync(string thread, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a thread that begins with the entries of another, which keeps all of its own. Their ids and sequences stay, and so does a clearing among
    /// them. Branching again to the same id from the same place finds the thread that there is.
    /// </summary>
    /// <param name="thread">The other thread.</param>
    /// <param name="sequence">The last entry that the two have in common: 0 to its last one.</param>
    /// <param name="branch">The new thread.</param>
    /// <param name="cancellationToken">Ends the waiting; then the thread may have been made.</param>
    /// <exception cref="MeshException">There is no such thread or entry (<see cref="MeshErrorCode.NotFound"/>), the new one is there and is no such branch
    /// (<see cref="MeshErrorCode.AlreadyExists"/>), or there is no room (<see cref="MeshErrorCode.StoreFull"/>).</exception>
    ValueTask<ThreadInfo> BranchAsync(string thread, long sequence, string branch, CancellationToken cancellationToken = default);

    /// <summary>Adds an entry at the end, and gives it its sequence and, where it has none, its time.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="expectedVersion">The last sequence that the thread must have for it; null for any.</param>
    /// <param name="cancellationToken">Ends the waiting; then the entry may have been added.</param>
    /// <returns>The entry as it is in the thread: the one of the same id, where there is one already.</returns>
    /// <exception cref="MeshException">There is no such thread (<see cref="MeshErrorCode.NotFound"/>), it has another version
    /// (<see cref="MeshErrorCode.VersionConflict"/>), the entry is too large (<see cref="MeshErrorCode.TooLarge"/>), or there is no room for it
    /// (<see cref="MeshErrorCode.StoreFull"/>); nothing was added.</exception>
    ValueTask<ThreadEntry> AppendAsync(string thread, ThreadEntry entry, long? expectedVersion = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps what somebody is saying and has not said to the end, in the place of what was kept of it before. It is no entry: no reader of the thread sees
    /// it. It is there to be found after the process has ended in the middle.
    /// </summary>
    /// <param name="thread">The thread.</param>
    /// <param name="author">Who says it: each has one in a thread.</param>
    /// <param name="draft">The entry that it would be now; null when there is nothing to keep any more.</param>
    /// <param name="cancellationToken">Ends the waiting; then it may have been kept.</param>
    /// <exception cref="MeshException">There is no such thread (<see cref="MeshErrorCode.NotFound"/>), it is too large (<see cref="MeshErrorCode.TooLarge"/>), or
    /// there is no room for it (<see cref="MeshErrorCode.StoreFull"/>); what was kept before stays.</exception>
    ValueTask KeepDraftAsync(string thread, string author, ThreadEntry? draft, CancellationToken cancellationToken = default);

    /// <summary>What was kept last of what somebody was saying; null for nothing.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="author">Who was saying it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MeshException">There is no such thread (<see cref="MeshErrorCode.NotFound"/>).</exception>
    ValueTask<ThreadEntry?> FindDraftAsync(string thread, string author, CancellationToken cancellationToken = default);

    /// <summary>Reads the newest entries. The cursor is the <paramref name="before"/> of the page that comes before.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="before">Only entries before this sequence; null for the end.</param>
    /// <param name="limit">How many at most, from 1; a store may give fewer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MeshException">There is no such thread (<see cref="MeshErrorCode.NotFound"/>).</exception>
    ValueTask<ThreadPage> ReadNewestAsync(string thread, long? before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Reads on from a position. The cursor is the <paramref name="after"/> of the next page.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="after">Only entries after this sequence; 0 for the beginning.</param>
    /// <param name="limit">How many at most, from 1; a store may give fewer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MeshException">There is no such thread (<see cref="MeshErrorCode.NotFound"/>).</exception>
    ValueTask<ThreadPage> ReadAfterAsync(string thread, long after, int limit, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the threads that an author has added entries to, that of the author's latest entry first. What a branch shares with another thread counts for
    /// the other. A store answers it from an index by author: it is asked by people, of stores with many threads. A thread that the author adds to
    /// while the pages are turned moves to the front, and does not come again on a later page.
    /// </summary>
    /// <param name="author">The author, by name.</param>
    /// <param name="cursor">The cursor of the page before, which means something to the store alone; null for the beginning.</param>
    /// <param name="limit">How many at most, from 1; a store may give fewer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="MeshException">The cursor is none of this store (<see cref="MeshErrorCode.InvalidArguments"/>).</exception>
    ValueTask<ThreadList> ListOfAsync(string author, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>Lists threads, in the ordinal order of their ids.</summary>
    /// <param name="after">Only those whose ids come after this one; null for all.</param>
    /// <param name="limit">How many at most, from 1; a store may give fewer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask<ThreadList> ListAsync(string? after, int limit, CancellationToken cancellationToken = default);
}
