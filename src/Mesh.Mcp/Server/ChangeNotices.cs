using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>Sends clients what they listen to: to a whole session before revision 2026-07-28, and by <c>subscriptions/listen</c> since.</summary>
internal sealed class ChangeNotices(ChangeFeed feed, ResourceRequests resources, PromptRequests prompts)
{
    /// <summary>What clients can listen to.</summary>
    public ChangeKinds Kinds => ChangeKinds.Tools | (prompts.HasAny ? ChangeKinds.Prompts : ChangeKinds.None);

    /// <summary>Sends one client what a reader has for it, until it is cancelled or the client is gone.</summary>
    /// <param name="client">The client.</param>
    /// <param name="reader">What it listens to.</param>
    /// <param name="subscription">The id of the request that it listens by, which every notice names; null for a whole session.</param>
    /// <param name="listening">Completes when the client can be told.</param>
    /// <param name="cancellationToken">Ends it, without an exception.</param>
    public static async Task SendAsync(McpServer client, ChangeReader reader, RequestId? subscription, Task listening, CancellationToken cancellationToken)
    {
        try
        {
            await listening.WaitAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                var (lists, updated) = await reader.TakeAsync(cancellationToken).ConfigureAwait(false);
                if (subscription is null && IsSilent(client))
                {
                    continue;
                }

                foreach (string method in ChangeKindNames.Notifications(lists))
                {
                    await client.SendMessageAsync(Notice(method, [], subscription), cancellationToken).ConfigureAwait(false);
                }

                foreach (string uri in updated)
                {
                    var notice = Notice(NotificationMethods.ResourceUpdatedNotification, new JsonObject { ["uri"] = uri }, subscription);
                    await client.SendMessageAsync(notice, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException or McpException)
        {
            // The client has gone, or listens no more.
        }
    }

    /// <summary>Answers <c>subscriptions/listen</c>: says what is listened to, then tells of it until the client has enough.</summary>
    public async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        if ((request.JsonRpcRequest.Params as JsonObject)?["notifications"] is JsonObject asked && asked.ContainsKey("taskIds"))
        {
            // Those who may ask are told that they are not told of tasks, by what is acknowledged: they come and see.
            TaskRequests.Require(request.JsonRpcRequest);
        }

        var wanted = request.Params?.Notifications ?? new();
        var kinds = ((wanted.ToolsListChanged == true ? ChangeKinds.Tools : default) | (wanted.PromptsListChanged == true ? ChangeKinds.Prompts : default)) & Kinds;
        using var reader = feed.Read(kinds);
        var watches = new ResourceWatches(resources, reader);
        await using (watches.ConfigureAwait(false))
        {
            string[] watched = [.. (wanted.ResourceSubscriptions ?? []).Distinct(StringComparer.Ordinal).Where(watches.TryAdd)];
            var granted = new SubscriptionsAcknowledgedNotificationParams
            {
                Notifications = new()
                {
                    ToolsListChanged = kinds.HasFlag(ChangeKinds.Tools) ? true : null,
                    PromptsListChanged = kinds.HasFlag(ChangeKinds.Prompts) ? true : null,
                    ResourceSubscriptions = watched.Length > 0 ? watched : null,
                },
            };
            var type = McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(SubscriptionsAcknowledgedNotificationParams));
            var acknowledged = (JsonObject)JsonSerializer.SerializeToNode(granted, type)!;
            var id = request.JsonRpcRequest.Id;
            await request.Server.SendMessageAsync(Notice(NotificationMethods.SubscriptionsAcknowledgedNotification, acknowledged, id), cancellationToken).ConfigureAwait(false);
            await SendAsync(request.Server, reader, id, Task.CompletedTask, cancellationToken).ConfigureAwait(false);
        }

        return new();
    }

    /// <summary>Before its first request is answered a client is told nothing, and since 2026-07-28 only what it listens to.</summary>
    private static bool IsSilent(McpServer client) => client.NegotiatedProtocolVersion is not { } revision || McpRevisions.IsNewer(revision);

    private static JsonRpcNotification Notice(string method, JsonObject parameters, RequestId? subscription)
    {
        if (subscription is { } id)
        {
            parameters["_meta"] = new JsonObject
            {
                [MetaKeys.SubscriptionId] = id.Id is long number ? JsonValue.Create(number) : JsonValue.Create(id.ToString()),
            };
        }

        return new() { Method = method, Params = parameters };
    }
}
