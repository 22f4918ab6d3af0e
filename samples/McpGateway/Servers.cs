using Mesh;
using Mesh.Mcp;
using ModelContextProtocol.Client;

namespace McpGateway;

/// <summary>The servers behind the gateway, each a toolkit of its name.</summary>
internal sealed class Servers(IReadOnlyList<McpToolkit> toolkits) : IAsyncDisposable
{
    /// <summary>The tools that their servers say change nothing.</summary>
    public IEnumerable<string> ReadOnlyTools =>
        from toolkit in toolkits
        from tool in toolkit.Toolkit?.Tools ?? []
        where tool.Definition.Annotations is { ReadOnly: true }
        select $"{toolkit.Name}/{tool.Name}";

    /// <summary>Connects to all at once. One that cannot be reached is left out, and said so: the others are served.</summary>
    public static async Task<Servers> ConnectAsync(IReadOnlyDictionary<string, IClientTransport> transports) =>
        new([.. (await Task.WhenAll(transports.Select(static each => TryConnectAsync(each.Key, each.Value)))).OfType<McpToolkit>()]);

    /// <summary>Offers the tools of all in a room.</summary>
    public async Task OfferAsync(RoomClient room)
    {
        foreach (var toolkit in toolkits)
        {
            await toolkit.RegisterAsync(room);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var toolkit in toolkits)
        {
            await toolkit.DisposeAsync();
        }
    }

    private static async Task<McpToolkit?> TryConnectAsync(string name, IClientTransport transport)
    {
        try
        {
            return await McpToolkit.ConnectAsync(name, transport, new()
            {
                // Tools alone: what a server has to read would otherwise be tools too.
                OffersResources = false,
                OnStatus = status => Tell(name, $"{status.State}: {(object?)status.Error ?? $"{status.Tools} tools"}"),
            });
        }
        catch (MeshException exception)
        {
            Tell(name, $"left out: {exception.Error}");
            return null;
        }
    }

    /// <summary>To standard error: standard output may belong to the protocol.</summary>
    private static void Tell(string server, string what) => Console.Error.WriteLine($"{server}: {what}");
}
