using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>
/// Stands between a transport and the SDK's client. It sees what a server sends in the order in which it was sent, which
/// the SDK does not keep, and takes for itself what concerns the order or comes in floods: progress, and notices of
/// changes. It never waits.
/// </summary>
/// <param name="name">The name of the server, for messages.</param>
internal sealed class MessageGate(string name)
{
    /// <summary>The ids of calls begin here: the SDK numbers its own requests from 1.</summary>
    public const long FirstCall = 1L << 40;

    /// <summary>How many requests of the server may be unanswered at once.</summary>
    public const int MostRequests = 64;

    private readonly ConcurrentDictionary<long, RunningCall> _calls = new();
    private readonly ConcurrentDictionary<RequestId, bool> _requests = new();
    private long _lastId = FirstCall;
    private long _dropped;
    private volatile Exception? _end;
    private volatile MeshError? _unusable;

    /// <summary>Told when the server says that its tools have changed; may be told often.</summary>
    public Action? OnToolsChanged { get; set; }

    /// <summary>Set when the server has acknowledged a subscription.</summary>
    public TaskCompletionSource Subscribed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why an answer could not be used that no call, but the SDK's client waits for: a greeting, or a list. Null for none.</summary>
    public MeshError? Unusable
    {
        get => _unusable;
        set => _unusable = value;
    }

    /// <summary>How many messages were dropped: notifications that nobody here reads, and requests beyond <see cref="MostRequests"/>.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    private string Server => $"MCP server '{name}'";

    /// <summary>The calls that the server works on now.</summary>
    public IEnumerable<RunningCall> Calls => _calls.Select(static each => each.Value);

    public long Add(RunningCall call)
    {
        long id = NewId();
        _calls[id] = call;

        // Whoever ends the connection meanwhile either sees the call, or is seen.
        if (_end is { } end)
        {
            call.Lose(end);
        }

        return id;
    }

    /// <summary>The connection has ended: nothing comes any more.</summary>
    /// <param name="reason">Why, or null.</param>
    public void End(Exception? reason)
    {
        var end = reason ?? new IOException("The connection was closed.");
        _end = end;
        foreach (var call in Calls)
        {
            call.Lose(end);
        }
    }

    public long NewId() => Interlocked.Increment(ref _lastId);

    public void Remove(long id) => _calls.TryRemove(id, out _);

    /// <summary>Looks at a message from the server.</summary>
    /// <param name="message">The message.</param>
    /// <param name="answer">What to answer at once, or null.</param>
    /// <returns>Whether the SDK gets it.</returns>
    public bool Accept(JsonRpcMessage message, out JsonRpcMessage? answer)
    {
        answer = null;
        switch (message)
        {
            case JsonRpcNotification notification:
                return Accept(notification);
            case JsonRpcRequest request when _requests.Count >= MostRequests:
                Interlocked.Increment(ref _dropped);
                answer = new JsonRpcError
                {
                    Id = request.Id,
                    Error = new() { Code = (int)ModelContextProtocol.McpErrorCode.InternalError, Message = $"More than {MostRequests} requests are unanswered." },
                };
                return false;
            case JsonRpcRequest request:
                _requests[request.Id] = true;
                return true;
            case JsonRpcMessageWithId { Id.Id: long id } response when id >= FirstCall && _calls.TryGetValue(id, out var call):
                return !call.TryAnswer(response);
            default:
                return true;
        }
    }

    /// <summary>Looks at a message to the server when it begins to be written.</summary>
    public void Sending(JsonRpcMessage message)
    {
        if (message is JsonRpcRequest request)
        {
            FindCall(request)?.Sending(request.Id);
        }
        else if (message is JsonRpcMessageWithId answer)
        {
            _requests.TryRemove(answer.Id, out _);
        }
    }

    /// <summary>Learns that a message was not written after all, or not to its end: the server cannot have read it.</summary>
    public void NotSent(JsonRpcMessage message)
    {
        if (message is JsonRpcRequest request)
        {
            FindCall(request)?.NotSent();
        }
    }

    /// <summary>
    /// A message of the server cannot be used. The call that it would have answered fails with the reason.
    /// </summary>
    /// <param name="head">The first bytes of the message.</param>
    /// <param name="tail">The last bytes of it.</param>
    /// <param name="error">What is wrong, said of the one who has answered.</param>
    /// <returns>The answer that the SDK's client gets instead, where no call waits for it: it would wait in vain. Null for none.</returns>
    public JsonRpcError? Spoiled(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, Func<string, MeshError> error)
    {
        Interlocked.Increment(ref _dropped);
        if (MessageId.Find(head, tail) is not { } id)
        {
            return null;
        }

        bool isOfCall = false;
        foreach (var call in Calls.Where(call => call.IsKnownAs(id)))
        {
            isOfCall = true;
            call.Fail(error(McpClientErrors.ServerOf(call)));
        }

        if (isOfCall || MessageId.IsRequest(head))
        {
            return null;
        }

        var reason = error(Server);
        _unusable = reason;
        return new() { Id = id, Error = new() { Code = (int)ModelContextProtocol.McpErrorCode.InternalError, Message = reason.Message } };
    }

    /// <summary>An answer that the SDK's client waits for is too large.</summary>
    public void RefuseTooLarge(int most) => _unusable = McpClientErrors.TooLarge(Server, most);

    private bool Accept(JsonRpcNotification notification)
    {
        try
        {
            return AcceptRead(notification);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It names one property twice, or has text that is none: nodes of JSON say so only when they are looked at.
            Interlocked.Increment(ref _dropped);
            return false;
        }
    }

    private bool AcceptRead(JsonRpcNotification notification)
    {
        switch (notification.Method)
        {
            case NotificationMethods.ProgressNotification:
                if (FindProgress(notification.Params) is not { } call || !call.OnProgress(notification.Params!))
                {
                    Interlocked.Increment(ref _dropped);
                }

                return false;
            case NotificationMethods.ToolListChangedNotification:
                OnToolsChanged?.Invoke();
                return false;
            case NotificationMethods.SubscriptionsAcknowledgedNotification:
                Subscribed.TrySetResult();
                return false;
            case NotificationMethods.CancelledNotification:
                // The SDK ends its handler, which then answers no more.
                if ((notification.Params as JsonObject)?["requestId"] is JsonValue id)
                {
                    _requests.TryRemove(id.TryGetValue(out long number) ? new RequestId(number) : new RequestId(id.ToString()), out _);
                }

                return true;
            default:
                Interlocked.Increment(ref _dropped);
                return false;
        }
    }

    private RunningCall? FindProgress(JsonNode? parameters) =>
        parameters is JsonObject { } given && given.TryGetPropertyValue("progressToken", out var token) ? FindByToken(token) : null;

    /// <summary>The call that a request belongs to: the first round has the call's own id, further ones carry its token.</summary>
    private RunningCall? FindCall(JsonRpcRequest request) =>
        request.Id.Id is long id && id >= FirstCall ? _calls.GetValueOrDefault(id)
        : request.Params is JsonObject parameters && parameters.ContainsKey("requestState") | parameters.ContainsKey("inputResponses")
            ? FindByToken((parameters["_meta"] as JsonObject)?["progressToken"])
        : null;

    private RunningCall? FindByToken(JsonNode? token) =>
        token is JsonValue value && TryReadToken(value, out long id) ? _calls.GetValueOrDefault(id) : null;

    /// <summary>Some servers give a number back as text.</summary>
    private static bool TryReadToken(JsonValue value, out long id) =>
        value.TryGetValue(out id)
        || (value.GetValueKind() == JsonValueKind.String && long.TryParse(value.GetValue<string>(), NumberStyles.None, CultureInfo.InvariantCulture, out id));
}
