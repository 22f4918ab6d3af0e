using System.Globalization;
using Mesh;

namespace Quickstart;

/// <summary>Works on a queue of paths: has each file summarised, and writes the summary into the state of the room.</summary>
internal sealed class Clerk() : QueueWorker<string>("desk.clerk", "paths")
{
    protected override async ValueTask ProcessAsync(AgentCallContext context, QueueMessage message, string path)
    {
        try
        {
            var summary = await context.Room.Agents.AskAsync<Summary>("text.summarize", path);
            await context.Room.State.PutAsync(string.Create(CultureInfo.InvariantCulture, $"summaries.{message.Sequence}"), summary);
        }
        catch (MeshException exception)
        {
            // What a ToolException says is what the dead letter will say.
            throw new ToolException(exception.Error);
        }
    }
}
