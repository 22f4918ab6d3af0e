using System.Text.Json;

namespace Mesh.Contracts;

/// <summary>A queue worker whose code a test gives.</summary>
public sealed class TestWorker(Func<AgentCallContext, QueueMessage, ValueTask> process, string? schema = null, AgentOptions? options = null, string queue = "jobs")
    : QueueWorker("painter", queue, schema is null ? null : JsonElement.Parse(schema), options)
{
    public TestWorker(Func<QueueMessage, ValueTask> process)
        : this((_, message) => process(message))
    {
    }

    protected override ValueTask ProcessAsync(AgentCallContext context, QueueMessage message) => process(context, message);
}
