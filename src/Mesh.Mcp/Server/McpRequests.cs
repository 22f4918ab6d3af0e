using ModelContextProtocol;

namespace Mesh.Mcp;

/// <summary>Answers to requests that are wrong in themselves: errors of the protocol, and not results of a tool.</summary>
internal static class McpRequests
{
    public static McpProtocolException UnknownCursor() =>
        new("The cursor is not one that this server has given, or what it pointed at is gone. List from the start, without a cursor.", McpErrorCode.InvalidParams);

    public static McpProtocolException Invalid(string message) => new(message, McpErrorCode.InvalidParams);

    /// <summary>Does something in the room for a request that is no call of a tool: there a failure is an error of the protocol.</summary>
    public static async ValueTask<T> AskRoomAsync<T>(Func<ValueTask<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (MeshException exception)
        {
            bool isOurs = exception.Code == MeshErrorCode.HandlerFailed || exception.Code == MeshErrorCode.Unavailable || exception.Code == MeshErrorCode.Closed;
            throw new McpProtocolException(McpErrors.ToText(exception.Error), exception, isOurs ? McpErrorCode.InternalError : McpErrorCode.InvalidParams);
        }
    }
}
