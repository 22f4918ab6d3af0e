namespace Mesh.Agents.Tests.Chat;

/// <summary>A store in memory that fails when it is told to.</summary>
internal sealed class HookedThreadStore : IThreadStore
{
    private readonly MemoryThreadStore _store = new();

    /// <summary>What adding an entry fails with; null for nothing.</summary>
    public Func<ThreadEntry, Exception?>? OnAppend { get; set; }

    /// <summary>What is done before an entry is added; null for nothing.</summary>
    public Func<ThreadEntry, Task>? OnAppending { get; set; }

    /// <summary>What adding an entry fails with that was added all the same; null for nothing.</summary>
    public Func<ThreadEntry, Exception?>? OnAppended { get; set; }

    /// <summary>What is done before somebody reads on from a position; null for nothing.</summary>
    public Func<Task>? OnReadAfter { get; set; }

    /// <summary>What keeping a draft fails with; the draft is null where it is dropped.</summary>
    public Func<ThreadEntry?, Exception?>? OnDraft { get; set; }

    public async ValueTask<ThreadEntry> AppendAsync(string thread, ThreadEntry entry, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        if (OnAppend?.Invoke(entry) is { } failure)
        {
            throw failure;
        }

        await (OnAppending?.Invoke(entry) ?? Task.CompletedTask);
        var added = await _store.AppendAsync(thread, entry, expectedVersion, cancellationToken);
        return OnAppended?.Invoke(added) is { } late ? throw late : added;
    }

    public ValueTask KeepDraftAsync(string thread, string author, ThreadEntry? draft, CancellationToken cancellationToken = default) =>
        OnDraft?.Invoke(draft) is { } failure ? ValueTask.FromException(failure) : _store.KeepDraftAsync(thread, author, draft, cancellationToken);

    public ValueTask<ThreadEntry?> FindDraftAsync(string thread, string author, CancellationToken cancellationToken = default) =>
        _store.FindDraftAsync(thread, author, cancellationToken);

    public ValueTask<ThreadInfo?> FindAsync(string thread, CancellationToken cancellationToken = default) => _store.FindAsync(thread, cancellationToken);

    public ValueTask<ThreadInfo> OpenAsync(string thread, CancellationToken cancellationToken = default) => _store.OpenAsync(thread, cancellationToken);

    public ValueTask<ThreadInfo> BranchAsync(string thread, long sequence, string branch, CancellationToken cancellationToken = default) =>
        _store.BranchAsync(thread, sequence, branch, cancellationToken);

    public ValueTask<ThreadList> ListAsync(string? after, int limit, CancellationToken cancellationToken = default) => _store.ListAsync(after, limit, cancellationToken);

    public ValueTask<ThreadList> ListOfAsync(string author, string? cursor, int limit, CancellationToken cancellationToken = default) =>
        _store.ListOfAsync(author, cursor, limit, cancellationToken);

    public async ValueTask<ThreadPage> ReadAfterAsync(string thread, long after, int limit, CancellationToken cancellationToken = default)
    {
        await (OnReadAfter?.Invoke() ?? Task.CompletedTask);
        return await _store.ReadAfterAsync(thread, after, limit, cancellationToken);
    }

    public ValueTask<ThreadPage> ReadNewestAsync(string thread, long? before, int limit, CancellationToken cancellationToken = default) =>
        _store.ReadNewestAsync(thread, before, limit, cancellationToken);
}
