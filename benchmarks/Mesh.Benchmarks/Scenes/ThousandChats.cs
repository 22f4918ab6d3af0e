using System.Diagnostics;
using Mesh.Agents;
using Mesh.Testing;
using Microsoft.Extensions.AI;

namespace Mesh.Benchmarks.Scenes;

/// <summary>A thousand people who talk at once, each in a thread of their own, with a model that takes 20 ms.</summary>
internal static class ThousandChats
{
    private const int Chats = 1_000;
    private const int Rounds = 41;

    // Code that is still being compiled is no part of what is measured, here as in the figures that are compared.
    private const int WarmUps = 80;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

    /// <summary>The 99th percentile of a message and its answer, less that of the model alone under the same crowd, in milliseconds; the median of the rounds.</summary>
    public static async Task<double> AddedAsync()
    {
        using var clock = new FineClock();
        using var model = new ScriptedChatClient(Enumerable.Repeat(ScriptedTurn.Empty.After(Latency).ThenSays("Hello."), 2 * Chats * (WarmUps + Rounds))) { Clock = clock };
        await using var host = new MeshHost();
        await using var bot = new ChatBot("assistant", model, new MemoryThreadStore(new() { MaxThreads = 10_000_000 }));
        await bot.StartAsync(await host.JoinAsync("figures", "bot", Grants.AgentDefault).ConfigureAwait(false)).ConfigureAwait(false);
        var people = new List<ChatBotClient>();
        for (int i = 0; i < Chats; i++)
        {
            people.Add((await host.JoinAsync("figures", $"person-{i}").ConfigureAwait(false)).ChatWith("assistant"));
        }

        var messages = new List<ChatMessage> { new(ChatRole.User, "Hello.") };
        var added = new List<double>();
        for (int round = 0; round < WarmUps + Rounds; round++)
        {
            double ours = await P99Async(async i => await people[i].SendAsync($"{round}-{i}", "Hello.").ConfigureAwait(false)).ConfigureAwait(false);
            double alone = await P99Async(async i => await model.GetStreamingResponseAsync(messages).ToChatResponseAsync().ConfigureAwait(false)).ConfigureAwait(false);
            if (round >= WarmUps)
            {
                added.Add(ours - alone);
            }
        }

        added.Sort();
        return added[added.Count / 2];
    }

    /// <summary>All of them begin at the same instant.</summary>
    private static async Task<double> P99Async(Func<int, Task> chat)
    {
        var starting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Task.WhenAll(Enumerable.Range(0, Chats).Select(i => Task.Run(async () =>
        {
            await starting.Task.ConfigureAwait(false);
            long start = Stopwatch.GetTimestamp();
            await chat(i).ConfigureAwait(false);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        })));
        starting.SetResult();
        double[] times = await all.ConfigureAwait(false);
        Array.Sort(times);
        return times[Chats * 99 / 100];
    }
}
