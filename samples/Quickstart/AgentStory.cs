using System.Threading.Channels;
using Mesh;

namespace Quickstart;

/// <summary>The second half of the story: agents that stream, that share their load, and that work on their own.</summary>
internal static class AgentStory
{
    private static readonly JoinOptions AsAgent = new() { Role = ParticipantRole.Agent };

    public static async Task TellAsync(MeshHost mesh, RoomClient ada, TextFolder folder, Story story)
    {
        // Two participants offer the same agents: the [Agent] methods of a class. Calls to a name are shared among them.
        var (mortal, steady) = (new Summarizer(folder), new Summarizer(folder));
        await using var one = await mesh.JoinAsync("library", "summarizer-1", Grants.AgentDefault, AsAgent);
        await using var two = await mesh.JoinAsync("library", "summarizer-2", Grants.AgentDefault, AsAgent);
        await OfferAsync(one, mortal);
        await OfferAsync(two, steady);

        // An agent that streams is read like any stream.
        story.Call(ada, "text.summarizeAll", "streamed over the first 3 files");
        await foreach (var summary in ada.Agents.StreamAsync<Summary>("text.summarizeAll", 3))
        {
            story.Lines([$"{summary.Path}: {summary.Sentence}"]);
        }

        string path = folder.Files[0].Path;
        story.Call(ada, "text.summarize", "asked twice");
        for (int i = 0; i < 2; i++)
        {
            story.Lines([$"answered by {(await ada.Agents.AskAsync<Summary>("text.summarize", path)).By}"]);
        }

        // One of the two is killed while it works. What it had not answered is asked again of the other, for it is idempotent.
        story.Call(ada, "text.summarize", "4 times at once, and summarizer-1 is killed in the middle");
        var isBusy = mortal.HoldAsync();
        var asked = Enumerable.Range(0, 4).Select(_ => ada.Agents.AskAsync<Summary>("text.summarize", path).AsTask()).ToArray();
        await isBusy;
        await one.DisposeAsync();
        story.Lines((await Task.WhenAll(asked)).CountBy(summary => summary.By).Select(answers => $"{answers.Value} answers by {answers.Key}"));

        await WorkAsync(mesh, ada, path, story);
    }

    private static async Task WorkAsync(MeshHost mesh, RoomClient ada, string path, Story story)
    {
        await using var desk = await mesh.JoinAsync("library", "desk", Grants.AgentDefault, AsAgent);

        // A watcher works in the background, this one while a key of the room's state is there.
        var noticed = Channel.CreateUnbounded<string>();
        var notice = Agent.Create(
            "desk.notice",
            async (RoomClient room, CancellationToken cancellationToken) =>
            {
                await foreach (var change in room.State.WatchAsync("summaries.*", cancellationToken: cancellationToken))
                {
                    if (change.Entry is { } entry)
                    {
                        noticed.Writer.TryWrite($"noticed: {entry.Key} = {entry.Value}");
                    }
                }
            },
            new() { Gate = AgentGate.WhileExists("desk.isOpen") });
        await desk.Agents.RegisterAsync(notice);
        await ada.State.PutAsync("desk.isOpen", true);

        // A worker takes messages from a queue. One that always fails ends as a dead letter, and tells why.
        await using var clerk = new Clerk { RetryDelay = TimeSpan.Zero };
        await clerk.StartAsync(desk);
        story.Call(ada, "queue 'paths'", $"{path}, and a file that is not there");
        await ada.Queues.SendAsync("paths", path);
        await ada.Queues.SendAsync("paths", "no-such-file.txt");

        story.Lines([await noticed.Reader.ReadAsync()]);
        var dead = (await ada.Queues.ReceiveAsync("paths.dead", new() { Wait = TimeSpan.FromSeconds(30) }))[0];
        story.Lines([$"dead letter {dead.Body} after {dead.DeadLetter!.Deliveries} deliveries: {dead.DeadLetter.Reason}"]);
        await ada.Queues.AcknowledgeAsync(dead);
    }

    private static async Task OfferAsync(RoomClient room, Summarizer summarizer)
    {
        foreach (var agent in Agent.FromObject(summarizer))
        {
            await room.Agents.RegisterAsync(agent);
        }
    }
}
