using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>Log messages of the server, which clients ask for by a level.</summary>
/// <remarks>The SDK marks its own types for them as obsolete, for what comes after 2026-07-28. Revisions that are served have them, so they are written here.</remarks>
internal static class McpLog
{
    public const int Info = 1;
    public const int Warning = 3;

    /// <summary>The request by which a client of a revision before 2026-07-28 says what it wants to hear.</summary>
    public const string SetLevel = "logging/setLevel";

    /// <summary>Where each request says so since 2026-07-28.</summary>
    public const string LevelKey = "io.modelcontextprotocol/logLevel";

    private static readonly string[] Levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

    /// <summary>The level that a request asks for; null for none, or one that is not known.</summary>
    public static int? LevelOf(JsonNode? level) =>
        level is JsonValue value && value.TryGetValue(out string? name) && Array.IndexOf(Levels, name) is >= 0 and var found ? found : null;

    public static Task SendAsync(McpServer client, int level, string logger, JsonNode data, CancellationToken cancellationToken) =>
        client.SendMessageAsync(
            new JsonRpcNotification
            {
                Method = "notifications/message",
                Params = new JsonObject { ["level"] = Levels[level], ["logger"] = logger, ["data"] = data },
            },
            cancellationToken);
}
