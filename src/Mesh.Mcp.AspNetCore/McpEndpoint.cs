using System.Globalization;
using Mesh.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp.AspNetCore;

/// <summary>
/// One mapped endpoint: lets requests in or turns them away, and finds the participant and the session that they belong to.
/// What they say then is the business of the room's server.
/// </summary>
internal sealed class McpEndpoint(
    MeshMcpOptions options, RequestGate gate, ProtectedResource resource, MeshIdentities identities, ServedParticipants participants, CancellationToken stopping)
    : IAsyncDisposable
{
    private const string Initialize = "initialize";
    private const string Listen = "subscriptions/listen";

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue EventStream = new("text/event-stream");

    /// <summary>Takes a message of a client.</summary>
    public Task PostAsync(HttpContext context) => HandleAsync(context, ReceiveAsync);

    /// <summary>Opens the stream on which a session's client hears of what it has not asked for.</summary>
    public Task GetAsync(HttpContext context) => HandleAsync(context, ListenAsync);

    /// <summary>Ends a session.</summary>
    public Task DeleteAsync(HttpContext context) => HandleAsync(context, EndSessionAsync);

    public ValueTask DisposeAsync() => participants.DisposeAsync();

    private async Task HandleAsync(HttpContext context, Func<HttpContext, McpCaller, Task<McpFailure?>> handle)
    {
        var caller = McpCaller.Unknown;
        try
        {
            (caller, var failure) = await AdmitAsync(context).ConfigureAwait(false);
            failure ??= await handle(context, caller).ConfigureAwait(false);
            if (failure is not null)
            {
                await failure.WriteAsync(context.Response, caller.RequestId).ConfigureAwait(false);
            }
        }
        catch (MeshException exception) when (!context.Response.HasStarted)
        {
            await McpFailure.Of(exception.Error).WriteAsync(context.Response, caller.RequestId).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, and its answer with it.
        }
    }

    private async ValueTask<(McpCaller Caller, McpFailure? Failure)> AdmitAsync(HttpContext context)
    {
        if (gate.Refuse(context.Request) is { } refused)
        {
            return (McpCaller.Unknown, McpFailure.Of(refused));
        }

        string room = options.Room ?? Convert.ToString(context.Request.RouteValues["room"], CultureInfo.InvariantCulture) ?? "";
        var caller = await identities.GetAsync(context, room).ConfigureAwait(false);
        if (caller.Error is { } unknown)
        {
            resource.Challenge(context, unknown.Code);
            return (McpCaller.Unknown, McpFailure.Of(unknown));
        }

        var revision = context.Request.Headers[McpHeaders.Revision];
        return (new(room, caller.Identity!, revision.Count == 0 ? null : revision.ToString()), null);
    }

    private async Task<McpFailure?> ReceiveAsync(HttpContext context, McpCaller caller)
    {
        if (!RequestGate.Accepts(context.Request, Json, EventStream))
        {
            return McpFailure.NotAcceptable("The client has to accept both application/json and text/event-stream.");
        }

        if (!context.Request.HasJsonContentType())
        {
            return McpFailure.UnsupportedContent();
        }

        var (message, failure) = await McpBody.ReadAsync(context, options.MaxRequestBytes).ConfigureAwait(false);
        var request = message as JsonRpcRequest;
        caller.RequestId = request?.Id ?? default;
        failure ??= McpHeaders.Compare(context.Request.Headers, caller.Revision, message!);
        if (failure is not null)
        {
            return failure;
        }

        bool isStream = request is { Method: Listen } && !caller.HasSessions;
        var participant = await participants.EnterAsync(caller.Room, caller.Identity, context.RequestAborted).ConfigureAwait(false);
        try
        {
            if (request is null)
            {
                // Answers of a client must come through however many calls wait for them.
                return await PassOnAsync(context, caller, participant, message!, isStream).ConfigureAwait(false);
            }

            if (!(isStream ? participant.TryBeginStream() : participant.TryBeginRequest()))
            {
                return McpFailure.Overloaded(isStream ? "Too many streams of the caller are open." : "Too many requests of the caller are running.", options.RetryAfter);
            }

            try
            {
                return await PassOnAsync(context, caller, participant, message!, isStream).ConfigureAwait(false);
            }
            finally
            {
                if (isStream)
                {
                    participant.EndStream();
                }
                else
                {
                    participant.EndRequest();
                }
            }
        }
        finally
        {
            participant.Lease.Exit();
        }
    }

    private async Task<McpFailure?> PassOnAsync(HttpContext context, McpCaller caller, ServedParticipant participant, JsonRpcMessage message, bool isStream)
    {
        message.Context = new() { User = context.User, ProtocolVersion = caller.Revision };
        if (!caller.HasSessions)
        {
            if (message is JsonRpcRequest request && await CompareAsync(context, participant, request).ConfigureAwait(false) is { } different)
            {
                return different;
            }

            await McpExchange.AnswerAsync(context, participant.Server, message, isStream ? stopping : CancellationToken.None).ConfigureAwait(false);
            return null;
        }

        McpHttpSession? session;
        string id = context.Request.Headers[McpHeaders.Session].ToString();
        if (id.Length > 0)
        {
            if (!participant.Sessions.TryEnter(id, out session))
            {
                return McpFailure.NoSession();
            }
        }
        else if (message is not JsonRpcRequest { Method: Initialize })
        {
            return McpFailure.Invalid($"The header {McpHeaders.Session} is missing: a session begins with initialize.");
        }
        else if ((session = participant.Sessions.TryBegin()) is null)
        {
            return McpFailure.Overloaded("Too many sessions of the caller are in use.", options.RetryAfter);
        }

        try
        {
            return await McpExchange.AnswerAsync(context, session, message).ConfigureAwait(false);
        }
        finally
        {
            session.Lease.Exit();
        }
    }

    private static async ValueTask<McpFailure?> CompareAsync(HttpContext context, ServedParticipant participant, JsonRpcRequest request)
    {
        string? different = await participant.Server.CompareHeadersAsync(request, name => McpHeaders.Read(context.Request.Headers, name), context.RequestAborted).ConfigureAwait(false);
        return different is null ? null : McpFailure.HeaderMismatch(different);
    }

    private Task<McpFailure?> ListenAsync(HttpContext context, McpCaller caller) => InSessionAsync(context, caller, async (participant, session) =>
    {
        if (!RequestGate.Accepts(context.Request, EventStream))
        {
            return McpFailure.NotAcceptable("The client has to accept text/event-stream.");
        }

        if (!participant.TryBeginStream())
        {
            return McpFailure.Overloaded("Too many streams of the caller are open.", options.RetryAfter);
        }

        try
        {
            return session.TryListen()
                ? await McpExchange.ListenAsync(context, session, stopping).ConfigureAwait(false)
                : McpFailure.Of(new(MeshErrorCode.AlreadyExists, "The session's stream was opened before, and cannot be taken up again.") { Remedy = "Begin another session." });
        }
        finally
        {
            participant.EndStream();
        }
    });

    private Task<McpFailure?> EndSessionAsync(HttpContext context, McpCaller caller) => InSessionAsync(context, caller, async (_, session) =>
    {
        await session.DisposeAsync().ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    });

    private async Task<McpFailure?> InSessionAsync(HttpContext context, McpCaller caller, Func<ServedParticipant, McpHttpSession, Task<McpFailure?>> handle)
    {
        if (McpHeaders.CheckRevision(caller.Revision) is { } failure)
        {
            return failure;
        }

        if (!caller.HasSessions)
        {
            return McpFailure.NoMethod("There are no sessions in this revision of the protocol: everything is sent by POST.");
        }

        string id = context.Request.Headers[McpHeaders.Session].ToString();
        if (id.Length == 0)
        {
            return McpFailure.Invalid($"The header {McpHeaders.Session} is missing.");
        }

        // Nobody joins a room by naming a session: who has one is there.
        if (participants.TryEnter(caller.Room, caller.Identity) is not { } participant)
        {
            return McpFailure.NoSession();
        }

        try
        {
            if (!participant.Sessions.TryEnter(id, out var session))
            {
                return McpFailure.NoSession();
            }

            try
            {
                return await handle(participant, session).ConfigureAwait(false);
            }
            finally
            {
                session.Lease.Exit();
            }
        }
        finally
        {
            participant.Lease.Exit();
        }
    }
}
