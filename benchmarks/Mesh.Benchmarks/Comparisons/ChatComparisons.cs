using Mesh.Benchmarks.Comparing;
using Mesh.Benchmarks.Scenes;

namespace Mesh.Benchmarks.Comparisons;

/// <summary>The first page of a thread of 10,000 messages, against copying that page from a list.</summary>
internal sealed class ThreadOpen() : Comparison("thread.open", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        var scene = await OpenedThread.FillAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(scene.OpenAsync, scene.CopyAsync).ConfigureAwait(false);
    }
}

/// <summary>A piece of text from a model to a participant that watches, against a write to a bounded channel and its read.</summary>
internal sealed class LlmDelta() : Comparison("llm.delta", "ns")
{
    public override async Task<Figure> MeasureAsync()
    {
        await using var chat = await WatchedChat.OpenAsync().ConfigureAwait(false);
        return await Rounds.CompareAsync(chat.AnswerAsync, WatchedChat.PassAsync, WatchedChat.Pieces).ConfigureAwait(false);
    }
}

/// <summary>What is added, at the 99th percentile, to 1,000 chats at once with a model that takes 20 ms.</summary>
internal sealed class LlmThousand() : Comparison("llm.1000.p99.ms", "ms")
{
    public override async Task<Figure> MeasureAsync() => new(await ThousandChats.AddedAsync().ConfigureAwait(false));
}
