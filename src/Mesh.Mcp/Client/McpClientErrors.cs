using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>The failures of a server and of the way to it. What a server has written to its standard error is for the host alone.</summary>
internal static class McpClientErrors
{
    private const string RemotePrefix = "Request failed (remote): ";

    public static MeshError ConnectTimeout(string name, TimeSpan timeout) =>
        new(MeshErrorCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"MCP server '{name}' did not answer within {timeout.TotalSeconds:0.###} s."))
        {
            Remedy = "See whether it is an MCP server and speaks this transport, or give it more time: McpToolkitOptions.ConnectTimeout.",
            Retryable = true,
        };

    public static MeshError NotConnected(string name, Exception exception) => exception switch
    {
        _ when Find<MeshException>(exception) is { Error: var error } => error,
        _ when Find<ClientTransportClosedException>(exception) is { } closed => Ended(name, closed.Details),
        HttpRequestException { StatusCode: { } status } => new(
            MeshErrorCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"MCP server '{name}' could not be connected to: it answered with HTTP status {(int)status}."))
        {
            Remedy = IsRedirect(status) ? "Redirects are not followed: give the address that it leads to." : "See its address, and what it wants of those who ask.",
            Retryable = (int)status >= 500 || status == HttpStatusCode.TooManyRequests,
        },
        _ => new(MeshErrorCode.Unavailable, $"MCP server '{name}' could not be connected to: {exception.Message}")
        {
            Retryable = exception is not NotSupportedException,
        },
    };

    /// <summary>What of a kind is in a chain of exceptions.</summary>
    public static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The connection has ended by itself.</summary>
    public static MeshError Ended(string name, ClientCompletionDetails details) => details switch
    {
        StdioClientCompletionDetails { ExitCode: { } code } process => new(
            MeshErrorCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"MCP server '{name}' has exited with code {code}."))
        {
            Retryable = true,
            Details = ProcessDetails(code, process.StandardErrorTail ?? []),
        },
        StdioClientCompletionDetails process => new(MeshErrorCode.Unavailable, $"MCP server '{name}' has closed its output.")
        {
            Retryable = true,
            Details = ProcessDetails(null, process.StandardErrorTail ?? []),
        },
        { Exception: MeshException { Error: var error } } => error,
        _ => new(MeshErrorCode.Unavailable, $"The connection to MCP server '{name}' has ended.") { Retryable = true },
    };

    public static MeshError Lost(string name, Exception exception, Task<ClientCompletionDetails>? completion = null) => exception switch
    {
        ClientTransportClosedException closed => Ended(name, closed.Details),
        { InnerException: ClientTransportClosedException closed } => Ended(name, closed.Details),
        HttpRequestException => new(MeshErrorCode.Unavailable, $"MCP server '{name}' cannot be reached, or has forgotten the session.") { Retryable = true },
        _ when completion is { IsCompletedSuccessfully: true } => Ended(name, completion.Result),
        _ => new(MeshErrorCode.Unavailable, $"The connection to MCP server '{name}' was lost.") { Retryable = true },
    };

    public static MeshError Closed(string name) => new(MeshErrorCode.Unavailable, $"The connection to MCP server '{name}' was closed.");

    /// <summary>No connection is there when a call comes.</summary>
    public static MeshError NotThere(ImportedTool tool, MeshError? reason, TimeSpan? retryAfter) =>
        new(MeshErrorCode.Unavailable, $"{tool.Label} cannot be called now: {reason?.Message ?? "its server is not connected."}")
        {
            Remedy = retryAfter is null ? "Its provider has given the server up." : "Call again when it is back; it is tried again by itself.",
            Retryable = retryAfter is not null,
            RetryAfter = retryAfter,
        };

    /// <summary>As exact as when a provider goes away: nothing can have happened, or nobody can know.</summary>
    public static MeshError LostInCall(RunningCall call, MeshError reason) => !call.WasSent || call.Tool.HasNoEffect
        ? new(MeshErrorCode.Unavailable, $"{call.Tool.Label}: {reason.Message}")
        {
            Remedy = "Call again: the call had no effect, or repeating it has none.",
            Retryable = true,
        }
        : new(MeshErrorCode.ProviderLost, $"{call.Tool.Label}: {reason.Message} Whether the call had its effect is unknown.")
        {
            Remedy = "Find out before you call again, or use an idempotent tool.",
        };

    /// <summary>The server has answered with an error of the protocol.</summary>
    public static MeshError Refused(ImportedTool tool, McpProtocolException exception)
    {
        string message = exception.Message.StartsWith(RemotePrefix, StringComparison.Ordinal) ? exception.Message[RemotePrefix.Length..] : exception.Message;
        var code = exception.ErrorCode switch
        {
            McpErrorCode.InvalidParams when tool.Method == RequestMethods.ResourcesRead && exception.Data.Contains("uri") => MeshErrorCode.NotFound,
            McpErrorCode.InvalidParams => MeshErrorCode.InvalidArguments,
            McpErrorCode.MethodNotFound or McpErrorCode.ResourceNotFound => MeshErrorCode.NotFound,
            _ => MeshErrorCode.HandlerFailed,
        };
        return new(code, $"{tool.Label}: its server answered: {message}");
    }

    public static MeshError HttpRefused(RunningCall call, HttpStatusCode status) => (int)status >= 500 && !call.Tool.HasNoEffect
        ? LostInCall(call, new(MeshErrorCode.Unavailable, string.Create(CultureInfo.InvariantCulture, $"its server answered with HTTP status {(int)status}.")))
        : new(
            status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? MeshErrorCode.NotGranted : MeshErrorCode.Unavailable,
            string.Create(CultureInfo.InvariantCulture, $"{call.Tool.Label}: its server answered with HTTP status {(int)status}."))
        {
            Remedy = IsRedirect(status) ? "Redirects are not followed: its provider gives the address that it leads to." : null,
            Retryable = (int)status >= 500 || status == HttpStatusCode.TooManyRequests,
        };

    public static MeshError Unreadable(ImportedTool tool, Exception exception) =>
        new(MeshErrorCode.ProtocolError, $"{tool.Label}: its server answered with something that is no result of a tool ({exception.GetType().Name}).")
        {
            Remedy = "The call may have had its effect; tell the provider of the tool.",
        };

    /// <summary>Who has answered a call, for the beginning of a message.</summary>
    public static string ServerOf(RunningCall call) => $"{call.Tool.Label}: its server";

    /// <param name="server">Who has answered.</param>
    public static MeshError Malformed(string server) => new(MeshErrorCode.ProtocolError, $"{server} answered with something that is no JSON.")
    {
        Remedy = "The call may have had its effect; tell the provider of the tool.",
    };

    /// <param name="server">Who has answered.</param>
    /// <param name="most">How many bytes an answer may have.</param>
    public static MeshError TooLarge(string server, int most) =>
        new(MeshErrorCode.TooLarge, string.Create(CultureInfo.InvariantCulture, $"{server} answered with more than {most} bytes."))
        {
            Remedy = "Ask for less; the call may have had its effect. The limit is McpToolkitOptions.MaxMessageBytes.",
        };

    private static JsonElement ProcessDetails(int? exitCode, IReadOnlyList<string> standardError)
    {
        var lines = new JsonArray();
        foreach (string line in standardError)
        {
            lines.Add((JsonNode)JsonValue.Create(line));
        }

        var details = new JsonObject { ["standardError"] = lines };
        if (exitCode is { } code)
        {
            details["exitCode"] = code;
        }

        return JsonElement.Parse(details.ToJsonString());
    }

    private static bool IsRedirect(HttpStatusCode status) => (int)status is >= 300 and < 400;
}
