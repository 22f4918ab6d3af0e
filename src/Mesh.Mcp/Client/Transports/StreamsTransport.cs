using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>MCP over a pair of streams that the host has opened. They serve one connection.</summary>
internal sealed class StreamsTransport(Stream toServer, Stream fromServer, string name) : IGatedTransport
{
    private bool _used;

    public string Name => name;

    public Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("It connects with a gate.");

    public Task<ITransport> ConnectAsync(MessageGate gate, McpToolkitOptions limits, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _used, true))
        {
            throw new MeshException(new MeshError(MeshErrorCode.Closed, $"The streams of '{name}' have ended, and there are no others.")
            {
                Remedy = "Open them anew, and connect again.",
            });
        }

        return Task.FromResult<ITransport>(new LineTransport(toServer, fromServer, gate, limits.MaxMessageBytes, CloseAsync));
    }

    private async Task<Exception?> CloseAsync()
    {
        await toServer.DisposeAsync().ConfigureAwait(false);
        await fromServer.DisposeAsync().ConfigureAwait(false);
        return null;
    }
}
