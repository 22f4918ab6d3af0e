using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh.Agents;

/// <summary>What people do with a <see cref="ChatBot"/> beside talking to it, as the tools of one toolkit.</summary>
internal sealed class ChatTools(IThreadStore store, ChatFeeds feeds, Func<CallContext, string, ValueTask> openAsync, Func<CallContext, string, ValueTask> guardAsync, CancellationToken stopping)
{
    private const int PageBytes = 1024 * 1024;
    private const int DefaultLimit = 50;

    private static readonly ToolAnnotations Reading = new() { ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false };
    private static readonly ToolAnnotations Opening = new() { Destructive = false, Idempotent = true, OpenWorld = false };

    public static string NameOf(string bot) => $"chat.{bot}";

    public Toolkit ToToolkit(string bot)
    {
        var json = ChatJsonContext.Default;
        return new(
            NameOf(bot),
            Tool.Create("open", OpenAsync, json.OpenChatArguments, json.ChatThread, new() { Description = "Opens a thread, which is made where there is none, and gives its newest entries.", Annotations = Opening }),
            Tool.Create("read", ReadAsync, json.ReadChatArguments, json.ThreadPage, new() { Description = "Older entries of a thread.", Annotations = Reading }),
            new WatchTool(this),
            Tool.Create("cancel", CancelAsync, json.ChatThreadArguments, json.CancelChatResult, new() { Description = "Cancels the answer that is being written. What came of it is kept.", Annotations = Opening }),
            Tool.Create("clear", ClearAsync, json.ChatThreadArguments, json.ThreadEntry, new() { Description = "Lets the agent forget what was said in a thread. The thread itself is kept.", Annotations = Opening with { Idempotent = false } }))
        {
            Description = $"Threads of the agent {bot}.",
        };
    }

    private async ValueTask<ChatThread> OpenAsync(OpenChatArguments arguments, CallContext call)
    {
        string thread = arguments.Thread ?? call.Request.Id.ToString();
        await openAsync(call, thread).ConfigureAwait(false);
        using var lease = feeds.Enter(thread);
        var info = await store.OpenAsync(thread, call.CancellationToken).ConfigureAwait(false);

        // Up to what is known of the thread, so that a watch goes on right after.
        var page = Fitting(await store.ReadNewestAsync(thread, info.LastSequence + 1, arguments.Limit ?? DefaultLimit, call.CancellationToken).ConfigureAwait(false));
        return new(thread, page.Entries, info.LastSequence, info.ClearedThrough, lease.Feed.Status.Status!) { Cursor = page.Cursor, Origin = info.Origin };
    }

    private ValueTask<ThreadPage> ReadAsync(ReadChatArguments arguments, CallContext call) => TryAsync(call, arguments.Thread, async () =>
        Fitting(await store.ReadNewestAsync(arguments.Thread, arguments.Before, arguments.Limit ?? DefaultLimit, call.CancellationToken).ConfigureAwait(false)));

    private ValueTask<CancelChatResult> CancelAsync(ChatThreadArguments arguments, CallContext call) => TryAsync(call, arguments.Thread, async () =>
    {
        using var lease = feeds.Enter(arguments.Thread);
        var cancelling = lease.Feed.CancelAnswer();
        await (cancelling ?? Task.CompletedTask).ConfigureAwait(false);
        return new CancelChatResult(cancelling is not null);
    });

    private ValueTask<ThreadEntry> ClearAsync(ChatThreadArguments arguments, CallContext call) => TryAsync(call, arguments.Thread, async () =>
    {
        using var lease = feeds.Enter(arguments.Thread);
        var entry = new ThreadEntry(call.Request.Id.ToString(), ThreadEntryKinds.Cleared, call.Caller.Name) { Time = call.Room.TimeProvider.GetUtcNow() };
        return await lease.Feed.AppendAsync(store, arguments.Thread, entry, call.CancellationToken).ConfigureAwait(false);
    });

    private ValueTask<ToolResponse> WatchAsync(WatchChatArguments arguments, CallContext call) => TryAsync<ToolResponse>(call, arguments.Thread, async () =>
    {
        using var lease = feeds.Enter(arguments.Thread);
        await new ChatWatch(store, lease.Feed, call, arguments.Thread, stopping).RunAsync(arguments.After).ConfigureAwait(false);
        return EmptyResponse.Instance;
    });

    /// <summary>What a store refuses is for its caller to read.</summary>
    private async ValueTask<T> TryAsync<T>(CallContext call, string thread, Func<ValueTask<T>> run)
    {
        try
        {
            await guardAsync(call, thread).ConfigureAwait(false);
            return await run().ConfigureAwait(false);
        }
        catch (MeshException exception) when (exception is not ToolException)
        {
            throw new ToolException(exception.Error, exception);
        }
    }

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
