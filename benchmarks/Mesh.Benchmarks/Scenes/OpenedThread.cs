using Mesh.Agents;
using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A thread of 10,000 messages in memory, and the same in a list.</summary>
internal sealed class OpenedThread
{
    private const int Messages = 10_000;
    private const int Page = 50;

    private readonly MemoryThreadStore _store = new();
    private readonly List<ThreadEntry> _list = [];

    public static async Task<OpenedThread> FillAsync()
    {
        var scene = new OpenedThread();
        await scene._store.OpenAsync("thread").ConfigureAwait(false);
        for (int i = 1; i <= Messages; i++)
        {
            scene._list.Add(await scene._store.AppendAsync("thread", ThreadEntry.Of($"message-{i}", "ada", new(ChatRole.User, $"This is message {i}."))).ConfigureAwait(false));
        }

        return scene;
    }

    public async Task OpenAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Take((await _store.ReadNewestAsync("thread", null, Page).ConfigureAwait(false)).Entries.Count);
        }
    }

    public Task CopyAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Sink.Take(_list.GetRange(_list.Count - Page, Page).Count);
        }

        return Task.CompletedTask;
    }
}
