using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp;

/// <summary>Answers <c>tools/list</c> and <c>tools/call</c>: each call is a call of the participant, and the root of its tree.</summary>
internal sealed class ToolCalls(RoomClient room, ToolCatalogue catalogue, RoomMcpServerOptions options)
{
    private static readonly CallOptions Root = new() { NewTree = true };

    public async ValueTask<ListToolsResult> ListAsync(RequestContext<ListToolsRequestParams> request, CancellationToken cancellationToken)
    {
        var tools = await catalogue.GetAsync(cancellationToken).ConfigureAwait(false);
        var page = tools.GetPage(request.Params?.Cursor, options.PageSize, McpRevisions.IsNewer(request.Server, request.JsonRpcRequest))
            ?? throw new McpProtocolException("The cursor is not one that this server has given. List from the start, without a cursor.", McpErrorCode.InvalidParams);
        return new() { Tools = page.Tools, NextCursor = page.Next };
    }

    public async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        string name = request.Params?.Name ?? "";
        var tools = await catalogue.GetAsync(cancellationToken).ConfigureAwait(false);
        var tool = tools.Find(name) ?? throw new McpProtocolException($"Unknown tool: '{name}'. List the tools again: it may be gone.", McpErrorCode.InvalidParams);
        var outcome = await room.Toolkits.TryInvokeAsync(tool.Address, ArgumentsOf(request), Root, null, cancellationToken).ConfigureAwait(false);
        if (outcome.IsResult)
        {
            return tool.ToResult(outcome.Response, McpRevisions.IsNewer(request.Server, request.JsonRpcRequest));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return McpErrors.ToResult(outcome.Error, outcome.Response?.Parts);
    }

    /// <summary>The arguments as they were sent, so that what is wrong with them is seen where all arguments are checked.</summary>
    private static JsonPayload ArgumentsOf(RequestContext<CallToolRequestParams> request) =>
        request.JsonRpcRequest.Params is JsonObject parameters && parameters.TryGetPropertyValue("arguments", out var arguments) && arguments is not null
            ? JsonPayload.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(arguments, McpJson.Default.JsonNode))
            : default;
}
