using System.Security.Cryptography;
using System.Text.Json;

namespace Mesh.Mcp;

/// <summary>How an MCP server is connected to, and what of it becomes tools. Immutable, and checked when it is used.</summary>
public sealed record McpToolkitOptions
{
    /// <summary>
    /// The revision of the protocol to insist on, such as <c>2025-11-25</c>; null, the default, for the newest that both
    /// sides know: 2026-07-28 is tried first, and an older server is then greeted in the older way.
    /// </summary>
    public string? ProtocolVersion { get; init; }

    /// <summary>The name by which the server is told who connects. <c>mesh</c> by default.</summary>
    public string ClientName { get; init; } = "mesh";

    /// <summary>The version that goes with <see cref="ClientName"/>.</summary>
    public string ClientVersion { get; init; } = "0.1.0";

    /// <summary>How long connecting may take, and again listing the tools. 30 s by default; more than 0 and at most an hour.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often the tools are listed again at most while the server says that they have changed. 250 ms by default; 0 to
    /// an hour. However many changes are announced meanwhile, they are one.
    /// </summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many tools are taken at most; what a server lists beyond them is left out and reported. 1,000 by default, 1 to 100,000.</summary>
    public int MaxTools { get; init; } = 1_000;

    /// <summary>
    /// The size of one message of the server in bytes. 16 MiB by default, at least 1 KiB. The call that a larger one answers
    /// fails with <see cref="MeshErrorCode.TooLarge"/>, and the message is never held in memory. It holds for the transports of
    /// <see cref="McpTransport"/>; another one limits what it reads by itself.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How to come back to a server that is gone; null to stay away. A first attempt after 1 s by default.</summary>
    public McpReconnectOptions? Reconnect { get; init; } = new();

    /// <summary>
    /// Whether a server that has resources gets tools to list and read them (<c>list_resources</c>, <c>read_resource</c>),
    /// and one that has prompts <c>list_prompts</c> and <c>get_prompt</c>; unless it has tools of those names itself. True by default.
    /// </summary>
    public bool OffersResources { get; init; } = true;

    /// <summary>
    /// Has the last word on each tool: it may require an approval, say what may be journaled, give another description,
    /// or leave the tool out with null. The name must stay. Null to take the tools as they come. What a server says of its
    /// tools' effects is its own claim: correct it here where it is not trusted.
    /// </summary>
    public Func<ToolDefinition, ToolDefinition?>? Configure { get; init; }

    /// <summary>
    /// Answers what a server asks a person in the middle of a call. Null for <see cref="McpQuestions.AskUser"/>, which asks
    /// the person for whom the call is made, through the tool <c>user/ask_user</c> or its approver.
    /// </summary>
    public McpQuestionHandler? Questions { get; init; }

    /// <summary>
    /// Lets a server use a model of the host's in the middle of a call: gets the parameters of MCP's
    /// <c>sampling/createMessage</c> and gives its result. Null, the default: the server is told that there is none.
    /// </summary>
    public McpSamplingHandler? Sampling { get; init; }

    /// <summary>
    /// Learns of each change of <see cref="McpToolkit.Status"/>: connected, lost, tools skipped. Called on the thread where it
    /// happens; it must be quick and must not throw. Null for none.
    /// </summary>
    public Action<McpToolkitStatus>? OnStatus { get; init; }

    /// <summary>The clock of everything that is timed here; the one of the host, usually. The system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gives numbers of at least 0 and less than 1, by which attempts to reconnect are spread; null for the system's random numbers.</summary>
    public Func<double>? Random { get; init; }

    internal double NextRandom() => Random?.Invoke() ?? RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;

    internal McpToolkitOptions Validated()
    {
        ArgumentException.ThrowIfNullOrEmpty(ClientName);
        ArgumentException.ThrowIfNullOrEmpty(ClientVersion);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        Check(ConnectTimeout > TimeSpan.Zero && ConnectTimeout <= TimeSpan.FromHours(1), ConnectTimeout, nameof(ConnectTimeout), "more than 0 and at most an hour");
        Check(RefreshInterval >= TimeSpan.Zero && RefreshInterval <= TimeSpan.FromHours(1), RefreshInterval, nameof(RefreshInterval), "0 to an hour");
        Check(MaxTools is >= 1 and <= 100_000, MaxTools, nameof(MaxTools), "1 to 100,000");
        Check(MaxMessageBytes >= 1024, MaxMessageBytes, nameof(MaxMessageBytes), "at least 1 KiB");
        Reconnect?.Validate();
        return this;
    }

    internal static void Check(bool isRight, object value, string name, string range)
    {
        if (!isRight)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }
}

/// <summary>When a lost server is tried again: after a time that doubles with every failure, up to a longest one.</summary>
public sealed record McpReconnectOptions
{
    /// <summary>The time before the first attempt. 1 s by default; more than 0 and at most a day.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between two attempts. A minute by default; at least the first one and at most a day.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After how many failures in a row it is given up, for good; null, the default, for never.</summary>
    public int? MaxAttempts { get; init; }

    internal void Validate()
    {
        McpToolkitOptions.Check(FirstDelay > TimeSpan.Zero && FirstDelay <= TimeSpan.FromDays(1), FirstDelay, nameof(FirstDelay), "more than 0 and at most a day");
        McpToolkitOptions.Check(LongestDelay >= FirstDelay && LongestDelay <= TimeSpan.FromDays(1), LongestDelay, nameof(LongestDelay), "at least FirstDelay and at most a day");
        McpToolkitOptions.Check(MaxAttempts is null or > 0, MaxAttempts ?? 0, nameof(MaxAttempts), "at least 1, or null");
    }

    /// <summary>The time before an attempt, of which up to half is left to chance, so that many do not come at once.</summary>
    internal TimeSpan DelayBefore(int attempt, double random)
    {
        double longest = Math.Min(LongestDelay.TotalMilliseconds, FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempt - 1, 40)));
        return TimeSpan.FromMilliseconds(longest * (1 - random / 2));
    }
}

/// <summary>Lets a server use a model: gets the parameters of <c>sampling/createMessage</c> as MCP has them, and gives its result.</summary>
/// <param name="parameters">The parameters, a JSON object: <c>messages</c>, <c>maxTokens</c> and the rest.</param>
/// <param name="call">The call that the server works on; null where that cannot be known, because several are in flight.</param>
/// <param name="cancellationToken">Cancelled when the answer is no longer wanted.</param>
/// <returns>The result, a JSON object: <c>role</c>, <c>content</c>, <c>model</c>, <c>stopReason</c>.</returns>
public delegate ValueTask<JsonElement> McpSamplingHandler(JsonElement parameters, CallContext? call, CancellationToken cancellationToken);
