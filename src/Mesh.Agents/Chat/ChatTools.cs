using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh.Agents;

/// <summary>What people do with a <see cref="ChatBot"/> beside talking to it, as the tools of one toolkit.</summary>
internal sealed class ChatTools(
    string bot,
    IThreadStore store,
    ChatFeeds feeds,
    Func<CallContext, string, ValueTask> openAsync,
    Func<Participant, string, ValueTask<bool>> mayUseAsync,
    CancellationToken stopping)
{
    private const int PageBytes = 1024 * 1024;
    private const int DefaultLimit = 50;
    private const int DefaultThreads = 20;

    private static readonly ToolAnnotations Reading = new() { ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false };
    private static readonly ToolAnnotations Opening = new() { Destructive = false, Idempotent = true, OpenWorld = false };

    public static string NameOf(string bot) => $"chat.{bot}";

    /// <exception cref="ToolException">The caller may not use the thread: for it there is none.</exception>
    public static async ValueTask GuardAsync(Func<Participant, string, ValueTask<bool>> mayUseAsync, CallContext call, string thread)
    {
        if (!await mayUseAsync(call.Caller, thread).ConfigureAwait(false))
        {
            throw new ToolException(ThreadErrors.NotFound(thread));
        }
    }

    public Toolkit ToToolkit()
    {
        var json = ChatJsonContext.Default;
        return new(
            NameOf(bot),
            Tool.Create("threads", ListAsync, json.ListChatsArguments, json.ChatThreadList, new() { Description = "The threads that you have written into, the latest first.", Annotations = Reading }),
            Tool.Create("open", OpenAsync, json.OpenChatArguments, json.ChatThread, new() { Description = "Opens a thread, which is made where there is none, and gives its newest entries.", Annotations = Opening }),
            Tool.Create("read", ReadAsync, json.ReadChatArguments, json.ThreadPage, new() { Description = "Older entries of a thread.", Annotations = Reading }),
            new WatchTool(this),
            Tool.Create("cancel", CancelAsync, json.ChatThreadArguments, json.CancelChatResult, new() { Description = "Cancels the answer that is being written. What came of it is kept.", Annotations = Opening }),
            Tool.Create("clear", ClearAsync, json.ChatThreadArguments, json.ThreadEntry, new() { Description = "Lets the agent forget what was said in a thread. The thread itself is kept.", Annotations = Opening with { Idempotent = false } }))
        {
            Description = $"Threads of the agent {bot}.",
        };
    }

    private ValueTask<ChatThread> OpenAsync(OpenChatArguments arguments, CallContext call) => OwnFailures.TellAsync(async () =>
    {
        string thread = arguments.Thread ?? call.Request.Id.ToString();
        await openAsync(call, thread).ConfigureAwait(false);
        using var lease = feeds.Enter(thread);
        var (info, page) = await ReadNewestAsync(call, thread, arguments.Limit ?? DefaultLimit).ConfigureAwait(false);
        if (ChatHistory.OpenAnswers(page.Entries).Count > 0 && lease.Feed.TryEnterTurn())
        {
            try
            {
                // Nobody writes an answer now. What looked open may have been ended since it was read.
                (_, page) = await ReadNewestAsync(call, thread, arguments.Limit ?? DefaultLimit).ConfigureAwait(false);
                await ChatTurnRun.CloseAsync(store, lease.Feed, thread, bot, ChatHistory.OpenAnswers(page.Entries), call.Room.TimeProvider.GetUtcNow()).ConfigureAwait(false);
            }
            catch (MeshException exception) when (exception.Code == MeshErrorCode.StoreFull)
            {
                // What cannot be written to can still be read.
            }
            finally
            {
                lease.Feed.LeaveTurn();
            }

            (info, page) = await ReadNewestAsync(call, thread, arguments.Limit ?? DefaultLimit).ConfigureAwait(false);
        }

        page = Fitting(page);
        return new ChatThread(thread, page.Entries, info.LastSequence, info.ClearedThrough, lease.Feed.Status.Status!) { Cursor = page.Cursor, Origin = info.Origin };
    });

    private async ValueTask<(ThreadInfo Info, ThreadPage Page)> ReadNewestAsync(CallContext call, string thread, int limit)
    {
        // Up to what is known of the thread, so that a watch goes on right after.
        var info = await store.OpenAsync(thread, call.CancellationToken).ConfigureAwait(false);
        return (info, await store.ReadNewestAsync(thread, info.LastSequence + 1, limit, call.CancellationToken).ConfigureAwait(false));
    }

    private ValueTask<ChatThreadList> ListAsync(ListChatsArguments arguments, CallContext call) => OwnFailures.TellAsync(async () =>
    {
        var found = await store.ListOfAsync(call.Caller.Name, arguments.Cursor, arguments.Limit ?? DefaultThreads, call.CancellationToken).ConfigureAwait(false);
        var threads = new List<ChatThreadSummary>(found.Threads.Count);
        foreach (var thread in found.Threads)
        {
            if (await mayUseAsync(call.Caller, thread.Id).ConfigureAwait(false))
            {
                threads.Add(await ChatHistory.SummariseAsync(store, thread, call.CancellationToken).ConfigureAwait(false));
            }
        }

        return new ChatThreadList(threads) { Cursor = found.Cursor };
    });

    private ValueTask<ThreadPage> ReadAsync(ReadChatArguments arguments, CallContext call) => UseAsync(call, arguments.Thread, async () =>
        Fitting(await store.ReadNewestAsync(arguments.Thread, arguments.Before, arguments.Limit ?? DefaultLimit, call.CancellationToken).ConfigureAwait(false)));

    private ValueTask<CancelChatResult> CancelAsync(ChatThreadArguments arguments, CallContext call) => UseAsync(call, arguments.Thread, async () =>
    {
        using var lease = feeds.Enter(arguments.Thread);
        var cancelling = lease.Feed.CancelAnswer();
        await (cancelling ?? Task.CompletedTask).ConfigureAwait(false);
        return new CancelChatResult(cancelling is not null);
    });

    private ValueTask<ThreadEntry> ClearAsync(ChatThreadArguments arguments, CallContext call) => UseAsync(call, arguments.Thread, async () =>
    {
        using var lease = feeds.Enter(arguments.Thread);
        var entry = new ThreadEntry(call.Request.Id.ToString(), ThreadEntryKinds.Cleared, call.Caller.Name) { Time = call.Room.TimeProvider.GetUtcNow() };
        return await lease.Feed.AppendAsync(store, arguments.Thread, entry, call.CancellationToken).ConfigureAwait(false);
    });

    private ValueTask<ToolResponse> WatchAsync(WatchChatArguments arguments, CallContext call) => UseAsync<ToolResponse>(call, arguments.Thread, async () =>
    {
        using var lease = feeds.Enter(arguments.Thread);
        await new ChatWatch(store, lease.Feed, call, arguments.Thread, stopping).RunAsync(arguments.After).ConfigureAwait(false);
        return EmptyResponse.Instance;
    });

    private ValueTask<T> UseAsync<T>(CallContext call, string thread, Func<ValueTask<T>> run) => OwnFailures.TellAsync(async () =>
    {
        await GuardAsync(mayUseAsync, call, thread).ConfigureAwait(false);
        return await run().ConfigureAwait(false);
    });

    /// <summary>As many of the newest entries as one answer may hold, and always one.</summary>
    private static ThreadPage Fitting(ThreadPage page)
    {
        long bytes = 0;
        for (int i = page.Entries.Count - 1; i >= 0; i--)
        {
            bytes += page.Entries[i].Message is { } message ? JsonMarshal.GetRawUtf8Value(message).Length : 0;
            if (bytes > PageBytes && i < page.Entries.Count - 1)
            {
                return new([.. page.Entries.Skip(i + 1)], page.Entries[i + 1].Sequence);
            }
        }

        return page;
    }

    private sealed class WatchTool(ChatTools tools) : Tool(Define())
    {
        protected override ValueTask<ToolResponse> InvokeAsync(JsonElement arguments, CallContext context) =>
            tools.WatchAsync(arguments.Deserialize(ChatJsonContext.Default.WatchChatArguments)!, context);

        /// <summary>The definition of a tool that gives one such event, made into that of one that streams them.</summary>
        private static ToolDefinition Define()
        {
            var one = Create<WatchChatArguments, ChatEvent>(
                "watch",
                static (_, _) => throw new NotSupportedException(),
                ChatJsonContext.Default.WatchChatArguments,
                ChatJsonContext.Default.ChatEvent,
                new() { Description = "What happens in a thread, as it happens.", Annotations = Reading }).Definition;
            return one with { OutputSchema = null, ChunkSchema = one.OutputSchema, Streams = true };
        }
    }
}
