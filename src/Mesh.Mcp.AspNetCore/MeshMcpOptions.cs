using ModelContextProtocol.Authentication;

namespace Mesh.Mcp.AspNetCore;

/// <summary>How rooms are served to MCP clients over HTTP. Immutable.</summary>
public sealed record MeshMcpOptions
{
    /// <summary>The room that is served, where the pattern does not name it as <c>{room}</c>; null where it does.</summary>
    public string? Room { get; init; }

    /// <summary>Whether a request opens the room that it names, if nobody is in it. False by default: then it must be open.</summary>
    public bool AllowRoomCreation { get; init; }

    /// <summary>
    /// The hosts that requests may name, as <c>name</c> (any port) or <c>name:port</c>; null for those of this machine
    /// (<c>localhost</c>, <c>127.0.0.1</c>, <c>[::1]</c>) and those in the application's setting <c>AllowedHosts</c>, apart
    /// from <c>*</c>. All others are refused, so that no web page reaches a local server under a name of its own. Patterns are not supported.
    /// </summary>
    public IReadOnlyList<string>? AllowedHosts { get; init => field = value is null ? null : [.. value]; }

    /// <summary>
    /// The origins, such as <c>https://studio.example</c>, whose web pages may send requests, besides the one that the request
    /// goes to. None by default. Browsers also want CORS for them: <c>RequireCors</c>.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init => field = [.. value ?? []]; } = [];

    /// <summary>How long a participant stays without a request or an open stream, by the host's clock: up to 20 days, 60 s by default. Its sessions end with it.</summary>
    public TimeSpan ParticipantIdleTimeout { get; init => field = Check(value, nameof(ParticipantIdleTimeout)); } = TimeSpan.FromSeconds(60);

    /// <summary>How long a session stays without a request or an open stream, while its participant is there: up to 20 days, 10 minutes by default.</summary>
    public TimeSpan SessionIdleTimeout { get; init => field = Check(value, nameof(SessionIdleTimeout)); } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How many sessions a participant has at most, for clients of revisions before 2026-07-28: 1 to 100,000, 100 by default. One more
    /// ends that which has been idle for the longest; where none is idle, it is refused.
    /// </summary>
    public int MaxSessions { get; init => field = Check(value, 100_000, nameof(MaxSessions)); } = 100;

    /// <summary>How many requests of a participant run at once: 1 to 100,000, 100 by default. More are refused with status 429 and a time to wait.</summary>
    public int MaxConcurrentRequests { get; init => field = Check(value, 100_000, nameof(MaxConcurrentRequests)); } = 100;

    /// <summary>How many streams of notifications a participant has open at once: 1 to 100,000, 100 by default. More are refused with status 429.</summary>
    public int MaxStreams { get; init => field = Check(value, 100_000, nameof(MaxStreams)); } = 100;

    /// <summary>How long a client is told to wait that was refused for the number of its requests: up to 20 days, 1 s by default.</summary>
    public TimeSpan RetryAfter { get; init => field = Check(value, nameof(RetryAfter)); } = TimeSpan.FromSeconds(1);

    /// <summary>The size of a request's body in bytes: 1 to 1 GiB, 5 MiB by default. Larger ones are refused with status 413. It holds in place of a lower limit of the web server's own.</summary>
    public int MaxRequestBytes { get; init => field = Check(value, 1 << 30, nameof(MaxRequestBytes)); } = 5 * 1024 * 1024;

    /// <summary>What is served. Its clock is the host's, unless another is set.</summary>
    public RoomMcpServerOptions Server { get; init => field = value ?? throw new ArgumentNullException(nameof(Server)); } = new();

    /// <summary>
    /// Where clients get a token from, as RFC 9728 says: it is served at <c>/.well-known/oauth-protected-resource</c> followed by the
    /// pattern, and callers without a token are told so. Set its <c>AuthorizationServers</c>; <c>Resource</c> is filled in when
    /// it is null. Tokens are checked by the application's authentication, and never passed on. Null for none.
    /// </summary>
    public ProtectedResourceMetadata? ProtectedResource { get; init; }

    private static int Check(int value, int most, string name) => value < 1 || value > most
        ? throw new ArgumentOutOfRangeException(name, value, $"MeshMcpOptions.{name} must be 1 to {most}.")
        : value;

    private static TimeSpan Check(TimeSpan value, string name) => value <= TimeSpan.Zero || value > TimeSpan.FromDays(20)
        ? throw new ArgumentOutOfRangeException(name, value, $"MeshMcpOptions.{name} must be more than 0 and at most 20 days.")
        : value;
}
