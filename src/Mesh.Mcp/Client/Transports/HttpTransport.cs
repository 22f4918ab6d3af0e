using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Mesh.Mcp;

/// <summary>MCP over HTTP by the SDK's transport, with a client of our own that limits what it reads and where it goes.</summary>
internal sealed class HttpTransport(HttpClientTransportOptions options, PublicAddresses? guard) : IGatedTransport
{
    public string Name => options.Name ?? options.Endpoint.Host;

    public Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("It connects with a gate.");

    public async Task<ITransport> ConnectAsync(MessageGate gate, McpToolkitOptions limits, CancellationToken cancellationToken)
    {
        var client = NewClient(limits, gate);
        var transport = new HttpClientTransport(options, client, ownsHttpClient: true);
        try
        {
            return new OwningTransport(new PumpedTransport(await transport.ConnectAsync(cancellationToken).ConfigureAwait(false), gate), transport);
        }
        catch
        {
            await transport.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal HttpClient NewClient(McpToolkitOptions limits, MessageGate gate)
    {
        var sockets = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        if (guard is not null)
        {
            sockets.UseProxy = false;
            sockets.ConnectCallback = guard.ConnectAsync;
        }

        // Calls have deadlines of their own, and streams have none.
        var bounded = new BoundedResponses(sockets, limits.MaxMessageBytes, gate);
        return new HttpClient(new BoundedRequests(bounded, limits.TimeProvider)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>A session that takes its HTTP client with it.</summary>
    private sealed class OwningTransport(ITransport inner, HttpClientTransport owned) : ITransport
    {
        public string? SessionId => inner.SessionId;

        public System.Threading.Channels.ChannelReader<JsonRpcMessage> MessageReader => inner.MessageReader;

        public Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default) => inner.SendMessageAsync(message, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync().ConfigureAwait(false);
            await owned.DisposeAsync().ConfigureAwait(false);
        }
    }
}
