using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>How a room is served over MCP. Immutable; one instance may serve any number of rooms.</summary>
public sealed record RoomMcpServerOptions
{
    /// <summary>Name, version and title that clients are shown; null for the name of the room and the version of Mesh.</summary>
    public Implementation? ServerInfo { get; init; }

    /// <summary>What a model is told about the whole server, before the rules of the toolkits; null for those alone.</summary>
    public string? Instructions { get; init; }

    /// <summary>
    /// The names of toolkits of the room itself that are served too, such as <c>state</c> and <c>queues</c>, as far as the
    /// participant's grants cover their tools. Their watches are not: what streams without an end has no result. None by default.
    /// </summary>
    public IReadOnlyList<string> BuiltInToolkits { get; init => field = [.. value ?? []]; } = [];

    /// <summary>What clients can read: the first that knows an address gives it. None by default; see <see cref="McpStateResources"/>.</summary>
    public IReadOnlyList<IMcpResourceProvider> Resources { get; init => field = [.. value ?? []]; } = [];

    /// <summary>
    /// What people at clients can choose from: of two of a name the first counts. The rules of the toolkits by default; see
    /// <see cref="McpPrompts"/> for the host's own.
    /// </summary>
    public IReadOnlyList<IMcpPromptProvider> Prompts { get; init => field = [.. value ?? []]; } = [new McpRulesPrompts()];

    /// <summary>
    /// Whether agents and tools that a client's call reaches can ask the person there, by the private tool
    /// <c>user/ask_user</c>. It is offered if the participant may register private toolkits. True by default.
    /// </summary>
    public bool OfferAskUser { get; init; } = true;

    /// <summary>
    /// Whether they can also use the client's model, by <c>user/sample_model</c>, and learn where it works, by
    /// <c>user/list_roots</c>, as far as the client allows. False by default: both are the client's own, and cost it something.
    /// It needs <see cref="OfferAskUser"/>.
    /// </summary>
    public bool OfferClientTools { get; init; }

    /// <summary>How many tools, resources or prompts a page of a list has at most: 1 to 10,000, 1,000 by default.</summary>
    public int PageSize { get; init => field = (int)Check(value, 10_000, nameof(PageSize)); } = 1_000;

    /// <summary>How many bytes of what a tool streams are gathered for its result, at least 1; 16 MiB by default.</summary>
    public int MaxStreamBytes { get; init => field = (int)Check(value, int.MaxValue, nameof(MaxStreamBytes)); } = 16 * 1024 * 1024;

    /// <summary>How many calls may wait for answers of clients of revision 2026-07-28 at once: 1 to 100,000, 1,000 by default.</summary>
    public int MaxOpenQuestions { get; init => field = (int)Check(value, 100_000, nameof(MaxOpenQuestions)); } = 1_000;

    /// <summary>
    /// How long a client of revision 2026-07-28 may take to bring an answer, before its call is cancelled: up to 20 days,
    /// 10 minutes by default. A call's own deadline may end it before, but for approvals.
    /// </summary>
    public TimeSpan QuestionTimeout { get; init => field = Check(value, nameof(QuestionTimeout)); } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a call runs before a client that takes tasks (the extension <c>io.modelcontextprotocol/tasks</c> of revision 2026-07-28)
    /// is answered with one, and comes back for the result: 0 to 20 days, 5 s by default. Other clients wait for every
    /// result. Null for no tasks at all.
    /// </summary>
    public TimeSpan? TaskAfter
    {
        get;
        init => field = value is { } time && time < TimeSpan.Zero ? throw new ArgumentOutOfRangeException(nameof(TaskAfter), value, "RoomMcpServerOptions.TaskAfter must be 0 to 20 days, or null.")
            : value is { Ticks: > 0 } positive ? Check(positive, nameof(TaskAfter))
            : value;
    } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call of a client that takes tasks may take, in place of the host's own limit for calls: up to 20 days, an hour by default.</summary>
    public TimeSpan TaskTimeout { get; init => field = Check(value, nameof(TaskTimeout)); } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a task is kept after it was last asked for, whether it runs or has ended: up to 20 days, 5 minutes by default. Then its
    /// call is cancelled, and its result forgotten. Over HTTP it is at most as long as the participant stays without a request.
    /// </summary>
    public TimeSpan TaskIdleTimeout { get; init => field = Check(value, nameof(TaskIdleTimeout)); } = TimeSpan.FromMinutes(5);

    /// <summary>How many tasks there may be at once: 1 to 100,000, 100 by default. Clients wait for the results of calls beyond them.</summary>
    public int MaxTasks { get; init => field = (int)Check(value, 100_000, nameof(MaxTasks)); } = 100;

    /// <summary>How long a client may take to accept one notification, before it is told no more about that call: up to 20 days, 10 s by default.</summary>
    public TimeSpan SendTimeout { get; init => field = Check(value, nameof(SendTimeout)); } = TimeSpan.FromSeconds(10);

    /// <summary>How long changes of the room are gathered before clients are told to list again: up to 20 days, 50 ms by default.</summary>
    public TimeSpan ChangeDelay { get; init => field = Check(value, nameof(ChangeDelay)); } = TimeSpan.FromMilliseconds(50);

    /// <summary>The clock that times are measured by. The system's by default.</summary>
    public TimeProvider TimeProvider { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = TimeProvider.System;

    /// <summary>Where ids and the key that seals request states come from; null for the operating system's random generator.</summary>
    public IMeshIdSource? IdSource { get; init; }

    /// <summary>
    /// Learns of tools that cannot be served, once for each: two of the same name outside, a name of more than 64 characters,
    /// a stream of input. The other tools are served. Called on the thread where it is found; it must be quick and must
    /// not throw. Null to let them be left out unseen.
    /// </summary>
    public Action<MeshError>? OnSkipped { get; init; }

    internal static RoomMcpServerOptions Default { get; } = new();

    private static long Check(long value, long most, string name) => value < 1 || value > most
        ? throw new ArgumentOutOfRangeException(name, value, $"RoomMcpServerOptions.{name} must be 1 to {most}.")
        : value;

    private static TimeSpan Check(TimeSpan value, string name) => value <= TimeSpan.Zero || value > TimeSpan.FromDays(20)
        ? throw new ArgumentOutOfRangeException(name, value, $"RoomMcpServerOptions.{name} must be more than 0 and at most 20 days.")
        : value;
}
