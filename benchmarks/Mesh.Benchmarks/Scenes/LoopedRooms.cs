using System.IO.Pipelines;
using System.Text.Json;
using Mesh.Mcp;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Benchmarks.Scenes;

/// <summary>Two rooms of one process: a tool of the first is served over MCP, imported into the second and called there.</summary>
internal sealed class LoopedRooms : IAsyncDisposable
{
    /// <summary>Eras differ a lot in what a call costs: all loops speak this one.</summary>
    private const string Revision = "2025-11-25";

    private const int WarmUpCalls = 20_000;

    private static readonly JsonElement Arguments = JsonElement.Parse("""{"city":"Oslo","days":3}""");

    private readonly MeshHost _host;
    private readonly McpRooms _served;
    private readonly McpToolkit _toolkit;
    private readonly RoomClient _room;

    private LoopedRooms(MeshHost host, McpRooms served, McpToolkit toolkit, RoomClient room) => (_host, _served, _toolkit, _room) = (host, served, toolkit, room);

    /// <summary>Messages as objects.</summary>
    public static IClientTransport Objects(RoomMcpServer server) => McpTransport.InMemory(server.RunAsync);

    /// <summary>Messages as bytes, by the SDK's transports at both ends.</summary>
    public static IClientTransport SdkPipes(RoomMcpServer server)
    {
        var (up, down) = (new Pipe(), new Pipe());

        // It ends with its server, which is disposed with the rooms.
        _ = server.RunAsync(new StreamServerTransport(up.Reader.AsStream(), down.Writer.AsStream()));
        return new StreamClientTransport(up.Writer.AsStream(), down.Reader.AsStream());
    }

    public static async Task<LoopedRooms> OpenAsync(Func<RoomMcpServer, IClientTransport> connect)
    {
        var served = await McpRooms.OpenAsync().ConfigureAwait(false);
        var toolkit = await McpToolkit.ConnectAsync("far", connect(served.Server), new() { ProtocolVersion = Revision }).ConfigureAwait(false);
        var host = new MeshHost();
        await toolkit.RegisterAsync(await host.JoinAsync("near", "bridge", Grants.Full).ConfigureAwait(false)).ConfigureAwait(false);
        var rooms = new LoopedRooms(host, served, toolkit, await host.JoinAsync("near", "caller", Grants.AgentDefault).ConfigureAwait(false));
        await rooms.CallAsync(WarmUpCalls).ConfigureAwait(false);
        return rooms;
    }

    public async Task CallAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await _room.Toolkits.InvokeAsync("far/weather_forecast", Arguments).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _toolkit.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
        await _served.DisposeAsync().ConfigureAwait(false);
    }
}
