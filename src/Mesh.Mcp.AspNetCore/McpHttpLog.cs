using Microsoft.Extensions.Logging;

namespace Mesh.Mcp.AspNetCore;

/// <summary>What is written to the application's log.</summary>
internal static partial class McpHttpLog
{
    public const string Category = "Mesh.Mcp.AspNetCore";

    [LoggerMessage(1, LogLevel.Error, "An MCP session of '{Participant}' in room '{Room}' has failed, and was ended.")]
    public static partial void SessionFailed(ILogger log, string participant, string room, Exception exception);
}
