using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Mesh.Mcp.Tests.Client;

/// <summary>
/// A server over HTTP on the machine's own address, of the older revisions, with one session at a time: a new one begins
/// with each greeting.
/// </summary>
internal sealed class HttpTestServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<McpServerOptions> _options;
    private readonly Task _running;
    private readonly List<Task> _serving = [];
    private StreamableHttpServerTransport? _transport;
    private string _session = "";
    private int _sessions;

    public HttpTestServer(Func<McpServerOptions> options)
    {
        _options = options;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/mcp/");
        }

        _listener.Prefixes.Add(Endpoint.AbsoluteUri);
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    public Uri Endpoint { get; }

    /// <summary>Where every request is sent on to, instead of being answered; null for nowhere.</summary>
    public string? RedirectsTo { get; set; }

    /// <summary>Whether no request is answered any more.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The requests that came with these header values.</summary>
    public List<string?> Tokens { get; } = [];

    public int Sessions => _sessions;

    /// <summary>Forgets the session, as a server does that was started again.</summary>
    public void Forget() => _session = "forgotten";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Close();
        await _running;
        await Task.WhenAll(_serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                lock (_serving)
                {
                    _serving.Add(Task.Run(() => ServeAsync(context)));
                }
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        try
        {
            Tokens.Add(context.Request.Headers["Authorization"]);
            context.Response.StatusCode = await AnswerAsync(context);
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client has gone, or the session.
        }
        finally
        {
            context.Response.Abort();
        }
    }

    private async Task<int> AnswerAsync(HttpListenerContext context)
    {
        var response = context.Response;
        if (IsSilent)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
        }

        if (RedirectsTo is { } target)
        {
            response.RedirectLocation = target;
            return Close(307);
        }

        if (context.Request.HttpMethod != "POST")
        {
            return Close(405);
        }

        var message = (await JsonSerializer.DeserializeAsync(context.Request.InputStream, McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage)), _stop.Token)) as JsonRpcMessage;
        if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            _session = $"session{Interlocked.Increment(ref _sessions)}";
            _transport = new StreamableHttpServerTransport { SessionId = _session };
            var server = McpServer.Create(_transport, _options());
            lock (_serving)
            {
                _serving.Add(server.RunAsync(_stop.Token));
            }
        }
        else if (context.Request.Headers["Mcp-Session-Id"] != _session)
        {
            return Close(context.Request.Headers["Mcp-Session-Id"] is null ? 400 : 404);
        }

        response.Headers["Mcp-Session-Id"] = _session;
        response.SendChunked = true;
        response.StatusCode = message is JsonRpcRequest ? 200 : 202;
        response.ContentType = "text/event-stream";
        await _transport!.HandlePostRequestAsync(message!, response.OutputStream, _stop.Token);
        response.Close();
        return response.StatusCode;

        int Close(int status)
        {
            response.StatusCode = status;
            response.Close();
            return status;
        }
    }
}
