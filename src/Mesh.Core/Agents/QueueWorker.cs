using System.Text.Json;

namespace Mesh;

/// <summary>
/// An agent that deals with the messages of one queue: it receives them, processes each by a call of its own, acknowledges
/// what succeeded, and gives back what failed, after a pause that grows, until it is a dead letter.
/// </summary>
/// <remarks>
/// In the catalogue it is a watcher: it cannot be asked, but is sent to. Processing is a call of the tool <c>process</c> of a
/// private toolkit of its name, which only its own participant sees: validated, budgeted and journaled as every call, and the
/// root of a tree of its own. A message may come a second time, as from every queue. A gate
/// (<see cref="AgentOptions.Gate"/>) that closes lets no further messages be received.
/// </remarks>
/// <example><code>
/// sealed class Painter() : QueueWorker("painter", "jobs")
/// {
///     protected override async ValueTask ProcessAsync(AgentCallContext context, QueueMessage message) => await PaintAsync(message.Body);
/// }
///
/// await using var worker = new Painter { MaxConcurrency = 4 };
/// await worker.StartAsync(room);
/// </code></example>
public abstract class QueueWorker : SingleRoomAgent
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(QueueLimits.MaxDelay);
    private static readonly TimeSpan LongestGrowth = TimeSpan.FromSeconds(60);

    private readonly AgentOptions _options;
    private readonly JsonElement? _messageSchema;
    private QueueWork? _work;

    /// <summary>A worker for one queue.</summary>
    /// <param name="name">The name: 1 to 64 letters, digits, <c>_</c> and <c>-</c>, in segments divided by dots. It is that of its
    /// private toolkit too, so that it is none of the toolkits that every room has.</param>
    /// <param name="queue">The queue; nothing need have been sent to it yet.</param>
    /// <param name="messageSchema">The JSON Schema (draft 2020-12) of the messages' bodies; null for any body. A message that does
    /// not satisfy it is not processed, and fails with the reason.</param>
    /// <param name="options">What it says of itself; null for the defaults. Approval, annotations and the limit of the journal's
    /// capture are those of processing a message; its serializer options are of no effect.</param>
    /// <exception cref="MeshException">The name or an option is malformed (<see cref="MeshErrorCode.InvalidDefinition"/>).</exception>
    protected QueueWorker(string name, string queue, JsonElement? messageSchema = null, AgentOptions? options = null)
        : base(name, options)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        Names.CheckToolkit(name);
        _options = options ?? AgentOptions.Default;
        _messageSchema = messageSchema?.Clone();
        MaxConcurrency = _options.MaxConcurrency ?? 1;
        Queue = queue;
    }

    /// <summary>The queue that it receives from.</summary>
    public string Queue { get; }

    /// <summary>
    /// How many messages it processes at once: at least 1, by default <see cref="AgentOptions.MaxConcurrency"/>, or 1. It receives
    /// no more than it has places for. A handler that goes on after its call has ended keeps its place until it is done.
    /// </summary>
    public int MaxConcurrency
    {
        get;
        init => field = value >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxConcurrency), value, $"{nameof(QueueWorker)}.{nameof(MaxConcurrency)} must be at least 1.");
    }

    /// <summary>
    /// For how long a message is the worker's before it is handed out again; while it is processed, that is extended at each third of
    /// it. 30 s by default, 10 ms to a day.
    /// </summary>
    public TimeSpan Visibility
    {
        get;
        init => field = value >= TimeSpan.FromMilliseconds(10) && value <= TimeSpan.FromSeconds(QueueLimits.MaxVisibility)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Visibility), value, $"{nameof(QueueWorker)}.{nameof(Visibility)} must be 10 ms to a day.");
    }

    = TimeSpan.FromSeconds(QueueLimits.DefaultVisibility);

    /// <summary>
    /// How long processing one message may take, more than 0 and at most 20 days; then it has failed. Null, the default, for the
    /// host's <see cref="MeshHostOptions.CallTimeout"/>.
    /// </summary>
    public TimeSpan? MessageTimeout
    {
        get;
        init => field = value is null || (value > TimeSpan.Zero && value <= CallLimits.LongestTimer)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MessageTimeout), value, $"{nameof(QueueWorker)}.{nameof(MessageTimeout)} must be more than 0 and at most 20 days.");
    }

    /// <summary>
    /// How long a message that has failed for the first time waits until it is handed out again. It doubles with each further time,
    /// up to 60 s, or to itself where it is longer. 1 s by default, 0 to 7 days.
    /// </summary>
    public TimeSpan RetryDelay
    {
        get;
        init => field = value >= TimeSpan.Zero && value <= LongestDelay
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RetryDelay), value, $"{nameof(QueueWorker)}.{nameof(RetryDelay)} must be 0 to 7 days.");
    }

    = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Deals with one message. Returning acknowledges it; throwing gives it back. It is called from up to
    /// <see cref="MaxConcurrency"/> threads at once.
    /// </summary>
    /// <param name="context">The call, the room, the toolkits. Its token is cancelled when the call's deadline passes, when the worker
    /// stops and the host's <see cref="MeshHostOptions.DrainTimeout"/> has passed, and when the message is no longer the worker's.</param>
    /// <param name="message">The message; it owns its memory.</param>
    /// <exception cref="ToolException">A failure whose message goes into the reason that dead letters tell. Of any other exception
    /// they tell the type, and its text stays with the host's fault handler.</exception>
    protected abstract ValueTask ProcessAsync(AgentCallContext context, QueueMessage message);

    /// <summary>Receives, until the worker stops.</summary>
    /// <param name="cancellationToken">Cancelled when the worker stops, or its gate closes.</param>
    protected sealed override Task RunAsync(CancellationToken cancellationToken) => Volatile.Read(ref _work)!.ReceiveAsync(cancellationToken);

    internal sealed override async ValueTask OfferAsync(RoomClient room, ICollection<IAsyncDisposable> leases, CancellationToken cancellationToken)
    {
        var work = new QueueWork(this, room);
        var json = room.Host.Json.Given;
        var tool = new FunctionTool(
            new()
            {
                Name = QueueWork.ToolName,
                Description = $"Deals with one message of queue '{Queue}'.",
                InputSchema = QueueWork.SchemaOf(SchemaOfMessage(json)),
                AssertsFormats = AssertsFormats,
                Annotations = _options.Annotations,
                RequiresApproval = _options.RequiresApproval,
                MaxJournalCapture = _options.MaxJournalCapture,
            },
            (arguments, call) => work.ServeAsync(arguments, call, json));
        leases.Add(await room.Toolkits.RegisterAsync(new Toolkit(Name, tool) { Description = Contract.Description }, new() { Private = true }, cancellationToken).ConfigureAwait(false));
        await work.CheckRightsAsync(cancellationToken).ConfigureAwait(false);
        leases.Add(work);
        Volatile.Write(ref _work, work);
    }

    /// <summary>Processes a message whose body satisfies its schema.</summary>
    internal virtual ValueTask HandleAsync(AgentCallContext context, QueueMessage message, JsonElement body) => ProcessAsync(context, message);

    /// <summary>The schema of the bodies; null for any.</summary>
    /// <param name="hostOptions">The serializer options of the host, where it was given any.</param>
    private protected virtual JsonElement? SchemaOfMessage(JsonSerializerOptions? hostOptions) => _messageSchema;

    private protected virtual bool AssertsFormats => _messageSchema is null;

    /// <summary>How long a message waits that has failed.</summary>
    internal TimeSpan DelayAfter(int deliveries)
    {
        var most = RetryDelay > LongestGrowth ? RetryDelay : LongestGrowth;
        return TimeSpan.FromTicks(Math.Min(most.Ticks, RetryDelay.Ticks << Math.Min(deliveries - 1, 10)));
    }
}
