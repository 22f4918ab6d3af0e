using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>Answers requests about resources from the providers, in their order.</summary>
internal sealed class ResourceRequests(RoomClient room, RoomMcpServerOptions options)
{
    public bool HasAny => options.Resources.Count > 0;

    public ValueTask<ListResourcesResult> ListAsync(RequestContext<ListResourcesRequestParams> request, CancellationToken cancellationToken) =>
        McpRequests.AskRoomAsync(async ValueTask<ListResourcesResult> () =>
        {
            var all = new List<Resource>();
            foreach (var provider in options.Resources)
            {
                all.AddRange(await provider.ListAsync(room, cancellationToken).ConfigureAwait(false));
            }

            var page = McpPage.Of(all, static resource => resource.Uri, request.Params?.Cursor, options.PageSize);
            return new() { Resources = page.Items, NextCursor = page.Next };
        });

    public ValueTask<ListResourceTemplatesResult> ListTemplatesAsync(RequestContext<ListResourceTemplatesRequestParams> request, CancellationToken cancellationToken)
    {
        ResourceTemplate[] all = [.. options.Resources.SelectMany(static provider => provider.Templates)];
        var page = McpPage.Of(all, static template => template.UriTemplate, request.Params?.Cursor, options.PageSize);
        return new(new ListResourceTemplatesResult { ResourceTemplates = page.Items, NextCursor = page.Next });
    }

    public ValueTask<ReadResourceResult> ReadAsync(RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken) =>
        McpRequests.AskRoomAsync(async ValueTask<ReadResourceResult> () =>
        {
            string uri = request.Params?.Uri ?? "";
            foreach (var provider in options.Resources)
            {
                if (await provider.ReadAsync(room, uri, cancellationToken).ConfigureAwait(false) is { } result)
                {
                    return result;
                }
            }

            // The newer revision has no code of its own for it, and wants the address beside.
            var code = McpRevisions.IsNewer(request.Server, request.JsonRpcRequest) ? McpErrorCode.InvalidParams : McpErrorCode.ResourceNotFound;
            throw new McpProtocolException($"Resource not found: '{uri}'.", code) { Data = { ["uri"] = uri } };
        });

    public async ValueTask<IReadOnlyList<string>> CompleteAsync(string template, string variable, string value, CancellationToken cancellationToken)
    {
        foreach (var provider in options.Resources)
        {
            if (await provider.CompleteAsync(room, template, variable, value, cancellationToken).ConfigureAwait(false) is { Count: > 0 } values)
            {
                return values;
            }
        }

        return [];
    }

    /// <summary>The changes of a resource; null where nobody tells of them.</summary>
    public IAsyncEnumerable<string>? Watch(string uri, CancellationToken cancellationToken)
    {
        foreach (var provider in options.Resources)
        {
            if (provider.WatchAsync(room, uri, cancellationToken) is { } watch)
            {
                return watch;
            }
        }

        return null;
    }
}
