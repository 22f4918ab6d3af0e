namespace Mesh.Agents;

/// <summary>One watch of a thread: what is there, then what happens, until its reader goes.</summary>
internal sealed class ChatWatch(IThreadStore store, ChatFeed feed, CallContext call, string thread, CancellationToken stopping)
{
    private const int AtOnce = 200;

    // A call whose stream is silent for long is taken for dead (60 s by default).
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    private readonly List<ChatEvent> _next = [];
    private HashSet<string> _told = new(StringComparer.Ordinal);
    private long _seen;

    public async ValueTask RunAsync(long? after)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, stopping);
        var stop = either.Token;

        // Its place is taken before the thread is read: what is added meanwhile comes twice, and is told once.
        using var watcher = feed.Watch(_next);
        long last = (await store.FindAsync(thread, call.CancellationToken).ConfigureAwait(false) ?? throw new MeshException(ThreadErrors.NotFound(thread))).LastSequence;
        _seen = after ?? last;
        await ReplayAsync(call.CancellationToken).ConfigureAwait(false);
        await WriteAsync(new(ChatEventKinds.Synced)).ConfigureAwait(false);
        bool isLast = false;
        while (true)
        {
            foreach (var next in _next)
            {
                await TellAsync(next).ConfigureAwait(false);
            }

            _next.Clear();
            if (isLast)
            {
                return;
            }

            try
            {
                await feed.WhenNews(watcher).WaitAsync(Silence, call.Room.TimeProvider, stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await WriteAsync(feed.Status).ConfigureAwait(false);
                continue;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The agent stops: what has happened until then is told.
                call.CancellationToken.ThrowIfCancellationRequested();
                isLast = true;
            }

            if (feed.Take(watcher, _next) is > 0 and var missed)
            {
                await WriteAsync(new(ChatEventKinds.Lagged) { Missed = missed }).ConfigureAwait(false);
                await ReplayAsync(call.CancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ReplayAsync(CancellationToken stop)
    {
        for (long? cursor = _seen; cursor is { } after;)
        {
            var page = await store.ReadAfterAsync(thread, after, AtOnce, stop).ConfigureAwait(false);
            _told = new(page.Entries.Select(entry => entry.Id), StringComparer.Ordinal);
            foreach (var entry in page.Entries)
            {
                _seen = entry.Sequence;
                await WriteAsync(new(ChatEventKinds.Entry) { Entry = entry }).ConfigureAwait(false);
            }

            cursor = page.Cursor;
        }
    }

    private ValueTask TellAsync(ChatEvent next)
    {
        if (next == ChatFeed.LookAgain)
        {
            return ReplayAsync(call.CancellationToken);
        }

        if (next.Entry is { } entry)
        {
            if (entry.Sequence <= _seen)
            {
                return default;
            }

            if (entry.Sequence > _seen + 1)
            {
                // Somebody has added to the store itself.
                return ReplayAsync(call.CancellationToken);
            }

            _seen = entry.Sequence;
        }

        return next is { Offset: not null, MessageId: { } id } && _told.Contains(id) ? default : WriteAsync(next);
    }

    private ValueTask WriteAsync(ChatEvent happened) => call.WriteChunkAsync(happened, ChatJsonContext.Default.ChatEvent);
}
