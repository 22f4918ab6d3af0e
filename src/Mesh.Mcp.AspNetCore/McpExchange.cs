using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp.AspNetCore;

/// <summary>Hands messages to the SDK's transport, and its answers to the client.</summary>
internal static class McpExchange
{
    /// <summary>Answers a message that stands for itself: revision 2026-07-28. A client that goes away cancels its request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="server">The room as it is served to the caller.</param>
    /// <param name="message">The message.</param>
    /// <param name="stopping">Ends a stream that would not end by itself.</param>
    public static async Task AnswerAsync(HttpContext context, RoomMcpServer server, JsonRpcMessage message, CancellationToken stopping)
    {
        using var either = stopping.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping) : null;
        var end = either?.Token ?? context.RequestAborted;
        var transport = new StreamableHttpServerTransport { Stateless = true };
        var session = McpServer.Create(transport, server.CreateOptions());
        var running = session.RunAsync(end);
        try
        {
            BeginStream(context);
            bool hasAnswer = await transport.HandlePostRequestAsync(message, context.Response.Body, first => ChooseStatus(context, first), end).ConfigureAwait(false);
            EndStream(context, hasAnswer);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The stream was the client's to keep, and the application has no more time.
        }
        finally
        {
            // Without its transport the session ends by itself, when the request that it served has.
            await transport.DisposeAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Answers a message of a session. A client that goes away has not cancelled anything: that has a message of its own.</summary>
    public static async Task<McpFailure?> AnswerAsync(HttpContext context, McpHttpSession session, JsonRpcMessage message)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, session.Ended);
        try
        {
            context.Response.Headers[McpHeaders.Session] = session.Id;
            BeginStream(context);
            bool hasAnswer = await session.Transport.HandlePostRequestAsync(message, context.Response.Body, end.Token).ConfigureAwait(false);
            EndStream(context, hasAnswer);
            return null;
        }
        catch (Exception exception) when (IsEnd(exception, context, session))
        {
            return Unanswered(context);
        }
    }

    /// <summary>Opens the stream of a session.</summary>
    public static async Task<McpFailure?> ListenAsync(HttpContext context, McpHttpSession session, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, session.Ended, stopping);
        try
        {
            context.Response.Headers[McpHeaders.Session] = session.Id;
            BeginStream(context);
            await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
            var listening = session.Transport.HandleGetRequestAsync(context.Response.Body, end.Token);
            session.OnListening();
            await listening.ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (end.IsCancellationRequested && (exception is OperationCanceledException || IsEnd(exception, context, session)))
        {
            return Unanswered(context);
        }
    }

    private static bool IsEnd(Exception exception, HttpContext context, McpHttpSession session) =>
        !context.RequestAborted.IsCancellationRequested && session.Ended.IsCancellationRequested
        && exception is OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    /// <summary>What a client is told whose session has ended meanwhile; nothing where its answer has begun already.</summary>
    private static McpFailure? Unanswered(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            return null;
        }

        context.Response.Clear();
        return McpFailure.NoSession();
    }

    private static void BeginStream(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache,no-store";
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private static void EndStream(HttpContext context, bool hasAnswer)
    {
        if (!hasAnswer && !context.Response.HasStarted)
        {
            context.Response.Headers.ContentType = default;
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    /// <summary>Some errors of the protocol have a status of HTTP, where they are the first that is sent.</summary>
    private static ValueTask ChooseStatus(HttpContext context, JsonRpcMessage? first)
    {
        if (first is JsonRpcError { Error.Code: var code } && !context.Response.HasStarted)
        {
            context.Response.StatusCode = (McpErrorCode)code switch
            {
                McpErrorCode.MethodNotFound => StatusCodes.Status404NotFound,
                McpErrorCode.HeaderMismatch or McpErrorCode.UnsupportedProtocolVersion or McpErrorCode.MissingRequiredClientCapability
                    or McpErrorCode.InvalidRequest or McpErrorCode.ParseError => StatusCodes.Status400BadRequest,
                _ => StatusCodes.Status200OK,
            };
        }

        return default;
    }
}
