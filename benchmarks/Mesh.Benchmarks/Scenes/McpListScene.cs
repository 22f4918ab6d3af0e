using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Benchmarks.Scenes;

/// <summary>The handler of <c>tools/list</c> for a room with 1,000 tools.</summary>
internal sealed class McpListScene : IAsyncDisposable
{
    private readonly McpRooms _room;
    private readonly McpServer _server;
    private readonly RequestContext<ListToolsRequestParams> _request;

    private McpListScene(McpRooms room)
    {
        _room = room;
        _server = McpServer.Create(new StreamServerTransport(Stream.Null, Stream.Null), room.Server.CreateOptions());
        _request = new(_server, new JsonRpcRequest { Id = new RequestId(1), Method = RequestMethods.ToolsList }, new());
    }

    public static async Task<McpListScene> OpenAsync() => new(await McpRooms.OpenManyAsync().ConfigureAwait(false));

    public async Task ListAsync(int times)
    {
        var handler = _server.ServerOptions.Handlers.ListToolsHandler!;
        for (int i = 0; i < times; i++)
        {
            if ((await handler(_request, CancellationToken.None).ConfigureAwait(false)).Tools.Count != 1_000)
            {
                throw new InvalidOperationException("Not all tools are listed.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        await _room.DisposeAsync().ConfigureAwait(false);
    }
}
