using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>What is known of one session beyond its requests; of a single request, where the transport has no sessions.</summary>
internal sealed class McpSession(RoomMcpServerOptions options)
{
    /// <summary>The resources that the session's client listens to; null where nobody sends it anything but answers.</summary>
    public ResourceWatches? Watches { get; init; }

    // Nobody has asked for anything.
    private const int Silent = int.MaxValue;

    private int _logLevel = Silent;
    private object? _means;

    /// <summary>Sees what level of log messages the client asks for; the SDK keeps that to itself.</summary>
    public McpMessageHandler Filter(McpMessageHandler next) => (context, cancellationToken) =>
    {
        if (context.JsonRpcMessage is JsonRpcRequest { Method: McpLog.SetLevel, Params: JsonObject parameters } && McpLog.LevelOf(parameters["level"]) is { } level)
        {
            Volatile.Write(ref _logLevel, level);
        }

        return next(context, cancellationToken);
    };

    /// <summary>What the client of a request can be asked for.</summary>
    public ClientMeans MeansOfClient(McpServer server, JsonRpcRequest request)
    {
        if (McpRevisions.IsNewer(server, request))
        {
            return ClientMeansNames.Declared(request);
        }

        // Found out once for each session. The extension for tasks does not count here, whoever declares it.
        var means = Volatile.Read(ref _means);
        if (means is null)
        {
            var type = McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ClientCapabilities));
            means = ClientMeansNames.Of(JsonSerializer.SerializeToNode(server.ClientCapabilities, type) as JsonObject) & ~ClientMeans.Tasks;
            Volatile.Write(ref _means, means);
        }

        return (ClientMeans)means;
    }

    /// <summary>Who listens to a call while it runs; null where nobody does.</summary>
    /// <param name="request">The request.</param>
    /// <param name="token">What its progress is to be told under, or null.</param>
    /// <param name="tool">The tool's name.</param>
    public CallListener? ListenerOf<T>(RequestContext<T> request, ProgressToken? token, string tool)
    {
        bool logs = token is null && LogLevelOf(request.Server, request.JsonRpcRequest) <= McpLog.Info;
        return token is null && !logs ? null : new(request.Server, token, logs, tool, options.TimeProvider, options.SendTimeout);
    }

    /// <summary>Answers <c>resources/subscribe</c>.</summary>
    public ValueTask<EmptyResult> SubscribeAsync(RequestContext<SubscribeRequestParams> request, CancellationToken cancellationToken) =>
        Watches?.TryAdd(request.Params?.Uri ?? "") == true
            ? new(new EmptyResult())
            : throw McpRequests.Invalid($"Resource '{request.Params?.Uri}' cannot be listened to: nobody tells of its changes, or too many are listened to.");

    /// <summary>Answers <c>resources/unsubscribe</c>.</summary>
    public async ValueTask<EmptyResult> UnsubscribeAsync(RequestContext<UnsubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        if (Watches is not null)
        {
            await Watches.RemoveAsync(request.Params?.Uri ?? "").ConfigureAwait(false);
        }

        return new();
    }

    /// <summary>The least level that the client of a request wants to hear of.</summary>
    public int LogLevelOf(McpServer server, JsonRpcRequest request) => McpRevisions.IsNewer(server, request)
        ? request.Params is JsonObject parameters && parameters["_meta"] is JsonObject meta ? McpLog.LevelOf(meta[McpLog.LevelKey]) ?? Silent : Silent
        : Volatile.Read(ref _logLevel);
}
