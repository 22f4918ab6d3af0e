using System.Text.Json.Serialization.Metadata;

namespace Mesh;

/// <summary>The toolkit <c>queues</c>: the room's queues as tools. One definition serves all rooms.</summary>
internal static class QueuesToolkit
{
    public const string Name = "queues";

    private static readonly MeshJsonContext Json = MeshJsonContext.Default;

    private static readonly RoomRight Send = new("queues.send", grants => grants.Queues is { Send.Patterns.Count: > 0 })
    {
        Resource = new("queue", (grants, queue) => grants.Queues!.Send.Allows(queue)),
    };

    private static readonly RoomRight Receive = new("queues.receive", grants => grants.Queues is { Receive.Patterns.Count: > 0 })
    {
        Resource = new("queue", (grants, queue) => grants.Queues!.Receive.Allows(queue)),
    };

    static QueuesToolkit()
    {
        Add("send", "Sends a message to a queue and answers with its id.", Json.QueueSendArguments, Json.MeshId, (call, arguments) => Of(call).SendAsync(call, arguments), Send, guard: QueueGuards.Accepts);
        Add("receive", "Takes messages from a queue, waiting for the first one. Each must be acknowledged; else it is handed out again.", Json.QueueReceiveArguments, Json.IReadOnlyListQueueMessage, (call, arguments) => Of(call).ReceiveAsync(call, arguments), Receive, guard: QueueGuards.Accepts);
        Add("acknowledge", "Removes a message that was dealt with.", Json.QueueAcknowledgeArguments, Json.NoResult, (call, arguments) => Of(call).AcknowledgeAsync(call, arguments), Receive, guard: QueueGuards.Accepts);
        Add("reject", "Gives a message back that could not be dealt with. After several times it goes to the dead-letter queue.", Json.QueueRejectArguments, Json.NoResult, (call, arguments) => Of(call).RejectAsync(call, arguments), Receive, guard: QueueGuards.Accepts);
        Add("extend", "Keeps a message for longer before it is handed out again.", Json.QueueExtendArguments, Json.NoResult, (call, arguments) => Of(call).ExtendAsync(call, arguments), Receive, guard: QueueGuards.Accepts);
        Add("drain", "Removes the messages that nobody has, those with a delay too, and answers with them.", Json.QueueDrainArguments, Json.QueueDrain, (call, arguments) => Of(call).DrainAsync(call, arguments), Receive, isDestructive: true);
        Add("close", "Lets nothing more be sent to a queue. Receivers get what is left.", Json.QueueCloseArguments, Json.NoResult, (call, arguments) => Of(call).CloseAsync(call, arguments), Send, isDestructive: true);
        Add("list", "Lists the queues with their sizes.", Json.QueueListArguments, Json.QueuePage, (call, arguments) => Of(call).ListAsync(call, arguments), new("queues.list", grants => grants.Queues?.List ?? false), isReadOnly: true);
    }

    public static BuiltInToolkit Instance { get; } = new(Name);

    private static void Add<TArguments, TResult>(
        string name,
        string description,
        JsonTypeInfo<TArguments> arguments,
        JsonTypeInfo<TResult> result,
        Func<CallState, TArguments, ValueTask<TResult>> handler,
        RoomRight right,
        bool isReadOnly = false,
        bool isDestructive = false,
        BuiltInGuard<TArguments>? guard = null)
        where TArguments : class =>
        Instance.Add(
            name,
            arguments,
            result,
            handler,
            right,
            new ToolOptions
            {
                Description = description,
                Annotations = new() { ReadOnly = isReadOnly, Destructive = isDestructive, Idempotent = isReadOnly, OpenWorld = false },
            },
            guard);

    private static RoomQueues Of(CallState call) => call.Member.Room.Stores.Queues;
}
