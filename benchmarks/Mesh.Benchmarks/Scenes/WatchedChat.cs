using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A chat whose model says a thousand words at once, and somebody else who reads them as they come.</summary>
internal sealed class WatchedChat : IAsyncDisposable
{
    public const int Pieces = 1_000;

    private readonly MeshHost _host;
    private readonly ChatBot _bot;
    private readonly ChatBotClient _writer;
    private readonly ChatBotClient _watcher;

    private WatchedChat(MeshHost host, ChatBot bot, ChatBotClient writer, ChatBotClient watcher) => (_host, _bot, _writer, _watcher) = (host, bot, writer, watcher);

    public static async Task<WatchedChat> OpenAsync()
    {
        var host = new MeshHost();
        var bot = new ChatBot("assistant", new TalkingClient(), new MemoryThreadStore(new() { MaxThreads = 10_000_000, MaxTotalBytes = long.MaxValue }));
        await bot.StartAsync(await host.JoinAsync("figures", "bot", Grants.AgentDefault).ConfigureAwait(false)).ConfigureAwait(false);
        var ada = await host.JoinAsync("figures", "ada").ConfigureAwait(false);
        var bob = await host.JoinAsync("figures", "bob").ConfigureAwait(false);
        return new(host, bot, ada.ChatWith("assistant"), bob.ChatWith("assistant"));
    }

    /// <summary>One time is an answer of all pieces, with everything that belongs to it.</summary>
    public async Task AnswerAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            string thread = (await _writer.OpenAsync().ConfigureAwait(false)).Thread;
            int read = 0;
            await using var events = _watcher.WatchAsync(thread).GetAsyncEnumerator();
            while (await events.MoveNextAsync().ConfigureAwait(false) && events.Current.Kind != ChatEventKinds.Synced)
            {
            }

            var sending = Task.Run(async () => await _writer.SendAsync(thread, "Talk.").ConfigureAwait(false));
            while (await events.MoveNextAsync().ConfigureAwait(false) && events.Current.Entry?.Kind != ThreadEntryKinds.AnswerEnded)
            {
                read += events.Current.Kind == ChatEventKinds.Text ? events.Current.Text!.Length : 0;
            }

            await sending.ConfigureAwait(false);
            if (read != Pieces * TalkingClient.Piece.Length)
            {
                throw new InvalidOperationException($"Of {Pieces} pieces {read} characters came.");
            }
        }
    }

    public static async Task PassAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(1_024) { SingleReader = true, SingleWriter = true });
            var writing = Task.Run(async () =>
            {
                for (int piece = 0; piece < Pieces; piece++)
                {
                    await channel.Writer.WriteAsync(TalkingClient.Piece).ConfigureAwait(false);
                }

                channel.Writer.Complete();
            });
            await foreach (string piece in channel.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                Sink.Take(piece.Length);
            }

            await writing.ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class TalkingClient : IChatClient
    {
        public const string Piece = "word ";

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            for (int i = 0; i < Pieces; i++)
            {
                yield return new(ChatRole.Assistant, Piece) { MessageId = "message" };
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
