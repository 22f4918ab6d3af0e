using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Mesh.AspNetCore;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore;

/// <summary>Why a request gets no further than this endpoint: a status of HTTP, and the same as an error of JSON-RPC.</summary>
/// <param name="Status">The status.</param>
/// <param name="Code">The code in JSON-RPC.</param>
/// <param name="Error">The failure.</param>
internal sealed record McpFailure(int Status, int Code, MeshError Error)
{
    // What the specification leaves to servers.
    private const int ServerError = -32000;
    private const int UnknownSession = -32001;

    /// <summary>
    /// The revision that was asked for, where that is the failure. The answer names those that can be asked for in this way, and
    /// not those before, which are agreed upon with <c>initialize</c>.
    /// </summary>
    public string? RequestedRevision { get; init; }

    public static McpFailure Of(MeshError error) => new(MeshHttpStatus.Of(error.Code), ServerError, error);

    public static McpFailure Invalid(string message, McpErrorCode code = McpErrorCode.InvalidRequest) =>
        new(StatusCodes.Status400BadRequest, (int)code, new(MeshErrorCode.ProtocolError, message));

    public static McpFailure Malformed(string message) => Invalid(message, McpErrorCode.ParseError);

    public static McpFailure HeaderMismatch(string message) => Invalid(message, McpErrorCode.HeaderMismatch);

    public static McpFailure UnsupportedRevision(string revision) =>
        Invalid("The revision of the protocol is not one that is served here.", McpErrorCode.UnsupportedProtocolVersion) with { RequestedRevision = revision };

    public static McpFailure NotAcceptable(string message) => new(StatusCodes.Status406NotAcceptable, ServerError, new(MeshErrorCode.ProtocolError, message));

    public static McpFailure UnsupportedContent() =>
        new(StatusCodes.Status415UnsupportedMediaType, ServerError, new(MeshErrorCode.ProtocolError, "The body has to be application/json."));

    public static McpFailure NoMethod(string message) => new(StatusCodes.Status405MethodNotAllowed, ServerError, new(MeshErrorCode.ProtocolError, message));

    /// <summary>One answer for a session that never was, has ended, or is somebody else's: nobody learns which.</summary>
    public static McpFailure NoSession() => new(StatusCodes.Status404NotFound, UnknownSession, new(MeshErrorCode.NotFound, "The session is not known.")
    {
        Remedy = "Begin another one with initialize.",
    });

    public static McpFailure Overloaded(string what, TimeSpan retryAfter) => Of(new(MeshErrorCode.Overloaded, what)
    {
        Remedy = "Wait for some of them to end.",
        Retryable = true,
        RetryAfter = retryAfter,
    });

    /// <summary>Writes it as the answer. The connection is of further use.</summary>
    /// <param name="response">The response, which has not started.</param>
    /// <param name="id">The request's id; the default one where it has none.</param>
    public async Task WriteAsync(HttpResponse response, RequestId id = default)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Write(buffer, id);
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = buffer.WrittenCount;
        if (Error.RetryAfter is { } time)
        {
            response.Headers.RetryAfter = ((long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(buffer.WrittenMemory, response.HttpContext.RequestAborted).ConfigureAwait(false);
    }

    private void Write(ArrayBufferWriter<byte> buffer, RequestId id)
    {
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        switch (id.Id)
        {
            case string text:
                json.WriteString("id", text);
                break;
            case long number:
                json.WriteNumber("id", number);
                break;
            default:
                json.WriteNull("id");
                break;
        }

        json.WriteStartObject("error");
        json.WriteNumber("code", Code);
        json.WriteString("message", Error.ToString());
        json.WriteStartObject("data");
        if (RequestedRevision is { } requested)
        {
            json.WriteString("requested", requested);
            json.WriteStartArray("supported");
            json.WriteStringValue(McpHttpRevisions.WithoutSessions);
            json.WriteEndArray();
        }

        json.WriteString("code", Error.Code.Value);
        if (Error.Retryable)
        {
            json.WriteBoolean("retryable", true);
        }

        if (Error.RetryAfter is { } time)
        {
            json.WriteNumber("retryAfterMs", time.TotalMilliseconds);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
