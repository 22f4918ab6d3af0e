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

    private static readonly ToolAnnotations Reading = new() { ReadOnly = true, Destructive = false, Idempotent = true, OpenWorld = false };

    private static readonly ToolAnnotations Writing = new() { Destructive = false, OpenWorld = false };

    private static readonly ToolAnnotations Removing = new() { Destructive = true, OpenWorld = false };

    static QueuesToolkit()
    {
        var tools = new ServiceTools<RoomQueues>(Instance, static stores => stores.Queues);
        tools.Add("send", "Sends a message to a queue and answers with its id.", Writing, Json.QueueSendArguments, Json.MeshId, static (queues, call, arguments) => queues.SendAsync(call, arguments), Send, QueueGuards.Accepts);
        tools.Add("receive", "Takes messages from a queue, waiting for the first one. Each must be acknowledged; else it is handed out again.", Writing, Json.QueueReceiveArguments, Json.IReadOnlyListQueueMessage, static (queues, call, arguments) => queues.ReceiveAsync(call, arguments), Receive, QueueGuards.Accepts);
        tools.Add("acknowledge", "Removes a message that was dealt with.", Writing, Json.QueueAcknowledgeArguments, Json.NoResult, static (queues, call, arguments) => queues.AcknowledgeAsync(call, arguments), Receive, QueueGuards.Accepts);
        tools.Add("reject", "Gives a message back that could not be dealt with. After several times it goes to the dead-letter queue.", Writing, Json.QueueRejectArguments, Json.NoResult, static (queues, call, arguments) => queues.RejectAsync(call, arguments), Receive, BuiltInGuards.Of(Json.QueueRejectArguments));
        tools.Add("extend", "Keeps a message for longer before it is handed out again.", Writing, Json.QueueExtendArguments, Json.NoResult, static (queues, call, arguments) => queues.ExtendAsync(call, arguments), Receive, BuiltInGuards.Of(Json.QueueExtendArguments));
        tools.Add("drain", "Removes the messages that nobody has, those with a delay too, and answers with them.", Removing, Json.QueueDrainArguments, Json.QueueDrain, static (queues, call, arguments) => queues.DrainAsync(call, arguments), Receive);
        tools.Add("close", "Lets nothing more be sent to a queue. Receivers get what is left.", Removing, Json.QueueCloseArguments, Json.NoResult, static (queues, call, arguments) => queues.CloseAsync(call, arguments), Send);
        tools.Add("list", "Lists the queues with their sizes.", Reading, Json.QueueListArguments, Json.QueuePage, static (queues, call, arguments) => queues.ListAsync(call, arguments), new("queues.list", grants => grants.Queues?.List ?? false));
    }

    public static BuiltInToolkit Instance { get; } = new(Name);
}
